"""Upgrade previews: complete, and each change with its cause out of the catalogue."""

from __future__ import annotations

from functools import cache, partial
from itertools import pairwise
from typing import Any

import pytest

from meshc import Settings, catalog, resources, yamlio
from meshc.catalog import Release
from meshc.comparison.apply import apply
from meshc.comparison.causes import Causes
from meshc.comparison.compare import compare
from meshc.comparison.steps import RELEASE, TABLES, steps
from meshc.comparison.trials import Compiled, Workload, compiled
from meshc.comparison.upgrade import Between, preview
from meshc.gateways.gateway_objects import profile_gateways
from meshc.rendering.units import Unit, plan, unit_of
from meshc.reports.changes import Report
from meshc.yamlio import Document
from tests.comparison.running_pods import WORKLOAD

PAIRS = list(pairwise(catalog.releases()))
_ANNOTATED: dict[str, str] = {
    "sidecar.istio.io/proxyCPU": "250m",
    "sidecar.istio.io/interceptionMode": "TPROXY",
    "proxy.istio.io/config": "holdApplicationUntilProxyStarts: true\ntracing: {sampling: 10}\n",
}


@cache
def settings_at(release: Release) -> Settings:
    return Settings.load(release=release, profile="demo")


@cache
def workloads() -> tuple[Workload, ...]:
    """The bundled sample, three workloads of our own and the profile's gateways."""
    sample = yamlio.load_all(resources.text("schemas", "samples", "httpbin.yaml"), file="httpbin.yaml")
    documents = [*sample, *(Document(d) for d in (WORKLOAD, _other("tuned", _ANNOTATED), _grpc()))]
    units = plan(documents, settings_at(catalog.newest()))
    gateways = [u.folder for r in (catalog.releases()[0], catalog.newest()) for u in _gateways(settings_at(r))]
    made = {folder: Workload(folder, units[0], _gateways) for folder in gateways}
    return (*(Workload(u.folder, u) for u in units), *made.values())


def _gateways(settings: Settings) -> list[Unit]:
    found = []
    for _, objects in profile_gateways(settings):
        others = [o for o in objects if o["kind"] != "Deployment"]
        found += [
            unit_of(o, settings, source="profile", resources=others) for o in objects if o["kind"] == "Deployment"
        ]
    return found


def _other(name: str, annotations: dict[str, str]) -> Any:
    template = WORKLOAD["spec"]["template"]
    metadata = {**template["metadata"], "annotations": annotations}
    spec = {**WORKLOAD["spec"], "template": {**template, "metadata": metadata}}
    return {**WORKLOAD, "metadata": {"name": name, "namespace": "shop"}, "spec": spec}


def _grpc() -> Any:
    return _other("agent", {"inject.istio.io/templates": "grpc-agent"})


@cache
def _previewed(old: Release, new: Release) -> tuple[Report, Between]:
    between = Between(settings_at(old), settings_at(new))
    found = [(w, between.differences(w)) for w in workloads()]
    return preview(between, found, Causes(old, new, settings_at, {})), between


def _documents(one: Compiled) -> dict[tuple[str, str], Any]:
    import orjson

    nodes = {name: {"node": one.nodes[name], **orjson.loads(one.rests[name])} for name in one.rests}
    return {**{(side.subject, ""): side.value for side in one.objects}, **{("", n): v for n, v in nodes.items()}}


@pytest.mark.parametrize(("old", "new"), PAIRS, ids=[f"{a.minor}-{b.minor}" for a, b in PAIRS])
def test_applying_the_changes_to_the_old_rendering_gives_the_new_one(old: Release, new: Release) -> None:
    report, between = _previewed(old, new)
    reported = {(s, c.part, c.path, c.kind) for c in report.changes for s in c.subjects}
    for workload in workloads():
        before, after = (_documents(compiled(workload.under(s), s, {})) for s in (between.old, between.new))
        found = between.differences(workload)
        assert {(f.subject, f.part, f.difference.where, f.difference.kind) for f in found} <= reported
        for key in {*before, *after}:
            mine = [f.difference for f in found if ((f.subject if not f.part else ""), f.part) == key]
            assert compare(apply(before.get(key), mine), after.get(key), domain=_domain(key)) == []


def _domain(key: tuple[str, str]) -> Any:
    return "bootstrap" if key[1] else "manifest"


@pytest.mark.parametrize(("old", "new"), PAIRS, ids=[f"{a.minor}-{b.minor}" for a, b in PAIRS])
def test_every_change_has_a_cause_out_of_the_catalogue(old: Release, new: Release) -> None:
    report, _ = _previewed(old, new)
    assert report.changes
    (step,) = steps(old, new)
    for change in report.changes:
        assert change.causes, change.where
        for cause in change.causes:
            assert cause.name in step.names or cause.name.startswith(("values.", "meshConfig.")), cause


def test_the_long_way_reports_causes_of_every_step() -> None:
    first, last = catalog.releases()[0], catalog.newest()
    report, _ = _previewed(first, last)
    known = {f"{a}.{n}" for a in catalog.areas() for n in catalog.switches(a)}
    known |= {f"{a}.{n}" for a in catalog.fact_areas() for n in catalog.facts(a)} | {*TABLES, RELEASE}
    names = {cause.name for change in report.changes for cause in change.causes}
    assert all(change.causes for change in report.changes)
    assert {n for n in names if not n.startswith(("values.", "meshConfig."))} <= known
    assert "injection.native_sidecars_auto" in names


def test_native_sidecars_are_one_entry_for_all_workloads_with_the_switch_behind_it() -> None:
    report, _ = _previewed(catalog.release("1.26"), catalog.release("1.27"))
    (moved,) = [c for c in report.changes if c.kind == "moved"]
    assert len(moved.subjects) > 1
    (cause,) = moved.causes
    assert (cause.name, cause.since) == ("injection.native_sidecars_auto", "1.27")
    assert str(cause).startswith("since 1.27: native sidecars are the default")


def test_a_changed_default_is_named_by_its_path() -> None:
    names = {c.name for a, b in PAIRS for change in _previewed(a, b)[0].changes for c in change.causes}
    assert any(name.startswith("values.global.proxy.") for name in names)


def test_nothing_changes_between_a_release_and_itself() -> None:
    release = catalog.release("1.24")
    report, _ = _previewed(release, release)
    assert not report.differs


def test_a_downgrade_is_previewed_the_same_way() -> None:
    report, _ = _previewed(catalog.release("1.27"), catalog.release("1.26"))
    (moved,) = [c for c in report.changes if c.kind == "moved"]
    assert [c.name for c in moved.causes] == ["injection.native_sidecars_auto"]


def test_one_patch_to_the_next_has_its_own_causes() -> None:
    report, _ = _previewed(catalog.release("1.25.3"), catalog.release("1.25.4"))
    assert any(c.name == RELEASE for change in report.changes for c in change.causes)


@pytest.mark.parametrize("release", catalog.releases(), ids=str)
def test_an_imagined_release_without_changes_compiles_as_the_real_one(release: Release) -> None:
    make = partial(compiled, places={})
    for workload in workloads():
        real, other = settings_at(release), settings_at(release.imagined({}))
        assert make(workload.under(real), real) == make(workload.under(other), other)
