"""`canary run`: the daemon."""

from typing import Any

import click

from canary.cli.shell.options import duration
from canary.cli.shell.prometheus import ADDRESS
from canary.cli.shell.shipped import from_folder

VIZ = "http://prometheus.linkerd-viz.svc.cluster.local:9090"
"""Where Linkerd's own viz extension puts Prometheus."""


@click.command("run")
@click.option(
    "--kubeconfig", help="Path of the kubeconfig; default: the usual places, or the pod's own account."
)
@click.option("--context", help="Context of the kubeconfig.")
@click.option(
    "--prometheus",
    metavar="URL",
    default=VIZ,
    envvar=ADDRESS,
    show_default=True,
    show_envvar=True,
    help="The Prometheus that scrapes Linkerd's proxies.",
)
@from_folder
@click.option(
    "--scrape-interval",
    metavar="DURATION",
    default="10s",
    show_default=True,
    help="How often that Prometheus scrapes the proxies.",
)
@click.option(
    "--min-interval",
    metavar="DURATION",
    default="5s",
    show_default=True,
    help="Evidence intervals are at least so long, and whole scrape intervals.",
)
@click.option(
    "--bind", metavar="HOST:PORT", default="127.0.0.1:8080", show_default=True, help="Health and metrics."
)
@click.option("-n", "--namespace", default="", help="Look at this namespace only; default: all.")
@click.option(
    "--cluster-domain", default="cluster.local", show_default=True, help="DNS domain of the cluster."
)
@click.option(
    "--log-format",
    type=click.Choice(["json", "console"]),
    default="json",
    show_default=True,
    help="Log lines.",
)
def command(**given: Any) -> int:  # noqa: ANN401 - the settings check them
    """Run the daemon, until SIGTERM."""
    from pydantic import ValidationError  # noqa: PLC0415 - half a second, all of the daemon

    from canary.daemon.run import run  # noqa: PLC0415
    from canary.daemon.settings import Settings  # noqa: PLC0415

    for name in ("scrape_interval", "min_interval"):
        given[name] = duration(given[name], f"--{name.replace('_', '-')}")
    try:
        settings = Settings(**given)
    except ValidationError as error:
        raise click.UsageError("; ".join(problem["msg"] for problem in error.errors())) from error
    run(settings)
    return 0
