"""The options that say which Prometheus to ask, and by which grid."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

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
