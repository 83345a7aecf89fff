"""`canary stat`: how the backends of a route answer now."""

import json
import math
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import click

from canary.cli.shell.options import duration
from canary.cli.shell.prometheus import Asking
from canary.cli.shell.screen import Screen, clean
from canary.cli.shell.target import Target
from canary.cli.shell.world import Server, World
from canary.cli.work.columns import columns
from canary.cli.work.counting import Window, newest, pairs, window
from canary.cli.work.metering import address, timing
from canary.cli.work.route import look
from canary.cli.work.session import Session, opened
from canary.cli.work.statreport import BackendStat, RouteStat, reported
from canary.cluster import views
from canary.cluster.kinds import ENDPOINT_SLICES
from canary.errors import Invalid
from canary.metrics.meter import Meter
from canary.metrics.proxies import Pages, Proxies, addressed
from canary.metrics.source import Timing
from canary.routes.route import Route
from canary.terms import Exit

HEADER = ("NAME", "WEIGHT", "SHARE", "SEEN", "READY", "SUCCESS", "RPS", "LATENCY_P50", "LATENCY_P95", "LATENCY_P99", "MTLS")  # fmt: skip

Looks = Callable[[Route], tuple[Meter, Window]]


@dataclass(frozen=True, slots=True)
class Wishes:
    """
    Attributes:
        proxies: addresses of proxies to read instead of asking Prometheus.
        window: None = the default.
    """

    asking: Asking
    proxies: tuple[str, ...]
    window: str | None
    watch: bool
    output: str


def shown(world: World, target: Target, wishes: Wishes) -> int:
    """
    Print it, once or until interrupted.

    Raises:
        Missing: there is no such route.
        Unavailable, Stalled: the API server or the source does not answer.
    """
    grid = timing(wishes.asking, None, world.clock.now())
    with opened(world, target) as session:
        looks = _proxies(world, wishes) if wishes.proxies else _prometheus(world, wishes)
        while True:
            found = look(session.server, session.place).route
            if not found.backends:
                raise Invalid("the route has no backend", at=str(found))
            _show(_report(session, found, looks), session.screen, wishes)
            if not wishes.watch:
                return Exit.OK
            world.clock.wait(threading.Event(), grid.interval)


def _report(session: Session, route: Route, looks: Looks) -> RouteStat:
    meter, told = looks(route)
    secured = meter.secured(tuple(told.told), told.seconds)
    return reported(
        route, told, secured, {name: ready(session.server, route.namespace, name) for name in route.weights}
    )


def ready(server: Server, namespace: str, service: str) -> int:
    """How many endpoints of a Service may get traffic."""
    listing = server.list(ENDPOINT_SLICES, namespace, f"{views.SERVICE_NAME}={service}")
    return views.ready(slice_ for raw in listing.items if (slice_ := views.endpoints(raw)))


def _prometheus(world: World, wishes: Wishes) -> Looks:
    grid, seconds = timing(wishes.asking, None, world.clock.now()), _seconds(wishes, "1m")
    meter = world.meter(address(world, wishes.asking), grid)
    return lambda route: (meter, window(meter, pairs(route), grid, newest(meter, grid), seconds))


def _proxies(world: World, wishes: Wishes) -> Looks:
    """Each look lasts as long as the window: what the pages show more at its end belongs to it."""
    targets, seconds = addressed(wishes.proxies), _seconds(wishes, "10s")
    grid, clock = Timing(seconds, seconds), world.clock
    meter = Proxies(lambda: targets, Pages(), grid, clock)

    def looks(route: Route) -> tuple[Meter, Window]:
        """By moments on the grid, a bit ahead of the clock: only young proxies are judged by them, and so with care."""
        last = math.ceil(clock.now().timestamp() / seconds) + 1
        meter.scrape(datetime.fromtimestamp((last - 1) * seconds, UTC))
        clock.wait(threading.Event(), seconds)
        meter.scrape(datetime.fromtimestamp(last * seconds, UTC))
        return meter, replace(window(meter, pairs(route), grid, last, seconds), until=clock.now().timestamp())

    return looks


def _seconds(wishes: Wishes, usual: str) -> int:
    text = wishes.window or usual
    found = duration(text, "--time-window")
    if found % timedelta(seconds=1) or not timedelta(seconds=1) <= found <= timedelta(hours=1):
        raise click.BadOptionUsage("--time-window", f"{text!r} is no number of whole seconds up to 1h")
    return found // timedelta(seconds=1)


def _show(found: RouteStat, screen: Screen, wishes: Wishes) -> None:
    if wishes.output == "json":
        document = found.model_dump(mode="json", by_alias=True)
        screen.line(json.dumps(document, indent=None if wishes.watch else 2))
        return
    about = f"{found.route.namespace}/{found.route.name}, apex {found.route.apex}"
    screen.line(clean(f"{about}: {found.seconds} s up to {found.until:%H:%M:%S} UTC"))
    for line in columns([HEADER, *(tuple(_cells(one)) for one in found.backends)]):
        screen.line(line)
    if found.known < found.intervals:
        screen.note(f"{found.known} of {found.intervals} intervals are known: {found.why}")
    if found.past_the_split_rps:
        screen.note(
            f"{found.past_the_split_rps:.1f}rps go to {found.route.apex} past the split: these clients do not follow it yet"
        )


def _cells(found: BackendStat) -> Iterator[str]:
    yield clean(found.service)
    yield "?" if found.weight is None else str(found.weight)
    yield _part(found.share, 1)
    yield _part(found.observed_share, 1)
    yield str(found.ready)
    yield _part(found.success_rate, 2)
    yield f"{found.rps:.1f}rps"
    for latency in (found.p50, found.p95, found.p99):
        yield "-" if latency is None else f"{latency:.0f}ms"
    yield _part(found.mtls, 0)


def _part(part: float | None, digits: int) -> str:
    return "-" if part is None else f"{part:.{digits}%}"
