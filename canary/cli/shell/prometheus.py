"""The options that say which Prometheus to ask, by which grid, and about which backends."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

from canary.cli.shell.options import SERVICE
from canary.cli.shell.world import Access

ADDRESS = "CANARY_PROMETHEUS"
"""The variable of the environment that `canary run` reads, too."""

Command = Callable[..., int]


@dataclass(frozen=True, slots=True)
class Asking:
    """
    What was said; durations are read later, with the models.

    Attributes:
        url: None = as the environment says.
        scrape: None = as the stamp on the route was made, else as `canary run` takes it by default.
    """

    url: str | None
    scrape: str | None
    least: str


def asks_prometheus(function: Command) -> Command:
    """A command that may ask Prometheus; called with `asking`."""

    @click.option(
        "--prometheus",
        metavar="URL",
        help=f"The Prometheus that scrapes Linkerd's proxies, as this machine reaches it. [env var: {ADDRESS}]",
    )
    @click.option(
        "--scrape-interval",
        metavar="DURATION",
        help="As the daemon has it; default: in what the route's stamp is counted, else 10s.",
    )
    @click.option(
        "--min-interval",
        metavar="DURATION",
        default="5s",
        show_default=True,
        help="With --scrape-interval: as the daemon has it.",
    )
    @functools.wraps(function)
    def command(*arguments: Any, **given: Any) -> int:  # noqa: ANN401 - click's own
        names = ("prometheus", "scrape_interval", "min_interval")
        return function(*arguments, asking=Asking(*(given.pop(name) for name in names)), **given)

    return command


@dataclass(frozen=True, slots=True)
class Reading:
    """
    What of a route's past is to be read.

    Attributes:
        stable, canary: "" = as the route tells.
    """

    asking: Asking
    access: Access
    stable: str
    canary: str


def reads_the_past(function: Command) -> Command:
    """A command that may read the past of a route; called with `reading`."""

    @asks_prometheus
    @click.option("--stable", type=SERVICE, help="The stable backend; default: by stamp or weights.")
    @click.option("--canary", type=SERVICE, help="The backend on trial; default: the other one.")
    @click.option("-n", "--namespace", help="Namespace of the route; default: that of the context.")
    @click.option("--context", help="Context of the kubeconfig.")
    @click.option("--kubeconfig", help="Path of the kubeconfig.")
    @click.option("--as", "as_user", metavar="USER", help="Act as this user.")
    @functools.wraps(function)
    def command(*arguments: Any, asking: Asking, **given: Any) -> int:  # noqa: ANN401
        access = Access(*(given.pop(name) for name in ("kubeconfig", "context", "namespace", "as_user")))
        roles = (given.pop(name) or "" for name in ("stable", "canary"))
        return function(*arguments, reading=Reading(asking, access, *roles), **given)

    return command
