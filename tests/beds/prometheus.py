"""A real Prometheus on loopback that scrapes what a test serves, and can be stopped, started and wiped."""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import requests
import yaml

from tests.beds.patience import wait_until
from tests.beds.program import Program, free_ports
from tests.beds.prometheus_tools import prometheus_tools

JOB = "linkerd-proxy"
"""As Linkerd viz calls it."""

READY_WITHIN = 30.0
SCRAPED_WITHIN = 30.0
"""Seconds. New targets pass two throttles on their way, of 5 s and of 1 s (`ARGUMENTS`)."""

ARGUMENTS = ("--log.level=warn", "--scrape.discovery-reload-interval=1s", "--storage.tsdb.retention.time=1d")


@dataclass(frozen=True, slots=True)
class Target:
    """
    One page to scrape.

    Attributes:
        address: host:port; also the label `instance`, unless `labels` has one.
        labels: what relabelling would add (namespace, pod, deployment …).
        path: of the page.
    """

    address: str
    labels: Mapping[str, str] = field(default_factory=dict)
    path: str = "/metrics"

    def entry(self) -> Mapping[str, object]:
        """As file_sd wants it."""
        return {"targets": [self.address], "labels": {**self.labels, "__metrics_path__": self.path}}


class PrometheusServer:
    """
    One server with its folder; `wipe` forgets all data and keeps address and targets.

    `PrometheusServer(folder, scrape="1s", targets=[...])` finds or builds the program; `start` runs it.
    """

    def __init__(self, folder: Path, scrape: str = "1s", targets: Sequence[Target] = ()) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._targets, self._data = folder / "targets.json", folder / "data"
        (port,) = free_ports(1)
        self.url = f"http://127.0.0.1:{port}"
        self.set_targets(targets)
        (folder / "prometheus.yml").write_text(yaml.safe_dump(_configuration(scrape, self._targets)))
        command = [
            str(prometheus_tools().prometheus),
            f"--config.file={folder / 'prometheus.yml'}",
            *ARGUMENTS,
        ]
        listen = [f"--storage.tsdb.path={self._data}", f"--web.listen-address=127.0.0.1:{port}"]
        self._program = Program("prometheus", [*command, *listen], folder)

    def set_targets(self, targets: Sequence[Target]) -> None:
        """What to scrape from now on; seen within a few seconds (`scraped`)."""
        new = self._targets.with_suffix(".new")
        new.write_text(json.dumps([target.entry() for target in targets]))
        new.replace(self._targets)

    def start(self) -> None:
        """Run it and wait until it answers."""
        self._program.start()
        wait_until(self._ready, READY_WITHIN, "Prometheus to be ready")

    def stop(self) -> None:
        """End it; what it has stored stays."""
        self._program.stop()

    def wipe(self) -> None:
        """Lose all data and come back empty at the same address, as a Prometheus on an emptyDir does."""
        self.stop()
        shutil.rmtree(self._data)
        self.start()

    def scraped(self, count: int) -> None:
        """Wait until exactly so many targets were scraped with success the last time."""
        wait_until(lambda: self._up() == count, SCRAPED_WITHIN, f"{count} targets to be up")

    def value(self, query: str) -> float | None:
        """The first value of an instant query, None where there is none."""
        answer = requests.get(f"{self.url}/api/v1/query", params={"query": query}, timeout=5)
        result = answer.json()["data"]["result"]
        return float(result[0]["value"][1]) if result else None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _up(self) -> float:
        return self.value("sum(up)") or 0

    def _ready(self) -> bool:
        if not self._program.running:
            raise RuntimeError(f"Prometheus ended by itself:\n{self._program.tail()}")
        try:
            return requests.get(f"{self.url}/-/ready", timeout=1).ok
        except requests.RequestException:
            return False


@contextmanager
def prometheus_server(
    folder: Path, scrape: str = "1s", targets: Sequence[Target] = ()
) -> Iterator[PrometheusServer]:
    """A running one, stopped afterwards."""
    with PrometheusServer(folder, scrape, targets) as server:
        yield server


def _configuration(scrape: str, targets: Path) -> Mapping[str, object]:
    discovery = [{"files": [str(targets)], "refresh_interval": "1s"}]
    timing = {"scrape_interval": scrape, "scrape_timeout": scrape}
    return {"global": timing, "scrape_configs": [{"job_name": JOB, "file_sd_configs": discovery}]}
