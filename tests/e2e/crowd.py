"""A hundred splits in the sample app's namespace, with workloads behind them or with bare endpoints only."""

from canary.sim.mesh import Client
from tests.beds.api import Object
from tests.beds.kubelet import is_ready
from tests.beds.patience import wait_until
from tests.e2e.history import stamp_of
from tests.e2e.world import FRONTEND, NAMESPACE, World

SPLITS = f"/apis/split.smi-spec.io/v1alpha2/namespaces/{NAMESPACE}/trafficsplits"
SERVICES = f"/api/v1/namespaces/{NAMESPACE}/services"
SLICES = f"/apis/discovery.k8s.io/v1/namespaces/{NAMESPACE}/endpointslices"
DEPLOYMENTS = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments"

PORT = 8080
RUNS_WITHIN = 120
"""Seconds for some two hundred pods, on two cores."""

SEEN_EVERY = 0.25
"""Seconds between two looks at a whole crowd."""


class Crowd:
    """Splits NAME-0, NAME-1 … of apex Services of the same names, each with a -v1 and a -v2 behind it."""

    def __init__(self, world: World, name: str, size: int, policy: str) -> None:
        self.names = tuple(f"{name}-{number}" for number in range(size))
        self._world, self._policy = world, policy
        self._api = world.plane.admin

    def place(self) -> None:
        """Services with one ready endpoint each, and nothing behind it."""
        for number, name in enumerate(self.names):
            for service in (name, f"{name}-v1", f"{name}-v2"):
                self._api.post(SERVICES, _service(service, {}))
                self._api.post(SLICES, _slice(service, f"10.250.{number // 250}.{number % 250 + 1}"))

    def deploy(self) -> None:
        """Services, and Deployments of one pod each, which run. Without a split v1 has all that comes to the apex."""
        for name in self.names:
            for version in (f"{name}-v1", f"{name}-v2"):
                self._api.post(DEPLOYMENTS, _deployment(version))
                self._api.post(SERVICES, _service(version, {"app": version}))
            self._api.post(SERVICES, _service(name, {"app": f"{name}-v1"}))
        wait_until(lambda: self._ready() == 2 * len(self.names), RUNS_WITHIN, "they run", SEEN_EVERY)

    def busy(self, rate: float) -> None:
        """The frontend asks each of them so many times a second."""
        for name in self.names:
            self._world.linkerd.client(Client(NAMESPACE, FRONTEND, (), name, PORT, rate))

    def ask(self) -> None:
        """A split at 900/100 for each, its rollout asked for from the beginning."""
        for name in self.names:
            self._api.post(SPLITS, self._split(name))

    def settled(self, step: int) -> int:
        """How many were seen by the mesh on this step, or a later one."""
        last = {version.name: version for version in self._world.history.versions}
        stamps = [stamp_of(last[name]) or {} for name in self.names if name in last]
        return sum(stamp.get("step", 0) >= step and stamp.get("settled") is not None for stamp in stamps)

    def transitions(self) -> int:
        """How many versions of them our daemon has stored."""
        mine = set(self.names)
        return sum(
            version.manager == "canary" and version.name in mine for version in self._world.history.versions
        )

    def _ready(self) -> int:
        mine = {f"{name}-{version}" for name in self.names for version in ("v1", "v2")}
        pods = (pod for pod in self._world.kubelet.pods.items() if is_ready(pod))
        return sum(pod["metadata"].get("labels", {}).get("app") in mine for pod in pods)

    def _split(self, name: str) -> Object:
        words = {"canary.delivery/policy": self._policy, "canary.delivery/rollout": "r1"}
        backends = [{"service": f"{name}-v1", "weight": 900}, {"service": f"{name}-v2", "weight": 100}]
        return {
            "apiVersion": "split.smi-spec.io/v1alpha2",
            "kind": "TrafficSplit",
            "metadata": {"name": name, "namespace": NAMESPACE, "annotations": words},
            "spec": {"service": name, "backends": backends},
        }


def _service(name: str, selector: dict[str, str]) -> Object:
    spec = {"ports": [{"port": PORT}], **({"selector": selector} if selector else {})}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": spec,
    }


def _slice(service: str, address: str) -> Object:
    labels = {"kubernetes.io/service-name": service}
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": service, "namespace": NAMESPACE, "labels": labels},
        "addressType": "IPv4",
        "endpoints": [{"addresses": [address], "conditions": {"ready": True}}],
        "ports": [{"port": PORT}],
    }


def _deployment(name: str) -> Object:
    labels = {"app": name}
    container = {"name": "api", "image": "hashicorp/http-echo:1.0"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }
