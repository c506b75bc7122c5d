"""The Pod Security level of the pod that will run, against what its Namespace asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from meshc.istio_names import INIT, PROXY, VALIDATION
from meshc.kubernetes.pods import Pod
from meshc.lint.subject import Path, Problem, Subject, problem
from meshc.reports.finding import Rule, Severity
from meshc.yamlio import Json

LEVELS = ("privileged", "baseline", "restricted")
_LABEL = "pod-security.kubernetes.io/"
_BASELINE_CAPABILITIES = frozenset(
    """AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT""".split()  # noqa: SIM905
)
_RESTRICTED_VOLUMES = frozenset(
    ("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret", "name")
)
_MODES: tuple[tuple[str, Severity], ...] = (("enforce", "error"), ("warn", "warning"), ("audit", "warning"))

Violation = tuple[str, str, str]

POD_SECURITY = Rule(
    "pod-security",
    "error",
    "A pod that its Namespace's Pod Security level refuses (error: enforce; warning: warn, audit), or whose level "
    "injection lowers (note).",
    "set the container's securityContext",
)


def check(subject: Subject) -> Iterator[Problem]:
    """Problems with the levels that the Namespace's labels ask for; without labels, whether injection lowers the level."""
    found = list(violations(subject.result))
    asked = list(_asked(subject))
    for mode, severity, wanted in asked:
        for broken, container, reason in found:
            if LEVELS.index(broken) <= LEVELS.index(wanted):
                message = f"the Namespace's Pod Security ({mode}: {wanted}) refuses the pod: {reason}"
                yield problem(POD_SECURITY, _place(subject, container), message, _hint(container), severity=severity)
    before = level(subject.pod)
    after = level(subject.result)
    if not asked and LEVELS.index(after) < LEVELS.index(before):
        reasons = "; ".join(dict.fromkeys(r for at, _, r in found if LEVELS.index(at) == LEVELS.index(after) + 1))
        message = f"injection lowers the pod's Pod Security level from {before} to {after}: {reasons}"
        yield problem(POD_SECURITY, (*subject.pod.path, "spec"), message, _hint(INIT), severity="note")


def level(pod: Pod) -> str:
    """The strictest Pod Security level that admits the pod."""
    broken = {at for at, _, _ in violations(pod)}
    if "baseline" in broken:
        return "privileged"
    return "baseline" if "restricted" in broken else "restricted"


def violations(pod: Pod) -> Iterator[Violation]:
    """What keeps a pod from a level: (level, container or empty for the pod, reason)."""
    spec = pod.spec
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(field) is True:
            yield "baseline", "", f"{field} is on"
    for volume in spec.get("volumes") or []:
        if "hostPath" in volume:
            yield "baseline", "", f"volume {volume.get('name')} is a hostPath"
        elif volume.keys() - _RESTRICTED_VOLUMES:
            yield "restricted", "", f"volume {volume.get('name')} is of a kind restricted pods may not have"
    pod_context = spec.get("securityContext") or {}
    for container, _ in pod.containers():
        yield from _baseline(container)
        yield from _restricted(container, pod_context)


def _baseline(container: Mapping[str, Json]) -> Iterator[Violation]:
    name, context = str(container.get("name")), container.get("securityContext") or {}
    if context.get("privileged") is True:
        yield "baseline", name, f"container {name} is privileged"
    added = set((context.get("capabilities") or {}).get("add") or ())
    if added - _BASELINE_CAPABILITIES:
        yield "baseline", name, f"container {name} adds {', '.join(sorted(added - _BASELINE_CAPABILITIES))}"
    for entry in container.get("ports") or []:
        if entry.get("hostPort"):
            yield "baseline", name, f"container {name} has the host port {entry['hostPort']}"


def _restricted(container: Mapping[str, Json], pod: Mapping[str, Json]) -> Iterator[Violation]:
    name, own = str(container.get("name")), container.get("securityContext") or {}
    context = {**pod, **own}
    capabilities = context.get("capabilities") or {}
    if own.get("allowPrivilegeEscalation") is not False:
        yield "restricted", name, f"container {name} may escalate privileges"
    if "ALL" not in (capabilities.get("drop") or ()):
        yield "restricted", name, f"container {name} keeps capabilities"
    if set(capabilities.get("add") or ()) - {"NET_BIND_SERVICE"}:
        yield "restricted", name, f"container {name} adds capabilities"
    if context.get("runAsNonRoot") is not True or context.get("runAsUser") == 0:
        yield "restricted", name, f"container {name} may run as root"
    if ((context.get("seccompProfile") or {}).get("type")) not in ("RuntimeDefault", "Localhost"):
        yield "restricted", name, f"container {name} has no seccomp profile"


def _asked(subject: Subject) -> Iterator[tuple[str, Severity, str]]:
    wanted = subject.pod.namespace or "default"
    for resource in subject.settings.resources:
        if resource.get("kind") != "Namespace" or (resource.get("metadata") or {}).get("name") != wanted:
            continue
        labels = (resource.get("metadata") or {}).get("labels") or {}
        for mode, severity in _MODES:
            if labels.get(_LABEL + mode) in LEVELS:
                yield mode, severity, labels[_LABEL + mode]


def _place(subject: Subject, container: str) -> Path:
    return subject.place(container, "securityContext") if container else (*subject.pod.path, "spec")


def _hint(container: str) -> str:
    if container == INIT:
        return "install the Istio CNI (istioctl: components.cni.enabled, Helm: pilot.cni.enabled): no container then needs NET_ADMIN"
    if container in (PROXY, VALIDATION):
        return "set values global.proxy.seccompProfile.type to RuntimeDefault"
    return POD_SECURITY.hint
