"""What a scene puts into the model: who asks, who answers, and how well."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Trouble(StrEnum):
    """What is wrong with a pod beyond slow and failing answers."""

    NONE = ""
    PORT_CLOSED = "port-closed"  # the proxy lives, the application behind it does not: 502
    POD_DEAD = "pod-dead"  # still listed, but connections to it are refused
    BLACKHOLED = "blackholed"  # its node swallows everything


@dataclass(frozen=True, slots=True)
class Behaviour:
    """
    How a backend, or one pod of it, answers.

    Attributes:
        failure_rate: part of the requests answered with `failure_status`, 0-1.
        latency_ms: median of the time to answer; the distribution is log-normal.
        spread: its sigma (0.5: the p99 is 3.2 times the median; 0: always the median).
        slow_rate: part of the requests that take `slow_ms` longer, 0-1.
        slow_ms: see above.
        failure_status: 404 would be a success to Linkerd, 5xx is a failure.
        trouble: what else is wrong.
    """

    failure_rate: float = 0.0
    latency_ms: float = 5.0
    spread: float = 0.5
    slow_rate: float = 0.0
    slow_ms: float = 1000.0
    failure_status: int = 500
    trouble: Trouble = Trouble.NONE


@dataclass(frozen=True, slots=True)
class Endpoint:
    """
    A ready pod behind a Service.

    Attributes:
        pod_template_hash: label of the pod; "" where it has none, as in a StatefulSet.
        port: of the container, where the Service's port leads to.
    """

    pod: str
    ip: str
    deployment: str
    pod_template_hash: str = ""
    port: int = 8080
    service_account: str = "default"


@dataclass(frozen=True, slots=True)
class Client:
    """
    A workload that asks an apex Service for something, at random moments.

    Attributes:
        rate: requests per second, of all its pods together; 0 closes its connections.
        busy: it keeps its connections and never leaves them idle for 5 s, so a split made while it talks
            does not reach it. Otherwise it comes back anew as soon as there is a split.
        apex_namespace: of the Service; "" = its own.
    """

    namespace: str
    deployment: str
    pods: tuple[str, ...]
    apex: str
    port: int = 8080
    rate: float = 10.0
    busy: bool = False
    apex_namespace: str = ""
    service_account: str = "default"

    @property
    def target(self) -> "Destination":
        return Destination(self.apex_namespace or self.namespace, self.apex, self.port)


class Destination(NamedTuple):
    """A Service and the port it is asked on."""

    namespace: str
    service: str
    port: int

    @property
    def address(self) -> str:
        """As `dst` shows it: the port always there."""
        return f"{self.host}:{self.port}"

    @property
    def authority(self) -> str:
        """As `authority` shows it: port 80 left out."""
        return self.host if self.port == 80 else self.address

    @property
    def host(self) -> str:
        return f"{self.service}.{self.namespace}.svc.cluster.local"


class Sent(NamedTuple):
    """
    Key of the model's own exact counts: what clients got.

    Attributes:
        service: the backend chosen; "" where none could be (503 at once, or `eof`).
        outcome: the status the client saw, or `eof` (connection closed without an answer).
    """

    namespace: str
    deployment: str
    service: str
    outcome: str
