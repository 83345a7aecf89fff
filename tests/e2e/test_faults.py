"""Servers that answer badly, in the middle of a rollout or at its start: it holds, and goes on to the same end."""

import signal

import pytest

from tests.beds.patience import rest, wait_until
from tests.e2e.daemon import Daemon
from tests.e2e.history import Version, stamp_of
from tests.e2e.meddler import Meddler
from tests.e2e.served import conflicts
from tests.e2e.spoilt import Spoil, empty, honest, not_a_number, refused, silent, spoilt, warned
from tests.e2e.story import RUNGS, ask, ended, on_step, path, wait_for
from tests.e2e.world import CANARY, SPLIT, STABLE, World
from tests.metrics.scripted import ScriptedServer

pytestmark = [pytest.mark.servers, pytest.mark.full, pytest.mark.timeout(400)]

FAULTS: tuple[tuple[Spoil, str], ...] = (
    (empty, "SourceAway"),
    (not_a_number, "SourceAway"),
    (warned, "NoMetrics"),
    (refused, "SourceAway"),
    (silent, "SourceAway"),
)
"""One for each step, and the reason that is told for it. Who answers, but sees no proxy at all, is away, too."""

TOLD_WITHIN = 30
MEDDLES_EVERY = 0.03
CONFLICTS = 5
"""Fewer are no storm."""


def holds(world: World, settled: Version, reason: str) -> None:
    """The reason is told where it stands, and until then nothing has moved."""
    told = wait_for(
        world, lambda stamp: stamp.get("reason") == reason, TOLD_WITHIN, f"{reason} is told", settled.number
    )
    before, now = stamp_of(settled) or {}, stamp_of(told) or {}
    assert (now["phase"], now["step"]) == (before["phase"], before["step"]), now["message"]
    assert told.weights == settled.weights
    assert path(world) == RUNGS[: now["step"] - 1]


def test_bad_answers_of_prometheus_hold_a_rollout_and_end_none(world: World) -> None:
    with ScriptedServer() as between:
        between.says = spoilt(world.prometheus.url, honest)
        world.daemon("--prometheus", between.url).start()
        ask(world)
        for step, (fault, reason) in enumerate(FAULTS, 1):
            settled = on_step(world, step)
            between.says = spoilt(world.prometheus.url, fault)
            holds(world, settled, reason)
            between.says = spoilt(world.prometheus.url, honest)
        ended(world, "Promoted", 60)
    assert path(world) == RUNGS


def test_a_storm_of_conflicts_changes_neither_path_nor_end(world: World) -> None:
    before = conflicts(world.plane.admin)
    world.daemon().start()
    ask(world)
    with Meddler(world, MEDDLES_EVERY) as meddler:
        over = ended(world, "Promoted", 200)
    met = conflicts(world.plane.admin) - before
    print(f"{met:g} conflicts, {meddler.writes} writes of somebody else")
    assert over.weights == {STABLE: 0, CANARY: 1000}
    assert path(world) == RUNGS
    assert met >= CONFLICTS


def tried_in_vain(daemon: Daemon) -> bool:
    return 'canary_failures_total{family="Unavailable"}' in daemon.get("/metrics")


def test_without_the_api_server_a_start_waits_for_it(world: World) -> None:
    daemon = world.daemon()
    daemon.start()
    daemon.program.signal(signal.SIGSTOP)
    asked = ask(world)
    wait_until(lambda: world.history.of(SPLIT)[-1].number == asked, 5, "the watches have told the annotation")
    world.plane.stop_apiserver()
    daemon.program.signal(signal.SIGCONT)
    wait_until(lambda: tried_in_vain(daemon), 20, "the daemon has tried to begin")
    rest(5)
    world.plane.start_apiserver()
    ended(world, "Promoted", 120)
    assert path(world) == RUNGS


def test_an_api_server_that_does_not_answer_is_waited_for(world: World) -> None:
    """What it was asked meanwhile it may still do when it wakes, late: each write is good for one version only."""
    daemon = world.daemon()
    daemon.start()
    ask(world)
    on_step(world, 1)
    with world.plane.frozen_apiserver():
        wait_until(lambda: tried_in_vain(daemon), 40, "the daemon has tried to advance")
        rest(5)
    ended(world, "Promoted", 120)
    assert path(world) == RUNGS
