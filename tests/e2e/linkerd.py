"""
The mesh model in real time over a real API server.

It hears of pods, endpoints and profiles by watch, as Linkerd does, lets the model's time pass with the clock's, and
serves the page of every proxy to Prometheus with the labels that viz' relabelling gives them.
"""

import threading
from collections import Counter
from dataclasses import replace
from fractions import Fraction

from canary.sim import adaptor
from canary.sim.mesh import Behaviour, Client, Endpoint, Mesh, Sent
from tests.beds.api import Api, Object, Refused
from tests.beds.kubelet import ending, workload_of
from tests.beds.mirror import Mirror
from tests.beds.patience import CLOCK, rest
from tests.beds.prometheus import JOB, PrometheusServer, Target
from tests.e2e.pages import Pages, path_of
from tests.e2e.smi import SmiAdaptor

TICK = 0.1
"""Seconds between two moves of the model."""

SLICES = "/apis/discovery.k8s.io/v1/endpointslices"
ALL_PROFILES = "/apis/linkerd.io/v1alpha2/serviceprofiles"
SERVICE_NAME = "kubernetes.io/service-name"
INJECT = "linkerd.io/inject"


class Linkerd:
    """
    The mesh of one cluster, between `start` and `stop`: the namespaces that ask for injection.

    Attributes:
        adaptor: its smi-adaptor; stop it and start it again as you like.
    """

    def __init__(self, api: Api, prometheus: PrometheusServer) -> None:
        self.adaptor = SmiAdaptor(api)
        self._api = api
        self._prometheus = prometheus
        self._mesh = Mesh(epoch=CLOCK.now().timestamp())
        self._lock = threading.RLock()
        self._clients: dict[tuple[str, str, str], Client] = {}
        self._injected: dict[str, bool] = {}
        self._told: tuple[tuple[str, str, str], ...] = ()
        self._pages = Pages(self._page)
        self._pods = Mirror(api, "/api/v1/pods", self._pod_changed)
        self._slices = Mirror(api, SLICES, self._slice_changed)
        self._profiles = Mirror(api, ALL_PROFILES, self._profile_changed)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mesh", daemon=True)

    def start(self) -> None:
        for part in (self._pages, self._pods, self._slices, self._profiles, self.adaptor, self._thread):
            part.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()
        for part in (self.adaptor, self._profiles, self._slices, self._pods, self._pages):
            part.stop()

    def client(self, client: Client) -> None:
        """Let a workload ask for an apex; `pods` is filled in by what runs, now and later. Told again: changed."""
        with self._lock:
            self._clients[client.namespace, client.deployment, client.apex] = replace(client, pods=())
            self._place_clients()

    def behave(self, namespace: str, service: str, behaviour: Behaviour, pod: str | None = None) -> None:
        """A backend, or one pod of it, answers like this from now on."""
        with self._lock:
            self._mesh.behave(namespace, service, behaviour, pod)

    def restart(self, namespace: str, pod: str) -> None:
        """The pod's proxy restarts: its counters begin again at zero."""
        with self._lock:
            self._mesh.restart(namespace, pod)

    @property
    def sent(self) -> Counter[Sent]:
        """The model's own exact counts of what clients got."""
        with self._lock:
            return Counter(self._mesh.sent)

    def share(self, service: str, since: Counter[Sent] | None = None) -> float:
        """The part of all requests sent (since an earlier `sent`) that this backend got."""
        sent = self.sent - (since or Counter())
        return sum(n for key, n in sent.items() if key.service == service) / max(1, sent.total())

    def overrides(self, namespace: str, apex: str) -> dict[str, Fraction]:
        """What the apex' ServiceProfile says as this mesh saw it last: Service → weight."""
        profile = self._profiles.get(namespace, f"{apex}.{namespace}.svc.cluster.local")
        return dict(adaptor.overrides(profile) or {})

    def endpoints(self, namespace: str, service: str) -> list[Endpoint]:
        """The ready pods of a Service as this mesh saw them last, from all its slices."""
        pieces = [piece for piece in self._slices.items() if _belongs(piece, namespace, service)]
        ready = [
            one
            for piece in pieces
            for one in piece["endpoints"] or ()
            if one["conditions"].get("ready") and "targetRef" in one
        ]
        found = [(one, self._pod(namespace, one["targetRef"]["name"])) for one in ready]
        return [_endpoint(one, pod) for one, pod in found if pod]

    @property
    def told(self) -> int:
        """How many pages Prometheus was told to scrape."""
        return len(self._told)

    def targets(self) -> list[Target]:
        """What Prometheus has to scrape now."""
        with self._lock:
            return [
                self._target(namespace, pod, deployment) for namespace, pod, deployment in self._mesh.pods()
            ]

    def _run(self) -> None:
        last = CLOCK.monotonic()
        while not rest(TICK, self._stop):
            now = CLOCK.monotonic()
            with self._lock:
                self._mesh.advance(now - last)
            last = now
            self._tell_targets()

    def _tell_targets(self) -> None:
        with self._lock:
            pods = self._mesh.pods()
        if pods != self._told:
            self._prometheus.set_targets(self.targets())
            self._told = pods

    def _page(self, namespace: str, pod: str) -> str:
        with self._lock:
            return self._mesh.page(namespace, pod)

    def _pod_changed(self, kind: str, pod: Object) -> None:
        with self._lock:
            if kind == "DELETED":
                self._mesh.remove(pod["metadata"]["namespace"], pod["metadata"]["name"])
            self._place_clients()

    def _place_clients(self) -> None:
        """Callers live in the pods that run; one whose pods did not change is left to its work."""
        for key, client in self._clients.items():
            pods = self._running(client.namespace, client.deployment)
            if pods and pods != client.pods:
                self._clients[key] = replace(client, pods=pods)
                self._mesh.client(self._clients[key])

    def _running(self, namespace: str, workload: str) -> tuple[str, ...]:
        pods = [pod for pod in self._pods.items() if workload_of(pod) == (namespace, workload)]
        return tuple(
            sorted(pod["metadata"]["name"] for pod in pods if not ending(pod) and "podIP" in pod["status"])
        )

    def _slice_changed(self, _: str, piece: Object) -> None:
        namespace, service = piece["metadata"]["namespace"], piece["metadata"]["labels"].get(SERVICE_NAME, "")
        if not self._meshed(namespace):
            return
        endpoints = self.endpoints(namespace, service)
        with self._lock:
            self._mesh.service(namespace, service, endpoints)

    def _profile_changed(self, kind: str, profile: Object) -> None:
        namespace, apex = profile["metadata"]["namespace"], profile["metadata"]["name"].partition(".")[0]
        there = None if kind == "DELETED" else profile
        with self._lock:
            routes = bool(there and there.get("spec", {}).get("routes"))
            self._mesh.profile(namespace, apex, adaptor.overrides(there), routes=routes)

    def _target(self, namespace: str, pod: str, deployment: str) -> Target:
        labels = {"job": JOB, "namespace": namespace, "pod": pod, "workload_ns": namespace}
        found = self._pods.get(namespace, pod)
        labels |= _pod_labels(found) if found else {}
        labels |= {"control_plane_ns": "linkerd", "deployment": deployment}
        return Target(self._pages.address, labels, path_of(namespace, pod))

    def _meshed(self, namespace: str) -> bool:
        """Its pods get proxies; asked once, since injection happens when a pod is made."""
        if namespace not in self._injected:
            found = self._api.get(f"/api/v1/namespaces/{namespace}")
            annotations = found["metadata"].get("annotations") or {}
            self._injected[namespace] = annotations.get(INJECT) == "enabled"
        return self._injected[namespace]

    def _pod(self, namespace: str, name: str) -> Object | None:
        """Its slice may be heard of before itself."""
        known = self._pods.get(namespace, name)
        if known:
            return known
        try:
            return self._api.get(f"/api/v1/namespaces/{namespace}/pods/{name}")
        except Refused as error:
            if error.status == 404:
                return None
            raise


def _endpoint(endpoint: Object, pod: Object) -> Endpoint:
    template = _pod_labels(pod)["pod_template_hash"]
    return Endpoint(endpoint["targetRef"]["name"], endpoint["addresses"][0], workload_of(pod)[1], template)


def _pod_labels(pod: Object) -> dict[str, str]:
    """What viz' relabelling makes of the pod itself."""
    own = pod["metadata"].get("labels", {})
    return {
        "instance": f"{pod['status'].get('podIP', '')}:4191",
        "pod_template_hash": own.get("pod-template-hash", ""),
        "app": own.get("app", ""),
    }


def _belongs(piece: Object, namespace: str, service: str) -> bool:
    meta = piece["metadata"]
    return (meta["namespace"], meta.get("labels", {}).get(SERVICE_NAME)) == (namespace, service)
