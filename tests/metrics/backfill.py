"""
A real Prometheus that holds what it would have scraped, from the model of the mesh in virtual time for one: no test waits.

The pages are written down as OpenMetrics, `promtool tsdb create-blocks-from openmetrics` makes blocks of them, and
Prometheus answers questions about those moments. What only a live scrape does (stale markers, `up` of gone targets)
is told by other tests.
"""

import subprocess
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from canary.sim.mesh import Mesh
from tests.beds.prometheus import JOB, PrometheusServer
from tests.beds.prometheus_tools import prometheus_tools

MAKE_WITHIN = 60


class Pages:
    """What was scraped, and when."""

    def __init__(self) -> None:
        self._samples: dict[str, list[str]] = defaultdict(list)

    def scraped(self, pod: tuple[str, str, str], page: str, at: float) -> None:
        """
        Keep the page of a pod as Linkerd viz labels it.

        Args:
            pod: namespace, name and deployment.
            at: Unix seconds.
        """
        namespace, name, deployment = pod
        labels = (
            f'job="{JOB}",instance="{name}",namespace="{namespace}",pod="{name}",deployment="{deployment}"'
        )
        for line in ("up 1", *page.splitlines()):
            if line and not line.startswith("#"):
                self._keep(labels, line, at)

    def text(self) -> str:
        """As OpenMetrics: the samples of a family together, each with its time."""
        return "\n".join(line for lines in self._samples.values() for line in lines) + "\n# EOF\n"

    def _keep(self, labels: str, line: str, at: float) -> None:
        series, _, value = line.rpartition(" ")
        name, brace, own = series.partition("{")
        inside = f"{labels},{own.removesuffix('}')}" if brace else labels
        self._samples[name].append(f"{name}{{{inside}}} {value} {at:.0f}")


class Record(Pages):
    """
    Scrapes all pods of a mesh every `scrape` seconds of its time.

    Attributes:
        misses: so many of the next scrapes fail.
    """

    def __init__(self, mesh: Mesh, epoch: int, scrape: int = 1) -> None:
        super().__init__()
        self._mesh, self._epoch, self._scrape = mesh, epoch, scrape
        self.misses = 0

    @property
    def now(self) -> float:
        """Unix seconds."""
        return self._epoch + self._mesh.now

    def run(self, seconds: float) -> None:
        """Let that much time pass."""
        until = self._mesh.now + seconds
        while (scrape := (self._mesh.now // self._scrape + 1) * self._scrape) <= until:
            self._mesh.advance(scrape - self._mesh.now)
            self._look()
        self._mesh.advance(until - self._mesh.now)

    def _look(self) -> None:
        if self.misses:
            self.misses -= 1
            return
        for pod in self._mesh.pods():
            self.scraped(pod, self._mesh.page(*pod[:2]), self.now)


@contextmanager
def remembering(folder: Path, record: Pages) -> Iterator[PrometheusServer]:
    """A server that holds this record, and scrapes nothing."""
    server = PrometheusServer(folder)
    pages = folder / "pages.txt"
    pages.write_text(record.text())
    command = [str(prometheus_tools().promtool), "tsdb", "create-blocks-from", "openmetrics"]
    made = subprocess.run(
        [*command, str(pages), str(folder / "data")],
        capture_output=True,
        text=True,
        check=False,
        timeout=MAKE_WITHIN,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    with server:
        yield server
