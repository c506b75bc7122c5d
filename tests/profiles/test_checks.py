"""Every digest and every readable fact of the specification's release file, where it stands beside the checkout."""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from meshc import catalog, profiles, yamlio
from meshc.errors import SettingsError
from meshc.gateways.gateway_objects import profile_gateways
from meshc.models.values import Values
from meshc.profiles import Resolved, helmflags, setflags
from meshc.settings import Settings, injector
from meshc.trees import get

SPEC = Path(__file__).resolve().parents[3] / "shared" / "spec"
FACTS = [SPEC / "releases.yaml", *sorted(SPEC.glob("releases-*.yaml"))]
MINORS = [release.minor for release in catalog.releases()]
pytestmark = pytest.mark.skipif(not FACTS[0].is_file(), reason="no ../shared/spec/releases.yaml beside the checkout")


@cache
def _facts() -> Any:
    """Checks and readable facts of all files, and the release each minor was looked at in where it is no full release."""
    found: dict[str, Any] = {"checks": {}, "expect": [], "seen": {}}
    for file in FACTS:
        text = file.read_text(encoding="utf-8")
        facts = yamlio.load(text[text.index("\nchecks:") :])
        found["checks"] |= facts["checks"]
        found["expect"] += facts["expect"]
        for minor, candidate in re.findall(r"latest: '?((?:\d+\.\d+)\.\d+)(-rc\.\d+)", text):
            found["seen"][str(catalog.release(minor).minor)] = minor + candidate
    return found


def _stamp(release: catalog.Release) -> dict[str, str]:
    """Hub and tag of the release that the checks were made with: before its release, a candidate."""
    stamp = profiles.released(release)
    return {**stamp, "tag": _facts()["seen"].get(release.minor, stamp["tag"])}


def _digest(value: Any) -> str:
    text = json.dumps(_integral(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _integral(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _integral(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_integral(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _resolve(minor: str, key: str) -> Resolved:
    release = catalog.release(minor)
    installer, profile, *flags = key.split("/")
    spec: dict[str, Any] = {}
    for flag in flags:
        if installer == "helm":
            helmflags.write(spec, flag)
        else:
            path, value = setflags.parse(flag, release)
            setflags.write(spec, path, value, flag=flag)
    stamp = _stamp(release)
    if installer == "helm":
        user = spec if profile == "-" else {**spec, "profile": profile}
        return profiles.helm(release, user, stamp=stamp)
    return profiles.istioctl(release, profile, stamp=stamp, user=spec)


def _environment(found: Resolved) -> Any:
    if found.environment is None:
        return None
    entries = []
    for variable in found.environment:
        source = variable.get("valueFrom")
        if source is None:
            entries.append(variable)
            continue
        resource = source.get("resourceFieldRef", {})
        place = get(source, "fieldRef.fieldPath") or "/".join(filter(None, resource.values()))
        entries.append({"name": variable["name"], "from": place})
    return entries


def _injector(found: Resolved) -> Any:
    if found.values is None:
        return None
    config = injector.from_values(Values(found.values), found.release)
    return {
        "policy": config.policy,
        "defaultTemplates": list(config.default_templates),
        "templates": sorted(config.templates),
    }


@pytest.mark.parametrize("minor", MINORS)
def test_every_checked_installation_resolves_to_its_digests(minor: str) -> None:
    for key, wanted in _facts()["checks"][minor].items():
        if "error" in wanted:
            with pytest.raises(SettingsError):
                _resolve(minor, key)
            continue
        found = _resolve(minor, key)
        got = {
            "values": _digest(found.values),
            "mesh": _digest(found.mesh),
            "istiod_env": _digest(_environment(found)),
            "injector_config": _digest(_injector(found)),
        }
        assert got == {part: wanted[part] for part in got}, key


def _gateways(minor: str, profile: str, tag: str) -> list[Any]:
    settings = Settings.load(release=minor, profile=profile, set=[f"tag={tag}"])
    return [_gateway({o["kind"]: o for o in objects}) for _, objects in profile_gateways(settings)]


def _gateway(objects: dict[str, Any]) -> Any:
    container = objects["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    scaler = objects.get("HorizontalPodAutoscaler", {}).get("spec")
    target = scaler and scaler["metrics"][0]["resource"]
    return {
        "image": container["image"],
        "ports": container["ports"],
        "hpa": scaler
        and {
            "cpu": target.get("targetAverageUtilization") or target["target"]["averageUtilization"],
            "min": scaler["minReplicas"],
            "max": scaler["maxReplicas"],
        },
    }


@pytest.mark.parametrize("minor", MINORS)
def test_every_readable_fact_holds(minor: str) -> None:
    for fact in (f for f in _facts()["expect"] if f["minor"] == minor):
        found = _resolve(minor, "/".join(["istioctl", fact["profile"], *fact.get("set", ())]))
        parts = {"values": found.values, "mesh": found.mesh, "components": list(found.components)}
        top, *path = fact["path"].split("/")
        if top == "gateways":
            tag = _stamp(catalog.release(minor))["tag"]
            got = _gateways(minor, fact["profile"], tag)[int(path[0])][path[1]]
            assert got == fact["value"], fact
        else:
            assert get(parts[top], path) == fact["value"] if path else parts[top] == fact["value"], fact
