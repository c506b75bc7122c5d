"""Fields of structs, read one by one."""

from __future__ import annotations

import pytest

from meshc.kubernetes.fields import fields_of
from meshc.kubernetes.values import Mismatch

SPEC = fields_of("PodSpec", 35)


def test_a_field_reads_as_in_the_whole_object() -> None:
    assert SPEC.always == {"containers": None}
    assert SPEC.read("HOSTNETWORK", True) == ("hostNetwork", True, True)
    assert not SPEC.read("hostNetwork", False).kept
    assert SPEC.read("automountServiceAccountToken", False).kept
    assert not SPEC.read("unknown", 1).kept
    assert not SPEC.read("nodeSelector", {}).kept
    assert SPEC.read("nodeSelector", {"a": None, "b": "c"}).value == {"b": "c"}
    with pytest.raises(Mismatch):
        SPEC.read("hostNetwork", "yes")


def test_lists_know_their_merge_key_and_struct() -> None:
    assert (SPEC.merge_key("containers"), SPEC.element("containers")) == ("name", "Container")
    assert SPEC.merge_key("tolerations") is None
    assert SPEC.merge_key("unknown") is None
    assert fields_of("ObjectMeta", 35).union("finalizers")
    assert not SPEC.union("unknown")


def test_inside_structs_maps_and_scalars() -> None:
    assert SPEC.inside("securityContext").read("runAsUser", 0) == ("runAsUser", True, 0)
    labels = fields_of("ObjectMeta", 35).inside("labels")
    assert labels.read("a", "") == ("a", True, "")
    assert labels.merge_key("a") is None
    assert not labels.union("a")
    with pytest.raises(KeyError):
        labels.element("a")
    with pytest.raises(Mismatch) as caught:
        labels.read("a", 1)
    assert caught.value.path == []
