"""What was kept of one interval, told as Prometheus would tell it, so that one fold makes intervals of both."""

from collections.abc import Sequence
from math import inf

from canary.evidence.increments import Interval
from canary.metrics.intervals import interval
from canary.metrics.moments import Moment
from canary.metrics.proxies.counted import Place
from canary.metrics.proxies.rounds import Round
from canary.metrics.queries import COLUMNS
from canary.metrics.queries.scope import backends
from canary.metrics.sights import Seen, Sights
from canary.metrics.source import Leaves
from canary.metrics.tally import Tally


def told(kept: Round, leaves: Leaves, index: int, bounds: Sequence[float]) -> Interval:
    """
    Args:
        bounds: ms, of every latency bucket on the pages.
    """
    if not kept.pages:
        return Interval(index, None, why=kept.why)
    columns = COLUMNS[leaves.view]
    asked = (
        tuple(bound for bound in bounds if bound in leaves.bounds or bound == inf) if leaves.bounds else ()
    )
    sights, tally = Sights(columns, meshed={index}), Tally(columns)
    for place in places(leaves):
        moment = Moment(place.namespace, place.name, index)
        for (workload, sight), targets in kept.seen.get(place, {}).items():
            sights.seen[moment].append(Seen(workload, sight, targets))
        for asking, counted in kept.counts.get(place, {}).items():
            tally.cells[moment][asking] = counted.answered(asked)
        tally.lost[moment].update(kept.lost.get(place, {}))
    if leaves.apex:
        apex = kept.counts.get(Place(leaves.view, leaves.namespace, leaves.apex), {})
        moment = Moment(leaves.namespace, leaves.apex, index)
        tally.cells[moment].update({asking: counted.answered(()) for asking, counted in apex.items()})
    return interval(sights, tally, leaves, index)


def places(leaves: Leaves) -> tuple[Place, Place]:
    """Where stable and canary are counted."""
    stable, canary = backends(leaves)
    return Place(leaves.view, leaves.namespace, stable), Place(leaves.view, leaves.namespace, canary)
