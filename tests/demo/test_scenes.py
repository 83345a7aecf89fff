"""Every scene ends as it says."""

from collections import Counter
from functools import cache
from itertools import pairwise

import pytest

from canary.demo.narrator import Told
from canary.demo.outcome import outcome
from canary.demo.result import DemoResult
from canary.demo.scene import Scene
from canary.demo.scenes import SCENES
from tests.demo.plays import BY_NAME, a_play, to_the_end

CHANCE = {"good", "subtle", "outage", "bursts", "blackout", "drift"}
"""Scenes whose end is a matter of statistics; the others end so whatever the seed."""

SEEDS = range(50)


def played_anew(scene: Scene, seed: int = 1) -> tuple[DemoResult, list[Told]]:
    with a_play(scene, seed) as play:
        to_the_end(play)
        return outcome(play), play.told


played = cache(played_anew)
"""Once is enough for those who only look at it."""


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_scene_ends_as_it_says(scene: Scene) -> None:
    result, told = played(scene)
    assert (result.phase, result.reason, result.exit_code) == scene.end, told


@pytest.mark.parametrize("name", ["errors", "bursts"])
def test_the_same_seed_gives_the_same_play(name: str) -> None:
    assert played_anew(BY_NAME[name], 7) == played_anew(BY_NAME[name], 7)


def test_another_seed_gives_another_play() -> None:
    assert played(BY_NAME["errors"], 1) != played(BY_NAME["errors"], 2)


def test_a_failing_canary_is_out_within_three_intervals_and_late_ones_within_six() -> None:
    errors, _ = played(BY_NAME["errors"])
    late, _ = played(BY_NAME["late"])
    assert errors.intervals_to_verdict <= 3
    assert late.intervals_to_verdict <= 6


def test_nothing_is_advanced_untested_where_it_is_quiet() -> None:
    result, _ = played(BY_NAME["quiet"])
    assert [weighed.canary for weighed in result.weights] == [0, 50]


def test_foreign_weights_are_written_back_at_once_and_go_on_when_somebody_says_so() -> None:
    result, told = played(BY_NAME["drift"])
    foreign = next(at for at, (_, after) in enumerate(pairwise(result.weights)) if after.canary == 500)
    assert result.weights[foreign + 2].canary == 100
    assert result.weights[foreign + 2].at == result.weights[foreign + 1].at
    assert [one.reason for one in told if one.reason in ("Drifted", "Resumed")] == ["Drifted", "Resumed"]


def test_weights_do_not_move_while_the_metrics_are_gone() -> None:
    result, told = played(BY_NAME["blackout"])
    assert "SourceAway" in [one.reason for one in told]
    assert not [weighed for weighed in result.weights if 70 <= weighed.at <= 240]


@pytest.mark.full
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_fifty_seeds_end_so(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    ends = Counter[tuple[str, str, int]]()
    for seed in SEEDS:
        result, _ = played_anew(scene, seed)
        ends[result.phase, result.reason, result.exit_code] += 1
    with capsys.disabled():
        told = ", ".join(f"{count} {phase} {reason} {code}" for (phase, reason, code), count in ends.items())
        print(f"\n{scene.name}: {told}")
    assert ends[scene.end] >= len(SEEDS) - (scene.name in CHANCE)
