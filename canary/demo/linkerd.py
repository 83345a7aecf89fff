"""What joins the cluster and the mesh: smi-adaptor, and Linkerd's own watch of endpoints and profiles."""

from contextlib import suppress

from canary.demo import objects
from canary.demo.objects import SERVICE_PROFILES, SLICES, TRAFFIC_SPLITS, Object
from canary.demo.scene import NAMESPACE
from canary.errors import Invalid
from canary.sim import adaptor
from canary.sim.mesh import Endpoint, Mesh
from canary.sim.store import Change, How, Refused, Store

SMI = How(manager="smi-adaptor")
SERVICE_NAME = "kubernetes.io/service-name"


class Linkerd:
    """Is told of every change in the cluster, in order."""

    def __init__(self, store: Store, mesh: Mesh) -> None:
        self._store, self._mesh = store, mesh

    def saw(self, change: Change) -> None:
        """What is unreadable leaves the mesh as it was: one bad weight, and smi-adaptor does nothing."""
        if change.place[0] != NAMESPACE:
            return
        with suppress(Invalid):
            if change.key == TRAFFIC_SPLITS:
                self._adapt(change)
            elif change.key == SERVICE_PROFILES:
                apex = change.place[1].partition(".")[0]
                self._mesh.profile(NAMESPACE, apex, adaptor.overrides(change.after))
            elif change.key == SLICES and (service := _service(change.object)):
                self._mesh.service(NAMESPACE, service, _ready(service, change.after))

    def _adapt(self, change: Change) -> None:
        """As smi-adaptor does."""
        profile = self._profile(change.object)
        if change.after is None:
            wanted = adaptor.release(profile)
        else:
            wanted = adaptor.reconcile(change.after, profile)
        if wanted is None:
            return
        if profile is None:
            self._store.create(SERVICE_PROFILES, wanted, SMI)
        else:
            self._store.replace(SERVICE_PROFILES, wanted, SMI)

    def _profile(self, split: Object) -> Object | None:
        try:
            return self._store.get(SERVICE_PROFILES, NAMESPACE, adaptor.profile_name(split))
        except Refused:
            return None


def _service(piece: Object) -> str:
    """Whose endpoints an EndpointSlice holds; "" where that is no Service of the scene."""
    service = (piece["metadata"].get("labels") or {}).get(SERVICE_NAME, "")
    return service if service in objects.HASHES else ""


def _ready(service: str, stored: Object | None) -> list[Endpoint]:
    ready = {
        (entry.get("targetRef") or {}).get("name")
        for entry in (stored or {}).get("endpoints") or ()
        if (entry.get("conditions") or {}).get("ready")
    }
    return [pod for pod in objects.endpoints(service) if pod.pod in ready]
