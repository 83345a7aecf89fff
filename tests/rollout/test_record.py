"""Names, labels and seals of records."""

import re

from hypothesis import given
from hypothesis import strategies as st

from canary.rollout import record
from canary.rollout.record import RouteRef, Spec
from tests.rollout.builders import CANARY, ID, STABLE, UID, a_stamp

OBJECT_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
LABEL = re.compile(r"([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?")
ROUTES = st.from_regex(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", fullmatch=True)
IDS = st.text(min_size=1, max_size=63)


def a_spec(**changes: object) -> Spec:
    route = RouteRef(kind="TrafficSplit", name="api-split", uid=UID)
    known = {"route": route, "id": ID, "attempt": 1, "stable": STABLE, "canary": CANARY}
    return Spec.model_validate({**known, **changes})


@given(route=ROUTES, rollout=IDS)
def test_a_record_has_a_legal_name_and_legal_labels_whatever_the_id(route: str, rollout: str) -> None:
    name = record.name(route, a_stamp(id=rollout))
    assert OBJECT_NAME.fullmatch(name)
    assert len(name) <= 253
    for value in record.labels(route, rollout).values():
        assert LABEL.fullmatch(value)
        assert len(value) <= 63


def test_every_attempt_has_a_record_of_its_own() -> None:
    stamps = [
        a_stamp(),
        a_stamp(attempt=2),
        a_stamp(id="A1"),
        a_stamp(id="a1-"),
        a_stamp(uid="another object of that name"),
    ]
    assert len({record.name("api-split", stamp) for stamp in stamps}) == len(stamps)
    assert record.name("api-split", a_stamp()).startswith("api-split-a1-1-")


def test_a_label_is_the_id_itself_where_that_is_legal() -> None:
    assert record.label("v2.4.1_b-7") == "v2.4.1_b-7"
    assert len({record.label(value) for value in ("a1.", "a1-", "a1_", "é", "è")}) == 5


def test_a_seal_tells_whether_a_hand_has_changed_what_it_is_about() -> None:
    sealed = record.seal(a_spec())
    assert record.seal(a_spec(reason="why", policy="quick")) == sealed
    swapped = a_spec(stable=CANARY, canary=STABLE)
    others = [swapped, a_spec(id="a2"), a_spec(attempt=2), a_spec(canary="api-v3")]
    assert len({record.seal(spec) for spec in others} | {sealed}) == 5
