"""
What `canary stat` tells: public for ever.

Fields are added, never renamed or removed; `tests/cli/test_public_json.py` lists them.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Literal

from canary.cli.work.counting import Window
from canary.cli.work.figures import Figures, arms, figures
from canary.cli.work.report import Name
from canary.metrics.meter import Secured
from canary.rollout.bounds import HISTOGRAM
from canary.rollout.model import Frozen
from canary.routes.route import Route


class BackendStat(Frozen):
    """
    One backend, over the window.

    Attributes:
        weight, share: as the route asks for it; share is 0-1; null where the weights do not say.
        observed_share: its part of the requests to all backends, 0-1; null where there were none.
        ready: endpoints that may get traffic.
        success_rate: 0-1; null where nobody asked.
        rps: requests per second, each attempt counted.
        p50, p95, p99: ms to the first of the answer's body; null where none was timed.
        mtls: part of the answers that came over mTLS, 0-1; null where nobody knows.
    """

    service: str
    weight: int | None
    share: float | None
    observed_share: float | None
    ready: int
    success_rate: float | None
    rps: float
    p50: float | None
    p95: float | None
    p99: float | None
    mtls: float | None


class RouteStat(Frozen):
    """
    Attributes:
        until: end of the window, by the source's clock.
        seconds: its length.
        intervals, known: how many it has, and how many of them count; why: a sentence where some do not.
        past_the_split_rps: requests per second to the apex itself, by clients that do not follow the split.
    """

    api_version: Literal["canary.delivery/v1alpha1"] = "canary.delivery/v1alpha1"
    kind: Literal["RouteStat"] = "RouteStat"
    route: Name
    until: datetime
    seconds: int
    intervals: int
    known: int
    why: str
    past_the_split_rps: float
    backends: tuple[BackendStat, ...]


def reported(route: Route, window: Window, secured: Secured, ready: Mapping[str, int]) -> RouteStat:
    """Only what is known counts, over the time it covers."""
    seconds = window.seconds * window.known / window.asked
    found = dict(_figures(window, seconds))
    everything = sum(one.requests for one in found.values())
    mtls = {service: _mtls(how) for service, how in secured.items()}
    told = next(iter(window.told.values()))
    astray = sum(one.requests for interval in told for one in interval.astray)
    return RouteStat(
        route=Name(kind=route.kind, namespace=route.namespace, name=route.name, apex=route.apex),
        until=datetime.fromtimestamp(window.until, UTC),
        seconds=window.seconds,
        intervals=window.asked,
        known=window.known,
        why=window.why,
        past_the_split_rps=astray / seconds if seconds else 0.0,
        backends=tuple(
            BackendStat(
                service=service,
                weight=route.weights[service],
                share=route.share(service),
                observed_share=one.requests / everything if everything else None,
                ready=ready.get(service, 0),
                success_rate=one.success,
                rps=one.rps,
                p50=one.latencies[0],
                p95=one.latencies[1],
                p99=one.latencies[2],
                mtls=mtls.get(service),
            )
            for service, one in found.items()
        ),
    )


def _figures(window: Window, seconds: float) -> Iterator[tuple[str, Figures]]:
    """Each backend once; the first of the pairs is the same in all."""
    for number, (leaves, told) in enumerate(window.told.items()):
        if not number:
            yield leaves.stable, figures(arms(told, canary=False), seconds, HISTOGRAM)
        if leaves.canary != leaves.stable:
            yield leaves.canary, figures(arms(told, canary=True), seconds, HISTOGRAM)


def _mtls(how: Mapping[str, float]) -> float | None:
    answered = sum(how.values())
    return how.get("", 0.0) / answered if answered else None
