"""Statistics: tags, inclusion patterns, histogram buckets, intervals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import orjson

from meshc.bootstraps.agent.agent_inputs import Agent
from meshc.bootstraps.node.node_metadata import go_number
from meshc.catalog import Release
from meshc.errors import InputError
from meshc.gotext import durations

Node = dict[str, object]
"""A part of the bootstrap."""

_ANNOTATION = "sidecar.istio.io/"
_SECOND = 10**9
_DEFAULT_FLUSH = 5 * _SECOND
_PREFIXES = ("cluster_manager", "listener_manager", "server", "cluster.xds-grpc", "wasm")
_SUFFIXES = ("rbac.allowed", "rbac.denied", "shadow_allowed", "shadow_denied")
_LAST_PREFIXES = ("component", "istio")


@dataclass(frozen=True)
class Source:
    """Everything that determines a node's statistics: the agent's input, metadata annotations, node addresses."""

    agent: Agent
    annotations: Mapping[str, str] = field(default_factory=dict)
    addresses: Sequence[str] = ()
    exit_on_zero: bool = False
    metadata_discovery: bool = False


def tags(source: Source) -> list[Node]:
    """Stats tags in order: the release's first ones, the extra ones, the release's last ones (docs/istio/bootstrap.md § 2.6).

    The list is shared: do not change it.
    """
    release = source.agent.release
    undelimited = release.has("bootstrap.delimited_tags_flag") and not source.agent.flag(
        "ENABLE_DELIMITED_STATS_TAG_REGEX"
    )
    return _tags(release, undelimited, tuple(extra_tags(source)))


def extra_tags(source: Source) -> list[str]:
    """Names of the extra tags: default ones, the ProxyConfig's, the annotation's; without empty names and duplicates."""
    names = list(source.agent.release.fact("bootstrap.tags_default_extra"))
    names += source.agent.config.extra_stat_tags
    names += source.annotations.get(f"{_ANNOTATION}extraStatTags", "").split(",")
    return [name for name in dict.fromkeys(names) if name]


def patterns(source: Source) -> list[Mapping[str, object]]:
    """Inclusion patterns in order (docs/istio/bootstrap.md § 2.6); the list is shared: do not change it."""
    matcher = source.agent.config.proxy_stats_matcher
    suffixes = required_suffixes(exit_on_zero=source.exit_on_zero)
    return _patterns(
        _included(source, "Prefixes", matcher.inclusion_prefixes, _PREFIXES),
        _included(source, "Suffixes", matcher.inclusion_suffixes, suffixes),
        _included(source, "Regexps", matcher.inclusion_regexps, required_regexes(source.agent)),
        discovery=source.metadata_discovery,
    )


def required_suffixes(*, exit_on_zero: bool) -> list[str]:
    """Suffixes of statistics that are always kept."""
    return [*_SUFFIXES, *(["downstream_cx_active"] if exit_on_zero else [])]


def required_regexes(agent: Agent) -> list[str]:
    """Regular expressions of statistics that are always kept."""
    regexes: list[str] = agent.release.fact("bootstrap.stats_required_regexes")
    return regexes


def histogram_buckets(source: Source) -> list[Node]:
    """Bucket settings sorted by prefix; empty unless the annotation is an object of number lists."""
    text = source.annotations.get(f"{_ANNOTATION}statsHistogramBuckets", "")
    if not text or not source.agent.release.has("bootstrap.histogram_buckets"):
        return []
    try:
        buckets = orjson.loads(text)
    except ValueError:
        return []
    if not isinstance(buckets, dict) or not all(map(_is_number_list, buckets.values())):
        return []
    return [{"match": {"prefix": p}, "buckets": go_number(buckets[p] or [])} for p in sorted(buckets)]


def intervals(source: Source) -> tuple[str, str]:
    """Flush and eviction interval as written, since 1.28; empty where absent (docs/istio/bootstrap.md § 2.6).

    Raises InputError for an eviction interval beside a flush interval of zero, which stops the agent.
    """
    release = source.agent.release
    if not release.has("bootstrap.stats_intervals"):
        return "", ""
    flush = _duration(source, "statsFlushInterval")
    eviction = _duration(source, "statsEvictionInterval")
    written = durations.spelled(flush) if flush else ""
    period = _DEFAULT_FLUSH if flush is None else flush
    if eviction is None:
        return written, ""
    if not period:
        raise _zero_flush()
    # The agent ignores an eviction interval that is not a multiple of the flush interval.
    if eviction % period:
        return written, ""
    seconds = f"{eviction // _SECOND}s" if eviction > 0 else f"-{-eviction // _SECOND}s"
    return written, seconds if release.has("bootstrap.eviction_in_seconds") else durations.spelled(eviction)


def _duration(source: Source, name: str) -> int | None:
    written = source.annotations.get(f"{_ANNOTATION}{name}")
    try:
        return durations.parse(written) if written else None
    except ValueError:
        return None


@lru_cache(maxsize=256)
def _tags(release: Release, undelimited: bool, extra: tuple[str, ...]) -> list[Node]:
    # Envoy takes the first tag that matches, so the order of the three groups is part of the result.
    before = release.fact("bootstrap.tags_before_undelimited" if undelimited else "bootstrap.tags_before")
    own = [(tag, rf"({tag}=\.=(.*?);\.;)") for tag in extra]
    after = release.fact("bootstrap.tags_after")
    return [{"tag_name": name, "regex": regex} for name, regex in (*before, *own, *after)]


@lru_cache(maxsize=256)
def _patterns(
    prefixes: Sequence[str], suffixes: Sequence[str], regexes: Sequence[str], *, discovery: bool
) -> list[Mapping[str, object]]:
    return [
        {"prefix": "reporter="},
        *([{"prefix": "workload_discovery"}] if discovery else []),
        *({"prefix": p} for p in prefixes),
        *({"suffix": s} for s in suffixes),
        *({"safe_regex": {"regex": r}} for r in regexes),
        *({"prefix": p} for p in _LAST_PREFIXES),
    ]


def _included(source: Source, name: str, configured: Sequence[str], required: Iterable[str]) -> tuple[str, ...]:
    # The annotation replaces the ProxyConfig's list; the required ones come last in either case.
    annotated = source.annotations.get(f"{_ANNOTATION}statsInclusion{name}", "")
    given = annotated.split(",") if annotated else configured
    return (*(copy for entry in given for copy in _per_address(entry, source.addresses)), *required)


def _per_address(entry: str, addresses: Sequence[str]) -> list[str]:
    return [entry.replace("{pod_ip}", ip) for ip in addresses] if "{pod_ip}" in entry else [entry]


def _is_number_list(value: object) -> bool:
    return value is None or (
        isinstance(value, list) and all(isinstance(n, int | float) and not isinstance(n, bool) for n in value)
    )


def _zero_flush() -> InputError:
    return InputError(
        "an eviction interval cannot go with a flush interval of zero: the agent stops on it",
        path=["metadata", "annotations", f"{_ANNOTATION}statsFlushInterval"],
        value="0s",
        hint="write a flush interval above zero, or leave the annotation out",
    )
