"""`canary explain`: why a rollout stands where it stands, and what would let it go on."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from canary.cli.shell.prometheus import Asking
from canary.cli.shell.target import Target
from canary.cli.shell.world import World
from canary.cli.work import explained
from canary.cli.work.attempts import entries
from canary.cli.work.explanation import RolloutExplanation, Why
from canary.cli.work.metering import address, counted_in, meter, timing
from canary.cli.work.moments import shown
from canary.cli.work.report import report
from canary.cli.work.rereading import Weighed, reread, stamped
from canary.cli.work.route import Seen, look
from canary.cli.work.session import opened
from canary.cli.work.standing import BY_EVIDENCE, decisions, stands
from canary.cli.work.weighing import AT_ONCE, coming, waits, weigh
from canary.daemon.moves import on_a_rung
from canary.errors import CanaryError, Invalid, Missing
from canary.metrics.source import Timing
from canary.rollout.record import Entry
from canary.rollout.stamp import Stamp
from canary.terms import Exit, Outcome


def explain(world: World, target: Target, wanted: str, asking: Asking, output: str) -> int:
    """
    Explain the rollout on a route.

    Args:
        wanted: an id; "" = whichever is there.

    Raises:
        Missing: there is no such route, or its stamp is about another rollout.
    """
    with opened(world, target) as session:
        found = look(session.server, session.place)
        _check(found, wanted)
        recorded = entries(session, found.stamp) if found.stamp else ()
        told = explanation(world, found, recorded, asking)
        explained.show(told, session.screen, output)
    return Exit.OK


def explanation(world: World, found: Seen, recorded: Sequence[Entry], asking: Asking) -> RolloutExplanation:
    """All there is to tell about a route; `recorded` are the decisions about the stamped attempt."""
    stamp, unknown = found.stamp, list[str]()
    weighed: Weighed | None = None
    if stamp and on_a_rung(stamp):
        weighed, doubts = _weighed(world, found, stamp, asking)
        unknown += doubts
    seconds = float(counted_in(stamp, world.clock.now()))
    return RolloutExplanation(
        status=report(found),
        why=tuple(_why(found, stamp, weighed)),
        evidence=weigh(stamp, weighed) if stamp and weighed else None,
        next=coming(stamp, weighed, found.place) if stamp and on_a_rung(stamp) else None,
        decisions=tuple(decisions(found, recorded, seconds)),
        unknown=(*unknown, *_untold(found)),
    )


def _why(found: Seen, stamp: Stamp | None, weighed: Weighed | None) -> Iterator[Why]:
    """Evidence of now takes the place of what the stamp says about evidence."""
    fresh = stamp is not None and weighed is not None and weighed.verdict is not None
    yield from (why for why in stands(found) if not (fresh and why.reason in BY_EVIDENCE))
    if stamp is None or weighed is None:
        return
    yield from waits(stamp, weighed, found.place)
    yield from _not_followed(stamp, weighed)


def _not_followed(stamp: Stamp, weighed: Weighed) -> Iterator[Why]:
    """As seen over the newest intervals. What gets nothing at all is not reached, and no client is to blame."""
    if weighed.missing:
        message = f"{stamp.canary} got none of some {weighed.missing:.0f} requests that were due"
        yield Why(reason="CanaryUnreachable", message=message, opens=AT_ONCE[Outcome.ROLLBACK])
    elif weighed.strangers:
        yield Why(
            reason="Unsettled",
            message=f"{', '.join(weighed.strangers)} did not follow the weights over the last intervals",
            opens="restart these workloads; clients that were busy when the split was made keep their old route",
        )


def _weighed(world: World, found: Seen, stamp: Stamp, asking: Asking) -> tuple[Weighed, tuple[str, ...]]:
    """What is known of the evidence, and sentences about what is not."""
    grid = timing(asking, stamp, world.clock.now())
    _check_grid(world, stamp, grid)
    began = stamped(stamp, timedelta(seconds=grid.interval))
    if not address(world, asking):
        since = shown(began.through * grid.interval)
        hint = "`--prometheus URL` reads it again, as the daemon does after a restart"
        return began, (f"what was seen since step {stamp.step} began at {since} is not in the stamp: {hint}",)
    try:
        return reread(meter(world, asking, stamp), found.place.namespace, stamp), ()
    except CanaryError as error:
        return began, (f"what was seen on step {stamp.step} could not be read: {error}",)


def _check_grid(world: World, stamp: Stamp, grid: Timing) -> None:
    seconds = counted_in(stamp, world.clock.now())
    if seconds not in (0, grid.interval):
        raise Invalid(
            f"the stamp counts in intervals of {seconds} s, not of {grid.interval} s",
            hint="leave --scrape-interval out, or say it and --min-interval as the daemon has them",
        )


def _check(found: Seen, wanted: str) -> None:
    """The stamp tells of one rollout only."""
    head = found.stamp or found.newer
    name, _, attempt = wanted.partition("@")
    if not wanted or found.wish == name:
        return
    here = f"{found.stamp.id}@{found.stamp.attempt}" if found.stamp else head.id if head else "no rollout"
    same = head is not None and head.id == name and (not attempt or here == wanted)
    if not same:
        known = " It was here before." if found.knows(name) else ""
        raise Missing(
            f"the route tells of {here}, not of {wanted}.{known}",
            at=str(found.route),
            hint=found.place.command("explain"),
        )


def _untold(found: Seen) -> Iterator[str]:
    if found.newer:
        yield "of a stamp from a newer version only id and backends can be read: explain it with that version"
    stamp = found.stamp
    if stamp and stamp.policy and on_a_rung(stamp) and stamp.policy.metrics:
        names = ", ".join(gate.name for gate in stamp.policy.metrics)
        yield f"what the metric gates say just now ({names}): the daemon alone asks them, and holds or ends a rollout with their sentence"
    if stamp and stamp.policy and stamp.phase.ended:
        again = found.place.command(
            "replay", "--policy", stamp.policy.name, "--from", "TIME", "--prometheus", "URL"
        )
        yield f"the evidence of an ended rollout is not kept: `{again}` judges its time anew"
