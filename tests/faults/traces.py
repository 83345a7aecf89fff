"""Reference traces: what people and the canary do, on which tick, and how it ends."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from canary.demo.scene import CANARY
from canary.terms import Phase
from tests.faults.bed import GITOPS, Bed
from tests.faults.source import Counts

Act = Callable[[Bed, Counts], None]
ID = "v2"
POLICY = """
apiVersion: canary.delivery/v1alpha1
kind: RolloutPolicy
metadata:
  name: quick
spec:
  steps:
    - {share: 10%, bake: {min: 15s, max: 5m}}
    - {share: 50%, bake: {min: 15s, max: 5m}}
  finalBake: {min: 15s, max: 5m}
  unknownDeadline: 60s
  readyGrace: 30s
"""


@dataclass(frozen=True, slots=True)
class Trace:
    """
    Attributes:
        script: what happens on which tick of 5 s.
        end: the phase it ends in.
        stop: ticks after which it must have ended, faults or not.
    """

    script: tuple[tuple[int, Act], ...]
    end: Phase
    stop: int = 75

    @property
    def last(self) -> int:
        return max(tick for tick, _ in self.script)


def ask(**words: str | None) -> Act:
    return lambda bed, _counts: bed.ask(**words)


def fails(part: float) -> Act:
    return lambda _bed, counts: counts.fails(part)


def pods(number: int) -> Act:
    return lambda bed, _counts: bed.ready(CANARY, number)


def dark(is_dark: bool) -> Act:
    def act(_bed: Bed, counts: Counts) -> None:
        counts.dark = is_dark

    return act


START = (2, ask(rollout=ID))
RESUME = ask(resume=ID, pause=None)
"""As the command does: it withdraws a pause that nobody may have acted on yet."""

TRACES: Mapping[str, Trace] = {
    "good": Trace((START,), Phase.PROMOTED),
    "bad": Trace((START, (6, fails(0.5))), Phase.ROLLED_BACK),
    "abort": Trace((START, (7, ask(abort=ID))), Phase.ABORTED),
    "pause": Trace((START, (6, ask(pause=ID)), (12, RESUME)), Phase.PROMOTED),
    "promote": Trace((START, (5, ask(promote=ID))), Phase.PROMOTED),
    "undo": Trace((START, (5, ask(promote=ID)), (52, ask(undo=ID))), Phase.ROLLED_BACK, 110),
    "drift": Trace(
        (START, (6, lambda bed, _: bed.move(950, 50, GITOPS)), (10, ask(resume=ID))), Phase.PROMOTED
    ),
    "retry": Trace((START, (5, fails(0.5)), (12, fails(0.0)), (13, ask(retry=ID))), Phase.PROMOTED, 80),
    "gap": Trace((START, (6, pods(0)), (8, pods(3))), Phase.PROMOTED),
    "superseded": Trace((START, (7, ask(rollout="v3"))), Phase.PROMOTED, 80),
    "dark": Trace((START, (6, dark(True)), (16, dark(False))), Phase.PROMOTED, 80),
}
