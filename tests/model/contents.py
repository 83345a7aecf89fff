"""All routes a model check meets, each once: real objects, with stamps that the product rendered."""

import json
from functools import cache
from typing import Any, NamedTuple

from canary.daemon.judged import Identity
from canary.daemon.moves import on_a_rung
from canary.rollout.memory import remembered
from canary.rollout.policy import Bake, Policy, Step
from canary.rollout.snapshot import Leaf
from canary.rollout.stamp import Stamp
from canary.routes import trafficsplit
from canary.sim.store.patching import merge
from canary.terms import DAEMON_MANAGER, PREFIX, Word
from tests.rollout.builders import CANARY, ID, STABLE, UID, a_leaf

TOTAL = 1000
POLICY = Policy(name="quick", steps=(Step(share=0.5, bake=Bake()),))
"""50 %, then 100 %."""

Raw = dict[str, Any]


class Facts(NamedTuple):
    """What stands behind the backends."""

    canary_ready: bool = True
    stable_ready: bool = True
    revision: int = 7

    @property
    def leaves(self) -> dict[str, Leaf]:
        return _leaves(self)


class Judged(NamedTuple):
    """What a process read of the evidence: about which step, and what it said."""

    about: Identity | None
    outcome: str


class Plan(NamedTuple):
    """
    A write on its way.

    Attributes:
        body: the merge patch; JSON.
        conditional: it names the version it was decided on.
        rule: that decided it, on what was `judged`.
    """

    body: str
    conditional: bool
    rule: str
    judged: Judged | None


class Contents:
    """Routes by number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._texts: list[str] = []
        self._stamps: list[Stamp | None] = []

    def number(self, raw: Raw) -> int:
        text = json.dumps(raw, sort_keys=True)
        if text not in self._numbers:
            self._numbers[text] = len(self._texts)
            self._texts.append(text)
            self._stamps.append(remembered(trafficsplit.read(raw)).stamp)
        return self._numbers[text]

    def raw(self, number: int) -> Raw:
        found: Raw = json.loads(self._texts[number])
        return found

    def stamp(self, number: int) -> Stamp | None:
        return self._stamps[number]

    def active(self, number: int) -> Stamp | None:
        """The stamp, if evidence is read for it."""
        stamp = self._stamps[number]
        return stamp if stamp is not None and on_a_rung(stamp) else None

    def __len__(self) -> int:
        return len(self._texts)


def a_raw() -> Raw:
    """Managed, and `a1` is asked for."""
    words = {Word.POLICY.key: POLICY.name, Word.ROLLOUT.key: ID}
    about = {"namespace": "ns", "name": "api-split", "uid": UID, "resourceVersion": "1", "annotations": words}
    backends = [{"service": STABLE, "weight": TOTAL}, {"service": CANARY, "weight": 0}]
    return {"metadata": about, "spec": {"service": "api", "backends": backends}}


def weighed(raw: Raw, canary: int, total: int = TOTAL) -> Raw:
    """Somebody gives the canary so much."""
    backends = [{"service": STABLE, "weight": total - canary}, {"service": CANARY, "weight": canary}]
    return _by(merge(raw, {"spec": {"backends": backends}}), "kubectl-edit")


def worded(raw: Raw, **words: str | None) -> Raw:
    """Somebody writes annotations; None takes one away."""
    patch = {PREFIX + word: value for word, value in words.items()}
    changed: Raw = merge(raw, {"metadata": {"annotations": patch}})
    return changed


def merged(raw: Raw, plan: Plan) -> Raw:
    """What the API server stores."""
    body = json.loads(plan.body)
    changed: Raw = merge(raw, body)
    changed["metadata"]["resourceVersion"] = "1"
    return _by(changed, DAEMON_MANAGER) if "spec" in body else changed


@cache
def _leaves(facts: Facts) -> dict[str, Leaf]:
    canary = a_leaf(CANARY, 4 * facts.canary_ready, revision=str(facts.revision), generation=facts.revision)
    return {STABLE: a_leaf(STABLE, 4 * facts.stable_ready), CANARY: canary}


def _by(raw: Raw, manager: str) -> Raw:
    entry = {"manager": manager, "fieldsV1": {"f:spec": {}}}
    changed: Raw = merge(raw, {"metadata": {"managedFields": [entry]}})
    return changed
