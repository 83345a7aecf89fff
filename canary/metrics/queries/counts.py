"""What is counted in each interval: answers, how long they took, and what never got one."""

from collections.abc import Collection, Iterable

from canary.metrics.queries.exact import exact, exact_though_forgotten, offset, remembered, window
from canary.metrics.queries.scope import Scope
from canary.metrics.source import Timing

QUEUE = "outbound_http_balancer_queue_"
INFINITE = "[+]Inf"


def answers(scope: Scope, timing: Timing) -> str:
    """Answers, by client workload, endpoint and Linkerd's classification; those of apexes, too."""
    return _sum(exact(scope.whole.responses(), timing), _by(scope, "classification"))


def answers_and_troubles(scope: Scope, timing: Timing, intervals: int) -> str:
    """Both in one query; rows about a queue have the label `backend_name`."""
    return f"{answers(scope, timing)} or {troubles(scope, timing, intervals)}"


def latencies(scope: Scope, bounds: Collection[float], timing: Timing) -> str:
    """
    Answers that came within each bound (ms), and all that were timed, by client workload and endpoint.

    Prometheus 3 writes `le="50.0"` for what Prometheus 2 writes as `le="50"`.
    """
    spellings = "|".join(
        (*(spelling for bound in sorted(bounds) for spelling in _spellings(bound)), INFINITE)
    )
    buckets = scope.responses("response_latency_ms_bucket", f'le=~"{spellings}"')
    return _sum(exact(buckets, timing), _by(scope, "le"))


def queues(scope: Scope, timing: Timing) -> str:
    """
    By client workload: requests that entered a backend's queue, those sent on to an endpoint, and those that wait.

    The label `part` tells which. Over all parents: the queue of a leaf is entered from the apex and by whom calls
    the leaf itself, and `request_total` cannot tell these apart.
    """
    queue = f"{{{','.join(scope.named('backend_namespace', 'backend_name'))}}}"
    of_queue = ("backend_namespace", "backend_name", *scope.columns.client)
    of_requests = (*scope.columns.backend, *scope.columns.client)
    entered = _sum(exact(f"{QUEUE}requests_total{queue}", timing), of_queue)
    sent = _sum(exact_though_forgotten(scope.responses("request_total"), timing), of_requests)
    waiting = _sum(f"last_over_time({QUEUE}length{queue}[{window(timing)}])", of_queue)
    parts = {"entered": entered, "sent": sent, "waiting": waiting}
    return " or ".join(f'label_replace({query}, "part", "{part}", "", "")' for part, query in parts.items())


def troubles(scope: Scope, timing: Timing, intervals: int) -> str:
    """
    Backends of which some client's queue shut its gate or held requests, by scrapes of the `intervals` up to the next.

    It looks one interval ahead of the evaluated moment, so that it can be asked together with the answers.
    """
    queue = f"{{{','.join(scope.named('backend_namespace', 'backend_name'))}}}"
    ahead, span = -timing.interval, intervals * timing.interval
    shut = remembered(f"{QUEUE}gate_shut_total{queue}", ahead)
    shut_before = remembered(f"{QUEUE}gate_shut_total{queue}", ahead + span)
    held = f"max_over_time({QUEUE}length{queue}[{span + timing.scrape}s]{offset(ahead)}) > 0"
    return f"group by (backend_namespace, backend_name) ({held} or {shut} > 0 unless {shut} == {shut_before})"


def _spellings(bound: float) -> tuple[str, ...]:
    """As a regular expression, of which only the dot needs care."""
    return (
        (f"{bound:.0f}", f"{bound:.0f}[.]0") if bound == round(bound) else (f"{bound}".replace(".", "[.]"),)
    )


def _by(scope: Scope, label: str) -> tuple[str, ...]:
    return (*scope.columns.backend, *scope.columns.client, scope.columns.pod, label)


def _sum(vector: str, labels: Iterable[str]) -> str:
    return f"sum by ({', '.join(labels)}) ({vector})"
