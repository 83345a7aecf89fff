"""What people and GitOps tools do to a route between any two ticks."""

from collections.abc import Callable, Mapping

from canary.demo.scene import CANARY, STABLE
from canary.terms import Word
from tests.faults.bed import GITOPS, Bed

PEOPLE: Mapping[str, Callable[[Bed], None]] = {
    "abort": lambda bed: bed.ask(abort="v2"),
    "pause": lambda bed: bed.ask(pause="v2"),
    "resume": lambda bed: bed.ask(resume="v2/more"),
    "promote": lambda bed: bed.ask(promote="v2"),
    "retry": lambda bed: bed.ask(retry="v2/more"),
    "undo": lambda bed: bed.ask(undo="v2/more"),
    "new-id": lambda bed: bed.ask(rollout="v4"),
    "no-id": lambda bed: bed.ask(rollout=None),
    "raised": lambda bed: bed.move(100, 900, GITOPS),
    "lowered": lambda bed: bed.move(999, 1, GITOPS),
    "all-stable": lambda bed: bed.move(1000, 0, GITOPS),
    "zeros": lambda bed: bed.move(0, 0, GITOPS),
    "spoilt-stamp": lambda bed: bed.ask(**{Word.STATE.value: "{"}),
    "no-canary-pods": lambda bed: bed.ready(CANARY, 0),
    "no-stable-pods": lambda bed: bed.ready(STABLE, 0),
    "new-revision": lambda bed: bed.revise(CANARY),
}
