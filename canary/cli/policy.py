"""`canary policy`: what policies there are, what they say, whether they are right, and what they would do."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from canary.cli.shell.forms import form
from canary.cli.shell.options import ROUTE
from canary.cli.shell.prometheus import Reading, reads_the_past
from canary.cli.shell.shipped import from_folder
from canary.cli.shell.target import Target
from canary.cli.shell.world import World


@click.group("policy")
def command() -> None:
    """Look at policies, check them, and see what they would do."""


@command.command("list")
@from_folder
@form("table", "json")
@click.pass_obj
def listing(world: World, policies: Path, output: str) -> int:
    """The policies there are, their steps, and for whom they are."""
    from canary.cli.work import describing  # noqa: PLC0415 - the models

    return describing.listed(world, policies, output)


@command.command("show")
@click.argument("policy", metavar="NAME|FILE")
@from_folder
@form("table", "yaml", "json", help="yaml and json are the whole policy, with every default written out.")
@click.pass_obj
def show(world: World, policy: str, policies: Path, output: str) -> int:
    """One policy, with all that it leaves to defaults."""
    from canary.cli.work import describing  # noqa: PLC0415

    return describing.shown(world, policy, policies, output)


@command.command("validate")
@click.argument("paths", nargs=-1, required=True, metavar="FILE|DIR…", type=click.Path(path_type=Path))
@form("table", "json", help="json is one object a line, one for each file.")
@click.pass_obj
def validate(world: World, paths: tuple[Path, ...], output: str) -> int:
    """
    Check policy files; of a folder, every *.yaml file.

    Exit code 1 if any of them is wrong; each error is told with its file, line and column.
    """
    from canary.cli.work import checking  # noqa: PLC0415

    return checking.checked(world, paths, output)


@command.command("schema")
@click.pass_obj
def schema(world: World) -> int:
    """The JSON Schema of a policy file, with which editors complete and check it."""
    from canary.cli.work import describing  # noqa: PLC0415

    return describing.schema(world)


@command.command("plan")
@click.argument("policy", metavar="NAME|FILE")
@click.option(
    "--rps",
    type=click.FloatRange(min=0, max=1_000_000, min_open=True),
    help="Requests per second that the service gets, both versions together.",
)
@click.option(
    "--error-rate", metavar="PART", default="0.1%", show_default=True, help="Part of them that usually fails."
)
@click.option(
    "--interval",
    metavar="DURATION",
    default="10s",
    show_default=True,
    help="Between two looks at the evidence: as often as Prometheus scrapes the proxies, and not below 5s.",
)
@click.option(
    "--from",
    "route",
    type=ROUTE,
    metavar="ROUTE",
    help="Measure all this on a route instead, over the hour or two that a start reads; with --prometheus.",
)
@reads_the_past
@click.option("--seed", type=int, default=1, show_default=True, help="Of the made-up traffic.")
@from_folder
@form("table", "json")
@click.pass_obj
def plan(world: World, /, route: Target | None, rps: float | None, reading: Reading, **given: Any) -> int:  # noqa: ANN401
    """
    How long each step takes at a given traffic while the canary is healthy, and how soon it would see what is not.

    It plays some dozens of rollouts with made-up traffic and the evidence that judges real ones.
    """
    if (route is None) == (rps is None):
        raise click.UsageError("say for which traffic: --rps N, or --from ROUTE to measure it")
    from canary.cli.work import planning  # noqa: PLC0415 - the models

    wanted = planning.Wanted(given["policy"], given["policies"], given["seed"], given["output"])
    if route is not None:
        return planning.measured_on(world, wanted, replace(route, access=reading.access), reading)
    wishes = planning.Wishes(
        rps=planning.rps(rps or 0.0),
        rate=planning.rate(given["error_rate"]),
        unit=planning.unit(given["interval"]),
    )
    return planning.planned(world, wanted, wishes)
