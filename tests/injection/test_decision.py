"""Whether a pod is injected, and what decided it."""

from __future__ import annotations

from typing import Any

import pytest

from meshc import catalog
from meshc.injection.decision import Policy, decide
from tests.injection.pods import pod

OLD, NEW = catalog.release("1.26"), catalog.release("1.27")
MARKER = "sidecar.istio.io/inject"


@pytest.mark.parametrize(
    ("made", "policy", "inject", "reason"),
    [
        (pod(hostNetwork=True, labels={MARKER: "true"}), Policy(), False, "host-network"),
        (pod(namespace="kube-system", labels={MARKER: "true"}), Policy(), False, "ignored-namespace"),
        (pod(namespace="local-path-storage"), Policy(), False, "ignored-namespace"),
        (pod(labels={MARKER: "false"}, annotations={MARKER: "true"}), Policy(), False, "label"),
        (pod(labels={MARKER: ""}, annotations={MARKER: "false"}), Policy(), True, "policy-enabled"),
        (pod(annotations={MARKER: "false"}), Policy(), False, "annotation"),
        (pod(annotations={MARKER: "true"}), Policy("disabled"), True, "annotation"),
        (pod(), Policy("disabled"), False, "policy-disabled"),
        (pod(), Policy(), True, "policy-enabled"),
        (pod(labels={MARKER: "true"}), Policy("sometimes"), False, "policy-illegal"),
        (pod(labels={"a": "b"}), Policy(never=[{"matchLabels": {"a": "b"}}]), False, "never-inject-selector"),
        (
            pod(labels={"a": "b"}),
            Policy("disabled", always=[{}, {"matchLabels": {"a": "b"}}]),
            True,
            "always-inject-selector",
        ),
        (pod(labels={"a": "b"}), Policy(never=[{}]), True, "policy-enabled"),
        (
            pod(labels={"a": "b"}),
            Policy(never=[{"matchExpressions": [{"key": "c", "operator": "DoesNotExist"}]}]),
            False,
            "never-inject-selector",
        ),
        (
            pod(labels={MARKER: "true", "a": "b"}),
            Policy(never=[{"matchLabels": {"a": "b"}}]),
            True,
            "label",
        ),
    ],
)
def test_the_first_rule_that_says_something_decides(made: Any, policy: Policy, inject: bool, reason: str) -> None:
    for release in (OLD, NEW):
        decision = decide(made, policy, release)
        assert (decision.inject, decision.reason) == (inject, reason)
        assert decision.steps[-1].outcome == ("yes" if inject else "no")


@pytest.mark.parametrize("text", ["y", "Yes", "ON", "TRUE"])
def test_words_for_true_count_until_1_26(text: str) -> None:
    made = pod(annotations={MARKER: text})
    assert decide(made, Policy("disabled"), OLD).inject
    decision = decide(made, Policy("disabled"), NEW)
    assert not decision.inject
    assert f'"{text}"' in decision.warnings[0]


def test_any_other_text_is_no_until_1_26_and_nothing_since() -> None:
    made = pod(labels={MARKER: "random"})
    assert not decide(made, Policy(), OLD).inject
    assert decide(made, Policy(), NEW).inject


def test_an_invalid_selector_is_passed_over_with_a_warning() -> None:
    bad = {"matchExpressions": [{"key": "a", "operator": "Maybe"}]}
    decision = decide(pod(labels={"a": "b"}), Policy(never=[bad, {"matchLabels": {"a": "b"}}]), NEW)
    assert decision.decided_by == "neverInjectSelector[1]"
    assert "Maybe" in decision.warnings[0]


def test_every_rule_looked_at_is_told_in_order() -> None:
    steps = decide(pod(), Policy(), NEW).steps
    assert [step.rule for step in steps] == [
        "host network",
        "ignored namespaces",
        "inject marker",
        "neverInjectSelector",
        "alwaysInjectSelector",
        "policy-enabled",
    ]


def test_the_namespace_given_counts_where_the_pod_names_none() -> None:
    assert not decide(pod(), Policy(), NEW, namespace="kube-public").inject
    assert decide(pod(namespace="mine"), Policy(), NEW, namespace="kube-public").inject
