"""Builders of a scripted Prometheus' answers: they start healthy, a test changes one thing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from canary.metrics.queries import Sight
from canary.metrics.source import Leaves
from tests.metrics.scripted import Labels, Point, Question, Reply, matrix, ok

WEB = Leaves("shop", "web-v1", "web-v2")
FIRST, LAST, SECONDS = 201, 203, 5
"""The intervals asked for, and U."""


def count(
    service: str,
    pod: str = "",
    classification: str = "success",
    client: str = "front",
    namespace: str = "shop",
) -> Labels:
    """The labels of one row of increments."""
    who = {"dst_namespace": namespace, "dst_service": service, "dst_pod": pod or f"{service}-a"}
    return {**who, "namespace": "shop", "deployment": client, "classification": classification}


def sight(service: str, sight: Sight = Sight.SEEN, client: str = "front", namespace: str = "shop") -> Labels:
    """The labels of one row of freshness."""
    who = {"dst_namespace": namespace, "dst_service": service, "namespace": "shop"}
    return {**who, "deployment": client, "sight": f"{sight:d}"}


MESHED: Labels = {}
"""The labels of the row that says that proxies were seen at all."""


def always(value: object) -> list[Point]:
    """The same value at each interval asked for."""
    return [(index * SECONDS, value) for index in range(FIRST, LAST + 1)]


Row = tuple[Labels, list[Point]]


def within(service: str, le: str, pod: str = "", client: str = "front") -> Labels:
    """The labels of one row of latencies."""
    labels = count(service, pod, client=client)
    return {key: value for key, value in labels.items() if key != "classification"} | {"le": le}


def queued(service: str, part: str, client: str = "front") -> Labels:
    """The labels of one row of queues."""
    role = "dst_{}" if part == "sent" else "backend_{}"
    names = {role.format("namespace"): "shop", role.format("service" if part == "sent" else "name"): service}
    return {**names, "namespace": "shop", "deployment": client, "part": part}


@dataclass
class Mesh:
    """Answers the range queries; `extra` goes into every success."""

    counts: list[Row] = field(
        default_factory=lambda: [(count("web-v1"), always("90")), (count("web-v2"), always("10"))]
    )
    sights: list[Row] = field(
        default_factory=lambda: [
            (sight("web-v1"), always("1")),
            (sight("web-v2"), always("1")),
            (MESHED, always("3")),
        ]
    )
    times: list[Row] = field(default_factory=list)
    troubles: list[Row] = field(default_factory=list)
    queues: list[Row] = field(default_factory=list)
    extra: Mapping[str, object] = field(default_factory=dict)

    def __call__(self, question: Question) -> Reply:
        rows = getattr(self, asked(question))
        return ok(
            matrix([*rows, *self.troubles] if "gate_shut" in question.form["query"] else rows), **self.extra
        )


def asked(question: Question) -> str:
    """Which of the questions it is."""
    marks = {
        "count_values": "sights",
        "response_latency_ms": "times",
        "gate_shut": "counts",
        "queue_requests": "queues",
    }
    return next((kind for mark, kind in marks.items() if mark in question.form["query"]), "counts")


def only(reply: Reply) -> Callable[[Question], Reply]:
    """A server that says one thing, whatever it is asked."""
    return lambda _: reply
