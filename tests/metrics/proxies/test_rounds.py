"""What is kept is bounded."""

from canary.metrics.moments import Workload
from canary.metrics.proxies.counted import Counted, Place
from canary.metrics.proxies.rounds import Round, Rounds
from canary.metrics.tally import Asking
from tests.metrics.proxies.scene import BEFORE, a_client, a_scene

PLACE = Place("clients", "shop", "web")


def busy(rows: int) -> Round:
    """A round in which so many endpoints answered."""
    kept = Round(pages=1)
    kept.counts[PLACE] = {Asking(Workload(), f"web-{pod}"): Counted(1) for pod in range(rows)}
    return kept


def test_an_hour_is_kept() -> None:
    rounds = Rounds(seconds=60)
    for index in range(100, 300):
        rounds.add(index, busy(1))
    assert len(list(rounds)) == 60
    assert rounds.get(240) is not None
    assert rounds.get(239) is None
    assert "longer ago" in rounds.why_missing(239)


def test_fewer_are_kept_where_there_is_more_to_tell_apart() -> None:
    rounds = Rounds(seconds=60, rows=10)
    for index in range(5):
        rounds.add(index, busy(3))
    assert [rounds.get(index) is not None for index in range(5)] == [False, False, True, True, True]


def test_the_newest_is_kept_however_large() -> None:
    rounds = Rounds(seconds=60, rows=10)
    rounds.add(1, busy(1))
    rounds.add(2, busy(11))
    assert len(list(rounds)) == 1


def test_a_long_pause_leaves_only_what_came_after() -> None:
    rounds = Rounds(seconds=60)
    rounds.add(1, busy(1))
    rounds.add(1000, busy(1))
    assert rounds.get(1) is None
    assert rounds.newest == 1000


def test_targets_that_are_gone_are_forgotten() -> None:
    scene = a_scene(a_client(rate=1))
    scene.gone |= {target.pod for target in scene.targets() if target.deployment != "frontend"}
    scene.pass_by()
    scene.gone.add("frontend-7d9c-1")
    scene.pass_by(121)
    assert ("sample-app", "frontend-7d9c-1") not in scene.source._history._watches
    assert scene.told(BEFORE + 1).strata is not None
