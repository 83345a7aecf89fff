"""`canary status`."""

import click

from canary.cli.shell.options import ID, Waiting, waits
from canary.cli.shell.target import Target
from canary.cli.shell.world import World


@click.command("status")
@click.option("--wait", is_flag=True, help="Wait for the end of the rollout that --id names.")
@click.option("--id", "id", type=ID, help="With --wait: the rollout to wait for, and no other one.")
@waits
def command(world: World, target: Target, said: Waiting, *, wait: bool, id: str | None) -> int:  # noqa: A002
    """
    Where the latest rollout of ROUTE stands.

    \b
    Exit codes with --wait:
      0    Promoted
      10   RolledBack
      11   Aborted
      12   Superseded; also: another rollout is the latest by now, whatever became of this one
      13   Rejected
      14   --timeout has passed, and it still runs
      15   a person is needed, with --fail-on-hold
      16   nobody has picked it up
      130  interrupted; the rollout goes on
    And always: 1 is an error, 2 a wrong argument.
    """
    if wait and not id:
        raise click.UsageError("--wait needs --id: a wait is for one rollout, and never for an older one")
    if not wait and (id or said.timeout or said.fail_on_hold):
        raise click.UsageError("--id, --timeout and --fail-on-hold say how to --wait")
    from canary.cli.work import looking  # noqa: PLC0415 - a third of a second

    return looking.status(world, target, said, id)
