"""Whether a pod is injected, and what decided it (docs/istio/injection.md § 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from meshc.catalog import Release
from meshc.errors import show_value
from meshc.kubernetes import selectors
from meshc.kubernetes.selectors import SelectorError
from meshc.models.label_names import SIDECAR_INJECT
from meshc.yamlio import Json

IGNORED_NAMESPACES = frozenset({"kube-system", "kube-public", "kube-node-lease", "local-path-storage"})
_YES_IN_ANY_CASE = frozenset({"y", "yes", "on", "true"})


class Policy(NamedTuple):
    """What the injector's configuration says about pods that do not decide for themselves."""

    policy: str = "enabled"
    never: Sequence[Mapping[str, Json]] = ()
    always: Sequence[Mapping[str, Json]] = ()


class Step(NamedTuple):
    """One rule looked at: what it is, what it said (`yes`, `no`, or `undecided`), and on what grounds."""

    rule: str
    outcome: str
    detail: str


class Decision(NamedTuple):
    """Inject or not, with a reason code, the thing that decided, and every rule looked at in order.

    Reason codes: `host-network`, `ignored-namespace`, `label`, `annotation`, `never-inject-selector`,
    `always-inject-selector`, `policy-enabled`, `policy-disabled`, `policy-illegal`, `webhook-selector`.
    """

    inject: bool
    reason: str
    decided_by: str
    steps: tuple[Step, ...] = ()
    warnings: tuple[str, ...] = ()


def decide(pod: Json, policy: Policy, release: Release, *, namespace: str = "") -> Decision:
    """Decide over a pod in typed form; `namespace` is the pod's own when its metadata carries none."""
    deciding = _Deciding(pod, policy, release=release, namespace=namespace)
    for rule in (deciding.host_network, deciding.ignored_namespace, deciding.marker):
        if (decision := rule()) is not None:
            return decision
    return deciding.by_selectors()


def required(decision: bool | None, policy: str) -> tuple[bool, str]:
    """The policy's word on a decision that may be open: (inject, reason code); an illegal policy never injects."""
    if policy == "disabled":
        return decision is True, "policy-disabled"
    if policy == "enabled":
        return decision is not False, "policy-enabled"
    return False, "policy-illegal"


class _Deciding:
    """One run over the rules, collecting steps and warnings."""

    def __init__(self, pod: Json, policy: Policy, *, release: Release, namespace: str) -> None:
        metadata = pod.get("metadata") or {}
        self.spec = pod.get("spec") or {}
        self.labels: dict[str, str] = metadata.get("labels") or {}
        self.annotations: dict[str, str] = metadata.get("annotations") or {}
        self.namespace = metadata.get("namespace") or namespace
        self.policy = policy
        self.release = release
        self.steps: list[Step] = []
        self.warnings: list[str] = []

    def host_network(self) -> Decision | None:
        if self.spec.get("hostNetwork"):
            return self._decided(False, "host-network", "spec.hostNetwork: true")
        self._open("host network", "spec.hostNetwork is not set")
        return None

    def ignored_namespace(self) -> Decision | None:
        if self.namespace in IGNORED_NAMESPACES:
            return self._decided(False, "ignored-namespace", f"namespace {self.namespace}")
        self._open("ignored namespaces", f"namespace {self.namespace or '(none)'} is not among them")
        return None

    def marker(self) -> Decision | None:
        where = "label" if SIDECAR_INJECT in self.labels else "annotation"
        text = (self.labels if where == "label" else self.annotations).get(SIDECAR_INJECT, "")
        said = self._read_marker(text)
        if said is None:
            found = f"{where} {SIDECAR_INJECT}: {show_value(text)}" if text else f"no {SIDECAR_INJECT}"
            self._open("inject marker", found)
            return None
        return self._finish(said, where, f"{where} {SIDECAR_INJECT}: {show_value(text)}")

    def by_selectors(self) -> Decision:
        for kind, reason, rule, said in (
            (self.policy.never, "never-inject-selector", "neverInjectSelector", False),
            (self.policy.always, "always-inject-selector", "alwaysInjectSelector", True),
        ):
            matching = self._matching(kind)
            if matching is not None:
                return self._finish(said, reason, f"{rule}[{matching}]")
            self._open(rule, f"none of {len(kind)} matches the pod's labels" if kind else "no selectors configured")
        inject, reason = required(None, self.policy.policy)
        return self._by_policy(inject, reason)

    def _read_marker(self, text: str) -> bool | None:
        if not text:
            return None
        if not self.release.has("injection.marker_true_or_false_only"):
            return text.lower() in _YES_IN_ANY_CASE
        if text in ("true", "false"):
            return text == "true"
        self.warnings.append(
            f"Invalid value for {SIDECAR_INJECT}: \"{text}\". Only 'true' and 'false' are accepted. "
            "Falling back to default injection policy."
        )
        return None

    def _matching(self, listed: Sequence[Mapping[str, Json]]) -> int | None:
        for index, selector in enumerate(listed):
            if selectors.empty(selector):
                continue
            try:
                if selectors.matches(selector, self.labels):
                    return index
            except SelectorError as error:
                self.warnings.append(f"selector skipped: {error.message}")
        return None

    def _finish(self, said: bool, reason: str, decided_by: str) -> Decision:
        inject, policy_reason = required(said, self.policy.policy)
        if inject == said:
            return self._decided(said, reason, decided_by)
        self.steps.append(Step(reason, _word(said), decided_by))
        return self._by_policy(inject, policy_reason)

    def _by_policy(self, inject: bool, reason: str) -> Decision:
        if reason == "policy-illegal":
            self.warnings.append(
                f"Illegal value for autoInject:{self.policy.policy}, must be one of [enabled,disabled]. "
                "Auto injection disabled!"
            )
        return self._decided(inject, reason, f"policy: {self.policy.policy}")

    def _decided(self, inject: bool, reason: str, decided_by: str) -> Decision:
        self.steps.append(Step(reason, _word(inject), decided_by))
        return Decision(inject, reason, decided_by, tuple(self.steps), tuple(self.warnings))

    def _open(self, rule: str, detail: str) -> None:
        self.steps.append(Step(rule, "undecided", detail))


def _word(inject: bool) -> str:
    return "yes" if inject else "no"
