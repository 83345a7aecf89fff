"""What the source is asked about a rollout, always made from its stamp: the same at the start, live and after a restart."""

from canary.metrics.source import Leaves
from canary.rollout.stamp import Stamp


def leaves(namespace: str, stamp: Stamp) -> Leaves:
    """Its two backends and their apex, by the view of its policy, with the latency bounds that were frozen at its start."""
    view = stamp.policy.view if stamp.policy else "clients"
    return Leaves(
        namespace=namespace,
        stable=stamp.stable,
        canary=stamp.canary,
        bounds=tuple(sorted(stamp.bounds)),
        view=view,
        workloads=_workloads(stamp) if view == "servers" else (),
        apex="" if view == "servers" or stamp.apex in (stamp.stable, stamp.canary) else stamp.apex,
    )


def _workloads(stamp: Stamp) -> tuple[str, str] | tuple[()]:
    """Where nothing is pinned they are taken to be called like their Services."""
    pins = stamp.pins.get(stamp.stable), stamp.pins.get(stamp.canary)
    return (pins[0].name, pins[1].name) if pins[0] and pins[1] else ()
