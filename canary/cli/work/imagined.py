"""A route as the daemon's rules would see it, as far as the route alone can tell."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from canary.cli.work.route import Seen
from canary.rollout import requests
from canary.rollout.snapshot import Leaf, Snapshot


def as_asked(found: Seen, changes: Mapping[str, str | None]) -> Snapshot:
    """What the rules would see with these annotations, and with everything healthy that the route does not tell."""
    after = {key: value for key, value in {**found.route.annotations, **changes}.items() if value is not None}
    route = replace(found.route, annotations=after)
    return Snapshot(
        now=0,
        unit=timedelta(seconds=1),
        route=route,
        requests=requests.read(after),
        stamp=found.stamp,
        leaves={backend.service: Leaf(ready=1) for backend in route.backends},
    )
