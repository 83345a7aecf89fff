"""
What makes pods run where there are no nodes: binds each pod to one node, gives it an address and Ready.

Nothing listens on these addresses; they only have to be different. They cannot be loopback addresses: the API server
refuses EndpointSlices with such, and the Service would stay without endpoints.
"""

import ipaddress
import itertools
import threading

from tests.beds.api import Api, Object, Refused
from tests.beds.mirror import Mirror

NODE = "node-1"
FIRST_ADDRESS = int(ipaddress.ip_address("10.244.0.1"))

Workload = tuple[str, str]
"""Namespace and name of a Deployment or StatefulSet."""


class Kubelet:
    """Looks after every pod of the cluster, in one thread."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._addresses = itertools.count(FIRST_ADDRESS)
        self._unready: set[Workload] = set()
        self._lock = threading.Lock()
        self.pods = Mirror(api, "/api/v1/pods", self._look_after)

    def __enter__(self) -> "Kubelet":
        self._register()
        self.pods.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.pods.stop()

    def make_unready(self, namespace: str, workload: str) -> None:
        """No pod of this workload is ready from now on, new ones neither: its Services lose their endpoints."""
        self._unready.add((namespace, workload))
        self._look_after_all(namespace, workload)

    def make_ready(self, namespace: str, workload: str) -> None:
        """Undo `make_unready`."""
        self._unready.discard((namespace, workload))
        self._look_after_all(namespace, workload)

    def of(self, namespace: str, workload: str) -> list[Object]:
        """The running pods of a workload, by name."""
        pods = [
            pod for pod in self.pods.items() if workload_of(pod) == (namespace, workload) and not ending(pod)
        ]
        return sorted(pods, key=lambda pod: str(pod["metadata"]["name"]))

    def _look_after_all(self, namespace: str, workload: str) -> None:
        for pod in self.of(namespace, workload):
            self._look_after("MODIFIED", pod)

    def _look_after(self, kind: str, pod: Object) -> None:
        """The next thing this pod needs; what that changes comes back as the next event."""
        if kind == "DELETED":
            return
        try:
            with self._lock:  # the watch and a switch of readiness may both want the same pod
                self._serve(pod)
        except Refused as error:
            if error.status not in {404, 409}:  # gone, or already done, meanwhile
                raise

    def _serve(self, pod: Object) -> None:
        if ending(pod):
            self._remove(pod)
        elif "nodeName" not in pod["spec"]:
            self._bind(pod)
        elif is_ready(pod) != self._may_be_ready(pod) or "podIP" not in pod["status"]:
            self._api.patch(f"{path_of(pod)}/status", {"status": self._status(pod)}, manager="kubelet")

    def _may_be_ready(self, pod: Object) -> bool:
        return workload_of(pod) not in self._unready

    def _bind(self, pod: Object) -> None:
        target = {"apiVersion": "v1", "kind": "Node", "name": NODE}
        name = pod["metadata"]["name"]
        binding = {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": name}, "target": target}
        self._api.post(f"{path_of(pod)}/binding", binding)

    def _remove(self, pod: Object) -> None:
        """Its containers have ended: a real kubelet would say so now."""
        gone = {"gracePeriodSeconds": 0, "preconditions": {"uid": pod["metadata"]["uid"]}}
        self._api.delete(path_of(pod), gone)

    def _status(self, pod: Object) -> Object:
        address = pod["status"].get("podIP") or str(ipaddress.ip_address(next(self._addresses)))
        ready = self._may_be_ready(pod)
        said = "True" if ready else "False"
        conditions = {
            "PodScheduled": "True",
            "PodReadyToStartContainers": "True",
            "Initialized": "True",
            "ContainersReady": said,
            "Ready": said,
        }
        return {
            "phase": "Running",
            "hostIP": "127.0.0.1",
            "podIP": address,
            "podIPs": [{"ip": address}],
            "conditions": [{"type": kind, "status": status} for kind, status in conditions.items()],
            "containerStatuses": [container_status(one, ready) for one in pod["spec"]["containers"]],
        }

    def _register(self) -> None:
        """EndpointSlices leave out pods whose node does not exist."""
        labels = {"kubernetes.io/hostname": NODE, "topology.kubernetes.io/zone": "zone-1"}
        node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": NODE, "labels": labels}}
        try:
            self._api.post("/api/v1/nodes", node)
        except Refused as error:
            if error.status != 409:
                raise


def container_status(container: Object, ready: bool) -> Object:
    return {
        "name": container["name"],
        "image": container["image"],
        "imageID": container["image"],
        "containerID": f"test://{container['name']}",
        "ready": ready,
        "started": True,
        "restartCount": 0,
        "state": {"running": {}},
    }


def path_of(pod: Object) -> str:
    return f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}"


def workload_of(pod: Object) -> Workload:
    """Namespace and name of what made it; a ReplicaSet's name is its Deployment's and the template's hash."""
    meta = pod["metadata"]
    owners = meta.get("ownerReferences") or [{"kind": "Pod", "name": meta["name"]}]
    template = meta.get("labels", {}).get("pod-template-hash", "")
    return meta["namespace"], owners[0]["name"].removesuffix(f"-{template}" if template else "")


def ending(pod: Object) -> bool:
    return "deletionTimestamp" in pod["metadata"]


def is_ready(pod: Object) -> bool:
    return any(c["type"] == "Ready" and c["status"] == "True" for c in pod["status"].get("conditions", []))
