"""Reads the packet-rule tool's command line and environment as the tool itself does (docs/istio/traffic-capture.md § 2.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from meshc.catalog import Release
from meshc.errors import InputError, nearest
from meshc.interception.checks import BOOLEANS, parameters
from meshc.yamlio import Json

_IGNORED = (
    "log_output_level",
    "log_as_json",
    "log_caller",
    "log_rotate",
    "log_stacktrace_level",
    "log_target",
    "vklog",
)


def settings(words: Sequence[str], environment: Mapping[str, str], release: Release) -> dict[str, Json]:
    """The settings that arguments (`istio-iptables -p 15001 …`) and environment amount to, by the tool's key names.

    Precedence follows the release: flags, then variables, then defaults; absent keys have the default.
    Raises InputError for a flag the tool does not have or one without its value.
    """
    given = parse(words)
    found: dict[str, Json] = {}
    for key, parameter in parameters().items():
        value = given.get(key)
        if value is None:
            value = _from_environment(parameter, environment, release)
        if value is not None:
            found[key] = value
    return found


def parse(words: Sequence[str]) -> dict[str, Json]:
    """Flags as given, by key name; the last of a repeated flag wins, flags about logging are skipped."""
    found: dict[str, Json] = {}
    rest = iter(words)
    for word in rest:
        if word == "--":
            break
        if word.startswith("-") and word != "-":
            _take(word, rest, found)
    return found


def _take(word: str, rest: Iterable[str], found: dict[str, Json]) -> None:
    name, value = _split(word)
    if name in _IGNORED:
        if value is None and name != "log_as_json":
            next(iter(rest), None)
        return
    key = _flags().get(name)
    if key is None:
        near = nearest(name, _flags())
        raise InputError(
            "unknown flag of istio-iptables",
            value=word,
            hint=f"did you mean --{near}?" if near else "see spec of pilot-agent istio-iptables",
        )
    if parameters()[key].get("kind") == "flag":
        found[key] = BOOLEANS.get(value, False) if value is not None else True
        return
    if value is None:
        value = next(iter(rest), None)
        if value is None:
            raise InputError("the flag needs a value", value=word, hint=f"write {word} VALUE")
    found[key] = value


def _split(word: str) -> tuple[str, str | None]:
    if word.startswith("--"):
        name, equals, value = word[2:].partition("=")
        return name, value if equals else None
    value = word[2:].removeprefix("=")
    return word[1:2], value or None


def _flags() -> dict[str, str]:
    names: dict[str, str] = {}
    for key, parameter in parameters().items():
        for form in ("flag", "short"):
            if form in parameter:
                names[parameter[form]] = key
    return names


def _from_environment(parameter: Mapping[str, str], environment: Mapping[str, str], release: Release) -> Json:
    flag, extra = parameter.get("flag"), parameter.get("variable")
    own = flag.upper().replace("-", "_") if flag else None
    boolean = parameter.get("kind") == "flag"
    if flag is None:
        return environment.get(extra or "")
    if release.has("interception.flags_before_environment"):
        order = [] if flag == "envoy-port" else [extra, own]
        return _first(order, environment, boolean=boolean, empty_counts=True)
    if extra == "INVALID_DROP":
        extra = None
    if flag == "dual-stack":
        # 1.17 has no such flag: the agent's variable alone decides
        own, extra = (own if release.has("interception.dual_stack_flag") else None), "ISTIO_AGENT_DUAL_STACK"
    return _first([own, extra], environment, boolean=boolean, empty_counts=False)


def _first(names: Sequence[str | None], environment: Mapping[str, str], *, boolean: bool, empty_counts: bool) -> Json:
    for name in names:
        if name is None or name not in environment or not (environment[name] or empty_counts):
            continue
        if not boolean:
            return environment[name]
        if environment[name] in BOOLEANS:
            return BOOLEANS[environment[name]]
    return None
