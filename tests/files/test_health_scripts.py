"""The health scripts of examples/gitops say of every phase what Argo CD should show, in the Lua that Argo CD speaks."""

from typing import Any

import pytest
from lupa import lua51

from canary.cluster.records import plain
from canary.terms import Phase, Word
from tests.files.project import ROOT
from tests.rollout.builders import ID, a_stamp, a_waiting_stamp, an_ended_stamp
from tests.rollout.test_telling import a_record, of_stamp, told_of

FOLDER = ROOT / "examples" / "gitops" / "argocd"

HEALTH = {
    Phase.WAITING: "Progressing",
    Phase.PROGRESSING: "Progressing",
    Phase.BAKING: "Progressing",
    Phase.PAUSED: "Suspended",
    Phase.AWAITING_APPROVAL: "Suspended",
    Phase.PROMOTED: "Healthy",
    Phase.FAILED_HELD: "Degraded",
    Phase.ROLLED_BACK: "Degraded",
    Phase.ABORTED: "Degraded",
    Phase.REJECTED: "Degraded",
}


def a_stamp_in(phase: Phase, **changes: object) -> Any:  # noqa: ANN401
    if phase is Phase.WAITING:
        return a_waiting_stamp(**changes)
    return an_ended_stamp(phase, **changes) if phase.ended else a_stamp(phase=phase, **changes)


def health(kind: str, obj: dict[str, Any]) -> tuple[str, str]:
    """What a script says of an object."""
    lua = lua51.LuaRuntime(unpack_returned_tuples=True)
    lua.globals().obj = lua.table_from(obj, recursive=True)
    found = lua.execute((FOLDER / f"health-{kind}.lua").read_text())
    return found["status"], found["message"]


def a_split(**words: str) -> dict[str, Any]:
    return {"metadata": {"annotations": {Word(word).key: value for word, value in words.items()}}}


@pytest.mark.parametrize("phase", HEALTH)
def test_a_record_is_as_healthy_as_its_phase(phase: Phase) -> None:
    record = a_record(of_stamp(a_stamp_in(phase)))
    status, message = health("canaryrollout", {"status": plain(told_of(record))})
    assert (status, message.partition(":")[0]) == (HEALTH[phase], phase)


def test_a_record_that_tells_nothing_yet_is_on_its_way_and_one_that_drifted_is_not() -> None:
    assert health("canaryrollout", {"metadata": {}})[0] == "Progressing"
    drifted = a_record(of_stamp(an_ended_stamp(Phase.PROMOTED, drifted="kubectl")))
    assert health("canaryrollout", {"status": plain(told_of(drifted))})[0] == "Degraded"


@pytest.mark.parametrize("phase", HEALTH)
def test_a_split_is_as_healthy_as_the_phase_in_its_stamp(phase: Phase) -> None:
    stamp = a_stamp_in(phase, message='a canary named "phase":"Promoted"')
    assert health("trafficsplit", a_split(policy="p", rollout=ID, state=stamp.render())) == (
        HEALTH[phase],
        f"{ID} {phase}: {stamp.reason}",
    )


def test_a_split_whose_rollout_nobody_picked_up_is_on_its_way() -> None:
    assert health("trafficsplit", a_split(policy="p", rollout=ID))[0] == "Progressing"
    over = an_ended_stamp(Phase.PROMOTED).render()
    assert health("trafficsplit", a_split(policy="p", rollout="a2", state=over))[0] == "Progressing"


def test_a_split_of_which_nothing_is_asked_is_healthy() -> None:
    assert health("trafficsplit", {"metadata": {}})[0] == "Healthy"
    assert health("trafficsplit", a_split(policy="p"))[0] == "Healthy"


def test_a_split_that_drifted_is_degraded() -> None:
    drifted = an_ended_stamp(Phase.PROMOTED, drifted="kubectl").render()
    assert health("trafficsplit", a_split(policy="p", rollout=ID, state=drifted))[0] == "Degraded"
