"""`canary replay`."""

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


@click.command("replay")
@click.argument("route", type=ROUTE, required=False)
@click.option("--policy", required=True, metavar="NAME|FILE", help="The policy to try, by name or as a file.")
@click.option(
    "--increments",
    metavar="FILE|DIR",
    type=click.Path(path_type=Path),
    help="Recorded intervals, one JSON object a line; of a folder, every *.jsonl file.",
)
@click.option(
    "--from", "since", metavar="TIME", help="With ROUTE: when the rollout begins; -2h, or RFC 3339."
)
@click.option("--to", "until", metavar="TIME", help="With ROUTE: how long to look; default: now.")
@reads_the_past
@from_folder
@form("table", "json", help="json is one object a line, one for each file or route.")
@click.pass_obj
def command(
    world: World,
    /,
    route: Target | None,
    increments: Path | None,
    reading: Reading,
    **said: Any,  # noqa: ANN401
) -> int:
    """
    What would a policy have done, and when?

    \b
    With recorded intervals:   canary replay --policy NAME --increments FILE
    With a route's own past:   canary replay ROUTE --policy NAME --from -2h --prometheus URL

    The traffic is what it was: a step that the policy would have taken moved nothing. Approvals, windows and
    readiness are taken as given.

    Exit code 0 says that everything was read, whatever the verdicts are; 1 that something could not be.
    """
    policy, policies, output = said["policy"], said["policies"], said["output"]
    since, until = said["since"], said["until"]
    if increments is not None:
        if route or since or until:
            raise click.UsageError("say what to replay: a ROUTE with --from and --to, or --increments FILE")
        from canary.cli.work import replaying  # noqa: PLC0415 - the models

        return replaying.files(world, replaying.Asked(policy, increments, policies), output)
    if route is None:
        raise click.UsageError("say what to replay: a ROUTE with --from, or --increments FILE")
    if not since:
        raise click.UsageError(
            "say when the rollout would have begun: --from -2h, or --from 2026-03-01T12:00:00Z"
        )
    from canary.cli.work import reliving  # noqa: PLC0415 - the models

    about = replace(route, access=reading.access)
    return reliving.route(
        world, reliving.Wanted(about, policy, policies, since, until or "now", reading), output
    )
