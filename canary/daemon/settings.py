"""How a daemon is started: what the command line hands over, checked."""

from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

from canary.metrics.source import Timing

MOST_SCRAPE = timedelta(minutes=2)


class Settings(BaseModel):
    """
    Attributes:
        kubeconfig, context: as for kubectl; None: the usual places, or the pod's own account.
        prometheus: address of the Prometheus that scrapes Linkerd's proxies.
        policies: folder of policy files.
        scrape_interval: how often that Prometheus scrapes the proxies; whole seconds.
        min_interval: an evidence interval is the smallest multiple of the scrape interval that is at least this long.
        bind: host:port of health checks and metrics.
        namespace: the only one to look at; "" = all.
        cluster_domain: the cluster's DNS domain.
        log_format: `json` for machines, `console` for eyes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kubeconfig: str | None = None
    context: str | None = None
    prometheus: str
    policies: Path
    scrape_interval: timedelta = timedelta(seconds=10)
    min_interval: timedelta = timedelta(seconds=5)
    bind: str = "127.0.0.1:8080"
    namespace: str = ""
    cluster_domain: str = "cluster.local"
    log_format: Literal["json", "console"] = "json"

    @model_validator(mode="after")
    def _whole_seconds(self) -> "Settings":
        grid(self.scrape_interval, self.min_interval)
        return self

    @property
    def timing(self) -> Timing:
        """The grid that goes with the two intervals."""
        return grid(self.scrape_interval, self.min_interval)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of `bind`."""
        host, _, port = self.bind.rpartition(":")
        return host or "127.0.0.1", int(port)


def grid(scrape: timedelta, least: timedelta) -> Timing:
    """
    Intervals for a Prometheus that scrapes so often, each of them at least so long.

    Raises:
        ValueError: it scrapes too seldom, or not in whole seconds.
    """
    if scrape % timedelta(seconds=1) or not timedelta(0) < scrape <= MOST_SCRAPE:
        raise ValueError("the scrape interval must be whole seconds, from 1s to 2m")
    seconds = scrape // timedelta(seconds=1)
    return Timing(interval=max(1, -(-least // scrape)) * seconds, scrape=seconds)
