"""The cluster of a fault plan: the demo's sample application without its mesh, and every version of its split."""

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from functools import cache
from random import Random

from canary.clock import Clock
from canary.demo import objects
from canary.demo.objects import DEPLOYMENTS, SERVICE_PROFILES, SERVICES, SLICES, TRAFFIC_SPLITS, Object
from canary.demo.scene import APEX, CANARY, NAMESPACE, SPLIT, STABLE
from canary.errors import Invalid
from canary.routes import trafficsplit
from canary.sim import adaptor
from canary.sim.store import Change, How, Refused, Store
from canary.sim.store.resources import CRDS
from canary.terms import PREFIX
from tests.e2e.history import Version

PERSON, GITOPS, KUBELET = (
    How(manager="kubectl"),
    How(manager="argocd"),
    How(manager="kube-controller-manager"),
)


class Bed:
    """
    Attributes:
        store: the API server's.
        versions: all that was stored of the split.
        changes: what watches have not been told yet.
        writer: who writes to the split.
    """

    def __init__(self, clock: Clock, weighed: Callable[[float], None], policy: str) -> None:
        self.store = Store(clock, Random(1))
        self.versions: list[Version] = []
        self.changes: deque[Change] = deque()
        self._weighed = weighed
        self.writer = "kubectl"
        _install(self.store)
        self.store.listen(self._saw)
        objects.split(self.store, policy)

    def ask(self, **words: str | None) -> None:
        """Somebody writes annotations."""
        patch = {PREFIX + word: value for word, value in words.items()}
        self.write({"metadata": {"annotations": patch}})

    def move(self, stable: int, canary: int, how: How = PERSON) -> None:
        backends = [{"service": STABLE, "weight": stable}, {"service": CANARY, "weight": canary}]
        self.write({"spec": {"backends": backends}}, how)

    def write(self, patch: Object, how: How = PERSON) -> None:
        self.writer = how.manager
        with suppress(Refused):
            self.store.patch(TRAFFIC_SPLITS, NAMESPACE, SPLIT, patch, how)

    def ready(self, service: str, pods: int) -> None:
        self.store.patch(SLICES, NAMESPACE, f"{service}-1", objects.readiness(service, pods), KUBELET)

    def revise(self, service: str) -> None:
        """A new version is deployed to a backend."""
        found = self.store.get(DEPLOYMENTS, NAMESPACE, service)
        number = int(found["metadata"]["annotations"]["deployment.kubernetes.io/revision"]) + 1
        template = {"metadata": {"labels": {"build": str(number)}}}
        about = {"annotations": {"deployment.kubernetes.io/revision": str(number)}}
        changed = self.store.patch(
            DEPLOYMENTS, NAMESPACE, service, {"metadata": about, "spec": {"template": template}}, KUBELET
        )
        status = {"status": {"observedGeneration": changed["metadata"]["generation"]}}
        self.store.patch(DEPLOYMENTS, NAMESPACE, service, status, How(manager="controller", status=True))

    def split(self) -> Object:
        return self.store.get(TRAFFIC_SPLITS, NAMESPACE, SPLIT)

    def _saw(self, change: Change) -> None:
        self.changes.append(change)
        if change.key != TRAFFIC_SPLITS or change.after is None:
            return
        self.versions.append(Version(deepcopy(change.after), None, self.writer))
        share = trafficsplit.read(change.after).share(CANARY)
        self._weighed(share or 0.0)

    def adapt(self, split: Object) -> None:
        """As smi-adaptor does."""
        with suppress(Invalid):
            try:
                found = self.store.get(SERVICE_PROFILES, NAMESPACE, adaptor.profile_name(split))
            except Refused:
                found = None
            wanted = adaptor.reconcile(split, found)
            if wanted is not None and found is None:
                self.store.create(SERVICE_PROFILES, wanted, How(manager="smi-adaptor"))
            elif wanted is not None:
                self.store.replace(SERVICE_PROFILES, wanted, How(manager="smi-adaptor"))


@cache
def _definitions() -> tuple[Object, ...]:
    return tuple(objects._definitions())


def _install(store: Store) -> None:
    for definition in _definitions():
        store.create(CRDS, definition)
    store.create("namespaces", {"metadata": {"name": NAMESPACE}})
    for name in (APEX, STABLE, CANARY):
        store.create(SERVICES, objects._service(name))
        store.create(SLICES, objects._slice(name))
        store.create(DEPLOYMENTS, objects._deployment(name))
        store.patch(DEPLOYMENTS, NAMESPACE, name, objects._observed(), How(manager="controller", status=True))
