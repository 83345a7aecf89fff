"""One route in a simulated cluster under the real daemon, what is stored about it, and what others do to it."""

from copy import deepcopy

from canary.cluster import records
from canary.demo.lockstep import LockStep
from canary.demo.narrator import Told
from canary.demo.objects import TRAFFIC_SPLITS
from canary.demo.play import Play
from canary.demo.scene import CANARY, NAMESPACE, SPLIT, STABLE
from canary.rollout.memory import remembered
from canary.rollout.record import Record
from canary.rollout.stamp import Stamp
from canary.routes import trafficsplit
from canary.sim.store import How
from canary.terms import Phase, Word

RECORDS = "canaryrollouts.canary.delivery"
GITOPS = How(manager="argocd-controller")
LONG_ENOUGH = 30
"""Seconds in which the daemon would have begun anew, had it wanted to."""

ALL_TO_STABLE = {STABLE: 1000, CANARY: 0}
LOST = (Phase.REJECTED, "StampLost")


class Scenery:
    """One route, what is stored about it, and what others do to it."""

    def __init__(self, play: Play, show: LockStep) -> None:
        self.play, self._show, self.store = play, show, show.stage.store

    def split(self, name: str = SPLIT) -> dict[str, object]:
        return self.store.get(TRAFFIC_SPLITS, NAMESPACE, name)

    def weights(self, name: str = SPLIT) -> dict[str, int | None]:
        return trafficsplit.read(self.split(name)).weights

    def annotations(self) -> dict[str, str]:
        return dict(trafficsplit.read(self.split()).annotations)

    def told(self) -> list[Told]:
        """What the daemon has told since it was last asked for."""
        return self._show.narrator.news()

    def stamp(self, name: str = SPLIT) -> Stamp:
        found = remembered(trafficsplit.read(self.split(name))).stamp
        assert found is not None
        return found

    def records(self) -> list[Record]:
        return [records.read(raw) for raw in self.store.list(RECORDS)]

    def end(self) -> tuple[Phase, str]:
        return self.stamp().phase, self.stamp().reason

    def pass_time(self, seconds: float = LONG_ENOUGH) -> None:
        self._show.advance(0.5)
        for _ in range(int(seconds)):
            self._show.advance(1)

    def prune(self, **words: str) -> None:
        """The stamp goes, as whatever is not in Git; words that are in Git are written."""
        annotations = {Word.STATE.key: None, **{Word(word).key: value for word, value in words.items()}}
        self.store.patch(TRAFFIC_SPLITS, NAMESPACE, SPLIT, {"metadata": {"annotations": annotations}}, GITOPS)

    def restore(self) -> None:
        """As it is in Git: 900/100, no stamp."""
        backends = [{"service": STABLE, "weight": 900}, {"service": CANARY, "weight": 100}]
        body = {"metadata": {"annotations": {Word.STATE.key: None}}, "spec": {"backends": backends}}
        self.store.patch(TRAFFIC_SPLITS, NAMESPACE, SPLIT, body, GITOPS)

    def copied(self, name: str, service: str, *, stamp: bool) -> None:
        """The manifest under another name."""
        body = deepcopy(self.split())
        about, spec = body["metadata"], body["spec"]
        assert isinstance(about, dict)
        assert isinstance(spec, dict)
        annotations = {k: v for k, v in about["annotations"].items() if stamp or k != Word.STATE.key}
        body["metadata"] = {"name": name, "namespace": NAMESPACE, "annotations": annotations}
        body["spec"] = {**spec, "service": service}
        self.store.create(TRAFFIC_SPLITS, body, GITOPS)

    def made_anew(self) -> None:
        """Deleted, and created from Git at 900/100."""
        body = deepcopy(self.split())
        about = body["metadata"]
        assert isinstance(about, dict)
        annotations = {k: v for k, v in about["annotations"].items() if k != Word.STATE.key}
        self.store.delete(TRAFFIC_SPLITS, NAMESPACE, SPLIT)
        self.pass_time(2)
        backends = [{"service": STABLE, "weight": 900}, {"service": CANARY, "weight": 100}]
        body["metadata"] = {"name": SPLIT, "namespace": NAMESPACE, "annotations": annotations}
        body["spec"] = {"service": "backend-api", "backends": backends}
        self.store.create(TRAFFIC_SPLITS, body, GITOPS)
