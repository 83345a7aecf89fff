"""What is read for `canary check`, fact by fact: each is known, or it is known why it is not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")
Labels = frozenset[tuple[str, str]]


class Unread(Exception):
    """A row needs what could not be read; str() says why."""


@dataclass(frozen=True, slots=True)
class Fact(Generic[T]):
    """What was read, or why it was not; made by `fact` and `unread`."""

    values: tuple[T, ...] = ()
    why: str = "it was not asked for"

    def __call__(self) -> T:
        """
        Raises:
            Unread: it could not be read.
        """
        for value in self.values:
            return value
        raise Unread(self.why)

    def then(self, use: "Callable[[T], Fact[U]]") -> "Fact[U]":
        """What follows from it; unknown for the same reason where it is."""
        for value in self.values:
            return use(value)
        return Fact((), self.why)


def fact(value: T) -> Fact[T]:
    return Fact((value,))


def unread(why: str) -> Fact[T]:
    return Fact((), why)


@dataclass(frozen=True, slots=True)
class Right:
    """As RBAC names it; `resource` as kubectl takes it."""

    verb: str
    resource: str


@dataclass(frozen=True, slots=True)
class Rights:
    """
    Attributes:
        user: as the API server knows who was asked about.
        lacks: of what is needed.
    """

    user: str
    lacks: tuple[Right, ...]


@dataclass(frozen=True, slots=True)
class Component:
    """
    A Deployment of Linkerd or an extension.

    Attributes:
        wanted: replicas.
        version: by its label; "" = none.
    """

    namespace: str
    name: str
    available: bool
    wanted: int = 1
    version: str = ""

    @property
    def revival(self) -> str:
        """The command that may bring it back."""
        what = f"deployment/{self.name} -n {self.namespace}"
        return f"kubectl rollout restart {what}" if self.wanted else f"kubectl scale {what} --replicas=1"


@dataclass(frozen=True, slots=True)
class Service:
    """
    Attributes:
        targets: ports of its pods.
        annotations: of it, whole.
    """

    name: str
    headless: bool
    ports: frozenset[int]
    targets: frozenset[int]
    selector: Labels
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pod:
    """
    Attributes:
        meshed: Linkerd's proxy runs beside its containers.
        proxy_ready: and is ready.
    """

    name: str
    labels: Labels
    meshed: bool
    proxy_ready: bool
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Controller:
    """A Deployment or StatefulSet, and the labels its pods carry."""

    kind: str
    name: str
    labels: Labels

    def __str__(self) -> str:
        """As kubectl takes it."""
        return f"{self.kind.lower()}/{self.name}"


@dataclass(frozen=True, slots=True)
class ProfileRoute:
    """A route of a ServiceProfile."""

    name: str
    retryable: bool = False
    timeout: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Autoscaler:
    """A HorizontalPodAutoscaler; `target` is the `Controller` as kubectl takes it."""

    name: str
    target: str
    minimum: int


@dataclass(frozen=True, slots=True)
class Claim:
    """An object of another controller that names a Service or workload of ours."""

    tool: str
    resource: str
    name: str
    about: str


@dataclass(frozen=True, slots=True)
class Keeper:
    """
    A GitOps tool that applies the route again and again.

    Attributes:
        name, namespace: of its application or kustomization; "" where it does not say.
        lets_go: it was told to leave the weights alone.
        known: whether that could be read.
    """

    tool: str
    name: str = ""
    namespace: str = ""
    lets_go: bool = False
    known: bool = True


@dataclass(frozen=True, slots=True)
class Answering:
    """
    Whether the source of counts answers.

    Attributes:
        problem, remedy: sentences; "" = it does.
        ahead: seconds of its clock before ours.
    """

    problem: str = ""
    remedy: str = ""
    ahead: float = 0.0


@dataclass(frozen=True, slots=True)
class Asker:
    """A scraped proxy that asked our backends; `workload` by any of Linkerd's labels for it."""

    job: str
    instance: str
    namespace: str
    pod: str
    workload: str


@dataclass(frozen=True, slots=True)
class Traffic:
    """
    Attributes:
        rps: to both backends.
        error_rate: of stable, 0-1.
        strangers: client workloads whose requests go past the split.
    """

    rps: float
    error_rate: float
    strangers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prospect:
    """How healthy rollouts would leave a step at that traffic; `undecided` is the part that nothing sure was found for."""

    step: int
    share: float
    undecided: float
