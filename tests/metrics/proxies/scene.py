"""The model's traffic, read page by page as a scheduler would, beside the model's own exact counts."""

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from canary.errors import Unavailable
from canary.evidence.increments import Interval
from canary.metrics.deadline import Deadline
from canary.metrics.proxies import Proxies, Target
from canary.metrics.source import Leaves, Timing
from canary.sim.mesh import Client, Mesh, Sent
from tests.sim.scene import APEX, CANARY, CANARY_PODS, EPOCH, NAMESPACE, STABLE, STABLE_PODS

SECONDS = 5
TIMING = Timing(SECONDS, SECONDS)
BEFORE = round(EPOCH) // SECONDS
"""The interval that ends as the model begins."""

LEAVES = Leaves(NAMESPACE, STABLE, CANARY, apex=APEX)


class Kind(NamedTuple):
    """What the model counts, as a source tells it apart."""

    client: str
    service: str
    failed: bool


@dataclass
class Scene:
    """
    Attributes:
        hidden: pods whose pages cannot be read, and why.
        gone: pods that nobody lists.
    """

    mesh: Mesh
    epoch: float = EPOCH
    hidden: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    truth: dict[int, Counter[Kind]] = field(default_factory=dict)
    _before: Counter[Sent] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.source = Proxies(self.targets, self.fetch, TIMING, self)

    @property
    def index(self) -> int:
        """The interval that ends now."""
        return round((self.epoch + self.mesh.now) / SECONDS)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.epoch + self.mesh.now, UTC)

    def monotonic(self) -> float:
        return self.mesh.now

    def wait(self, event: threading.Event, seconds: float) -> bool:
        return event.is_set()

    def targets(self) -> Iterable[Target]:
        return [Target(*pod) for pod in self.mesh.pods() if pod[1] not in self.gone]

    def fetch(self, target: Target, deadline: Deadline) -> str:
        if target.pod in self.hidden:
            raise Unavailable(self.hidden[target.pod])
        return self.mesh.page(target.namespace, target.pod)

    def pass_by(self, intervals: int = 1) -> int:
        """That many intervals pass, each ends with a scrape; the last one's index."""
        for _ in range(intervals):
            self.advance()
            self.source.scrape(self.now())
        return self.index

    def advance(self) -> None:
        """One interval passes, and nobody reads its pages."""
        self.mesh.advance(SECONDS)
        self.truth[self.index] = _kinds(self.mesh.sent - self._before)
        self._before = self.mesh.sent.copy()

    def told(self, index: int, leaves: Leaves = LEAVES) -> Interval:
        """One interval."""
        return self.source.increments([leaves], index, index)[leaves][0]

    def exact(self, indices: Iterable[int]) -> Iterator[tuple[Counter[Kind], Counter[Kind]]]:
        """What the source tells and what is true."""
        for index in indices:
            yield kinds(self.told(index)), self.truth[index]


def kinds(interval: Interval) -> Counter[Kind]:
    """The strata, told apart as the model does."""
    found: Counter[Kind] = Counter()
    assert interval.strata is not None, interval.why
    for stratum in interval.strata:
        for service, arm in ((STABLE, stratum.stable), (CANARY, stratum.canary)):
            for failed, count in ((True, arm.failures), (False, arm.requests - arm.failures)):
                if count:
                    found[Kind(stratum.client, service, failed)] += round(count)
    return found


def _kinds(sent: Counter[Sent]) -> Counter[Kind]:
    found: Counter[Kind] = Counter()
    for one, count in sent.items():
        if one.service:
            found[Kind(f"{one.namespace}/{one.deployment}", one.service, one.outcome >= "500")] += count
    return found


def a_scene(
    *clients: Client,
    weights: tuple[int, int] = (900, 100),
    stables: int = 3,
    canaries: int = 1,
    epoch: float = EPOCH,
    before: Client | None = None,
) -> Scene:
    """
    All is well; a frontend of two pods asks 200 times a second. Its pages are read once, as it begins.

    Args:
        before: asks already when the split is made.
    """
    mesh = Mesh(1, epoch)
    mesh.service(NAMESPACE, APEX, STABLE_PODS[:stables])
    mesh.service(NAMESPACE, STABLE, STABLE_PODS[:stables])
    mesh.service(NAMESPACE, CANARY, CANARY_PODS[:canaries])
    if before:
        mesh.profile(NAMESPACE, APEX, None)
        mesh.client(before)
    mesh.profile(NAMESPACE, APEX, {STABLE: weights[0], CANARY: weights[1]})
    for client in clients or (a_client(),):
        mesh.client(client)
    scene = Scene(mesh, epoch)
    scene.source.scrape(scene.now())
    return scene


def a_client(deployment: str = "frontend", rate: float = 200.0, pods: int = 2) -> Client:
    names = tuple(f"{deployment}-7d9c-{number}" for number in range(1, pods + 1))
    return Client(NAMESPACE, deployment, names, APEX, rate=rate)
