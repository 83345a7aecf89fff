"""The scenes, as data: who asks how often, how the two versions answer, what happens when, and how it must end."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from canary.demo.scene import (
    CANARY,
    HEALTHY,
    STABLE,
    Act,
    Answer,
    Blackout,
    Bursts,
    End,
    Ready,
    Request,
    Scene,
    Weights,
)
from canary.sim.mesh import Behaviour
from canary.terms import Exit, Phase, Word


def both(at: float, behaviour: Behaviour) -> Iterable[tuple[float, Act]]:
    """The same happens to both versions."""
    return [(at, Answer(service, behaviour)) for service in (STABLE, CANARY)]


def failing(rate: float) -> Behaviour:
    """Healthy but for that part of the requests."""
    return replace(HEALTHY, failure_rate=rate)


SLOW = replace(HEALTHY, latency_ms=3 * HEALTHY.latency_ms)

PROMOTED = End(Phase.PROMOTED, "Promoted", Exit.OK)
GATE_FAILED = End(Phase.ROLLED_BACK, "GateFailed", Exit.ROLLED_BACK)

SCENES: tuple[Scene, ...] = (
    Scene("good", "The new version is healthy.", PROMOTED, rate=200),
    Scene(
        "errors",
        "30 % of the new version's requests fail.",
        GATE_FAILED,
        canary=failing(0.3),
        speed=3,
    ),
    Scene(
        "subtle",
        "1.1 % of its requests fail instead of 0.1 %, at 1000 per second.",
        GATE_FAILED,
        canary=failing(0.011),
        rate=1000,
        speed=5,
    ),
    Scene(
        "slow",
        "The new version takes three times as long.",
        GATE_FAILED,
        canary=SLOW,
        rate=200,
        speed=8,
    ),
    Scene(
        "late",
        "Five minutes after the first step began, 30 % begin to fail.",
        GATE_FAILED,
        script=((300, Answer(CANARY, failing(0.3))),),
        trouble=300,
        policy="patient",
    ),
    Scene(
        "crash",
        "After a minute the new version loses all its endpoints.",
        End(Phase.ROLLED_BACK, "CanaryNotReady", Exit.ROLLED_BACK),
        script=((60, Ready(CANARY, 0)),),
        trouble=60,
        speed=8,
    ),
    Scene(
        "quiet",
        "One request per second: too few to tell anything.",
        End(Phase.PROGRESSING, "TooQuiet", Exit.NEEDS_PERSON),
        rate=1,
        longest=1800,
        policy="five-percent",
        speed=60,
    ),
    Scene(
        "outage",
        "For 90 seconds, 40 % fail in both versions: a shared database.",
        PROMOTED,
        script=(*both(60, failing(0.4)), *both(150, HEALTHY)),
        rate=200,
    ),
    Scene(
        "bursts",
        "Both versions are healthy; now and then a pod fails in a burst.",
        PROMOTED,
        bursts=Bursts(every=60, lasting=1, rate=0.2),
        speed=45,
    ),
    Scene(
        "blackout",
        "After a minute the metrics are gone for three.",
        PROMOTED,
        script=((60, Blackout(dark=True)), (240, Blackout(dark=False))),
        rate=200,
    ),
    Scene(
        "drift",
        "Somebody writes 500/500; a minute later somebody resumes.",
        PROMOTED,
        script=((45, Weights(500, 500)), (105, Request(Word.RESUME))),
        rate=200,
    ),
    Scene(
        "busy",
        "Clients that were busy when the split was made do not follow it.",
        End(Phase.WAITING, "ClientsNotFollowing", Exit.NEEDS_PERSON),
        busy=True,
        rate=50,
        speed=15,
    ),
)
"""In the order of the README; the last ones are about the world around the new version."""


def policies() -> Path:
    """Those that some scenes are made for, beside the ones that come with the program."""
    return Path(__file__).with_name("policies")


def names() -> tuple[str, ...]:
    return tuple(scene.name for scene in SCENES)
