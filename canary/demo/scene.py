"""What a scene is made of."""

from dataclasses import KW_ONLY, dataclass
from typing import NamedTuple, TypeAlias

from canary.sim.mesh import Behaviour
from canary.terms import Exit, Phase, Word

NAMESPACE = "sample-app"
APEX = "backend-api"
STABLE = "backend-api-v1"
CANARY = "backend-api-v2"
FRONTEND = "frontend"
SPLIT = "backend-api-split"
ROLLOUT = "v2"
"""The rollout's id."""

HEALTHY = Behaviour(failure_rate=0.001, latency_ms=20.0)


@dataclass(frozen=True, slots=True)
class Answer:
    """From now on a backend answers like this; `pod` is the number of one of its pods, None all of them."""

    service: str
    behaviour: Behaviour
    pod: int | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """From now on so many pods of a backend are ready."""

    service: str
    pods: int


@dataclass(frozen=True, slots=True)
class Blackout:
    """The proxies' pages cannot be read any more, or can again."""

    dark: bool


@dataclass(frozen=True, slots=True)
class Weights:
    """Somebody writes weights."""

    stable: int
    canary: int
    manager: str = "kubectl-edit"


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody asks for something, by annotation."""

    word: Word
    value: str = ROLLOUT


Act: TypeAlias = Answer | Ready | Blackout | Weights | Request


@dataclass(frozen=True, slots=True)
class Bursts:
    """
    Failures that come together, on one endpoint at a time, of either version.

    Attributes:
        every: mean seconds between two bursts of one endpoint.
        lasting: seconds of one.
        rate: part of the requests that fails meanwhile.
    """

    every: float
    lasting: int
    rate: float


class End(NamedTuple):
    """How a scene ends: phase and reason as the stamp tells them, and the exit code that goes with it."""

    phase: Phase
    reason: str
    exit: Exit


@dataclass(frozen=True, slots=True)
class Scene:
    """
    Attributes:
        sentence: what happens.
        end: how it ends with the policy it was made for.
        stable, canary: how the versions answer at first.
        rate: requests per second of the one client workload.
        script: what happens when, seconds after the rollout was asked for.
        trouble: seconds after that at which what decides the end begins.
        bursts: of failures, or None.
        busy: the clients asked before there was a split, and never stopped.
        longest: virtual seconds after which it is given up.
        policy: it was made for.
        speed: virtual seconds per second at which a person can watch it.
    """

    name: str
    sentence: str
    end: End
    _: KW_ONLY
    stable: Behaviour = HEALTHY
    canary: Behaviour = HEALTHY
    rate: float = 100.0
    script: tuple[tuple[float, Act], ...] = ()
    trouble: float = 0.0
    bursts: Bursts | None = None
    busy: bool = False
    longest: float = 3600.0
    policy: str = "standard"
    speed: float = 30.0

    def script_after(self, at: float) -> bool:
        """Whether something still happens after that moment."""
        return any(when > at for when, _ in self.script)
