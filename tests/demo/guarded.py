"""Rollouts under one guard each, on a virtual clock that may leap over a night."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from canary.demo.lockstep import opened
from canary.demo.place import Setting
from canary.demo.play import BEFORE, Play
from canary.demo.scene import Act
from canary.rollout import policyfile
from tests.demo.plays import BY_NAME

RATE = 60.0
"""Requests per second: with so wide margins each rung takes half a minute."""

POLICY = """\
apiVersion: canary.delivery/v1alpha1
kind: RolloutPolicy
metadata: {name: guarded}
spec:
  steps:
    - {share: 10%, bake: {min: 20s, max: 5m}}
    - {share: 50%, bake: {min: 20s, max: 5m}, approval: false}
  finalBake: {min: 20s, max: 5m}
  gates:
    - {kind: errors, margin: 3%}
    - {kind: objective, success: 95%}
  deadline: 20m
"""

HOUR = 3600.0


@contextmanager
def guarded(
    *keys: str,
    asked: str = "2026-01-01T12:00",
    script: tuple[tuple[float, Act], ...] = (),
    approval: bool = False,
    rate: float = RATE,
) -> Iterator[Play]:
    """
    A healthy rollout, just asked for.

    Args:
        keys: lines of the policy beside the usual ones.
        asked: when, in UTC.
        script: what happens when, seconds after that.
        approval: of the step to 50 %.
        rate: requests per second.
    """
    text = POLICY.replace("approval: false", f"approval: {str(approval).lower()}") + "".join(
        f"  {key}\n" for key in keys
    )
    scene = replace(BY_NAME["good"], policy="guarded", rate=rate, script=script, longest=1e9)
    start = datetime.fromisoformat(asked).replace(tzinfo=UTC) - timedelta(seconds=BEFORE)
    with opened(scene, Setting(policyfile.read(text, "guarded.yaml"), text, start=start)) as show:
        yield Play(show, scene, seed=1)


def moment(play: Play, text: str) -> float:
    """Seconds from when it was asked for until that moment, in UTC."""
    asked = play.show.clock.now() - timedelta(seconds=play.at)
    return (datetime.fromisoformat(text).replace(tzinfo=UTC) - asked).total_seconds()


def leap(play: Play, to: float, piece: float = HOUR) -> None:
    """
    Time goes by while hardly anybody calls; the last minute is as long as any.

    Args:
        piece: of time, at whose end the daemon is awake; intervals within one are unknown to it.
    """
    usual = play.show.stage._client()
    play.show.stage.mesh.client(replace(usual, rate=0.001))
    while play.at < to - 60:
        play.piece(min(piece, to - 60 - play.at))
    play.show.stage.mesh.client(usual)
    while play.at < to:
        play.second()


def on_until(play: Play, reason: str, most: float = 300) -> float:
    """Let it go on until that is told; when it was."""
    last = play.at + most
    told = len(play.told)
    while play.at < last:
        play.second()
        for one in play.told[told:]:
            if one.reason == reason:
                return one.at
    raise AssertionError(f"no {reason} in {play.told[told:]}")


def weights(play: Play) -> list[int]:
    """The canary's, of 1000, one after the other."""
    return [canary for _, _, canary in play.show.stage.weighed]


def moved(play: Play) -> list[float]:
    """When they changed, seconds after it was asked for."""
    return [at - play.began for at, _, _ in play.show.stage.weighed[1:]]


def reasons(play: Play) -> list[str]:
    """What was told, one after the other."""
    found = [one.reason for one in play.told]
    return [one for before, one in zip([None, *found], found, strict=False) if one != before]
