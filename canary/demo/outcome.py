"""How a scene ended, and what it cost, here and under Flagger's rule."""

from collections.abc import Iterator
from math import ceil

from canary.demo.flagger import RULES, foresee
from canary.demo.ledger import Count, total
from canary.demo.lockstep import UNIT
from canary.demo.play import Play
from canary.demo.result import Cost, DemoResult, Flagger, Weighed
from canary.rollout.ending import ENDS, needs_person
from canary.rollout.stamp import Stamp
from canary.terms import Exit, Phase


def outcome(play: Play) -> DemoResult:
    """As far as it has come."""
    stamp, scene, ended = play.show.stamp, play.scene, _ended(play)
    phase, reason = (str(stamp.phase), stamp.reason) if stamp else ("", "Gone")
    exit_code, policy = _exit(stamp), play.show.policy.name
    return DemoResult(
        scene=scene.name,
        seed=play.seed,
        policy=policy,
        phase=phase,
        reason=reason,
        message=stamp.message if stamp else "the route is gone",
        exit_code=exit_code,
        expected=(phase, reason, exit_code) == scene.end if policy == scene.policy else None,
        virtual_seconds=ended,
        intervals_to_verdict=ceil(max(0.0, ended - scene.trouble) / UNIT),
        canary=Cost(**total(play.ledger.seconds)._asdict()),
        weights=tuple(_weights(play)),
        flagger_model=tuple(_flagger(play, stamp)),
    )


def _ended(play: Play) -> float:
    return play.at if play.ended is None else play.ended


def _exit(stamp: Stamp | None) -> Exit:
    if stamp is None:
        return Exit.ERROR
    return ENDS.get(stamp.phase, Exit.NEEDS_PERSON if needs_person(stamp) else Exit.TIMEOUT)


def _weights(play: Play) -> Iterator[Weighed]:
    for at, stable, canary in play.show.stage.weighed:
        yield Weighed(at=max(0.0, at - play.began), stable=stable, canary=canary)


def _flagger(play: Play, stamp: Stamp | None) -> Iterator[Flagger]:
    """Nothing where the canary was lost: while it is not ready, Flagger does not look at all."""
    if stamp is None or stamp.reason == "CanaryNotReady":
        return
    seconds, goes_on = play.ledger.seconds, list[Count]()
    if stamp.phase is Phase.ROLLED_BACK:
        seconds = seconds[: int(_ended(play))]
        goes_on = seconds[int(play.scene.trouble) :]
    for rule in RULES:
        seen = foresee(rule, seconds, goes_on)
        yield Flagger(
            interval_seconds=rule.interval,
            threshold=rule.threshold,
            rolled_back_after=seen.rolled_back,
            failed=seen.failed,
        )
