"""An unconditional write cannot be expressed."""

import pytest

from canary.cluster.objects import Raw
from tests.cluster.splits import a_patch, a_split

SEEN = a_split(uid="u-1", resourceVersion="41")


@pytest.mark.parametrize("version", ["", "0", "00"])
def test_a_patch_for_any_version_cannot_be_made(version: str) -> None:
    with pytest.raises(ValueError, match="any version"):
        a_patch(SEEN, resource_version=version)


def test_a_patch_for_any_uid_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="uid"):
        a_patch(SEEN, uid="")


@pytest.mark.parametrize("smuggled", [{"resourceVersion": "42"}, {"uid": None}])
def test_the_body_cannot_change_the_conditions(smuggled: Raw) -> None:
    with pytest.raises(ValueError, match="neither"):
        a_patch(SEEN, {"metadata": smuggled})


def test_the_conditions_are_sent_beside_the_annotations() -> None:
    merged = a_patch(SEEN, {"metadata": {"annotations": {"a": "b"}}, "spec": {}}).merge()
    assert merged == {
        "metadata": {"annotations": {"a": "b"}, "uid": "u-1", "resourceVersion": "41"},
        "spec": {},
    }
