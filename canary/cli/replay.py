"""`canary replay`."""

from dataclasses import replace
from pathlib import Path

import click

from canary.cli.shell.options import ROUTE, SERVICE
from canary.cli.shell.prometheus import Asking, asks_prometheus
from canary.cli.shell.shipped import from_folder
from canary.cli.shell.target import Target
from canary.cli.shell.world import Access, World


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
@asks_prometheus
@click.option("--stable", type=SERVICE, help="With ROUTE: the stable backend; default: by stamp or weights.")
@click.option("--canary", type=SERVICE, help="With ROUTE: the backend on trial; default: the other one.")
@click.option("-n", "--namespace", help="Namespace of the route; default: that of the context.")
@click.option("--context", help="Context of the kubeconfig.")
@click.option("--kubeconfig", help="Path of the kubeconfig.")
@from_folder
@click.option(
    "-o",
    "--output",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="json is one object a line, one for each file or route.",
)
@click.pass_obj
def command(
    world: World,
    /,
    policy: str,
    policies: Path,
    output: str,
    asking: Asking,
    **given: str | Path | Target | None,
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
    route, increments = given["route"], given["increments"]
    if (route is None) == (increments is None):
        raise click.UsageError("say what to replay: a ROUTE with --from, or --increments FILE")
    if isinstance(increments, Path):
        if given["since"] or given["until"]:
            raise click.UsageError("--from and --to go with a ROUTE; of a file everything is read")
        from canary.cli.work import replaying  # noqa: PLC0415 - the models

        return replaying.files(world, replaying.Asked(policy, increments, policies), output)
    if not isinstance(route, Target) or not given["since"]:
        raise click.UsageError(
            "say when the rollout would have begun: --from -2h, or --from 2026-03-01T12:00:00Z"
        )
    from canary.cli.work import reliving  # noqa: PLC0415 - the models
    from canary.cli.work.subject import Roles  # noqa: PLC0415

    text = {name: str(value) for name, value in given.items() if value is not None}
    access = Access(text.get("kubeconfig"), text.get("context"), text.get("namespace"))
    wanted = reliving.Wanted(
        replace(route, access=access),
        policy,
        policies,
        since=text["since"],
        until=text.get("until", "now"),
        roles=Roles(text.get("stable", ""), text.get("canary", "")),
        asking=asking,
    )
    return reliving.route(world, wanted, output)
