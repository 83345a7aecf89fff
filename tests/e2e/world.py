"""
A cluster with a mesh, as far as the product can tell: real API server and Prometheus, modelled Linkerd and kubelet.

It starts from the very files of examples/sample-app. Whoever stands in it changes one thing (`behave`,
`kubelet.make_unready`, `set_weights`) and looks at what was stored (`history`).
"""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from canary.sim.mesh import Behaviour, Client
from tests.beds.api import Away, Object, Refused
from tests.beds.controlplane import ControlPlane
from tests.beds.kubelet import Kubelet
from tests.beds.patience import wait_until
from tests.beds.prometheus import PrometheusServer
from tests.e2e.daemon import ROOT, Command, Daemon, call
from tests.e2e.history import History
from tests.e2e.invariants import ON_SERVERS, violations
from tests.e2e.linkerd import Linkerd
from tests.e2e.told import stored, untold

SAMPLE_APP = ROOT / "examples" / "sample-app"
POLICIES = Path(__file__).with_name("policies")

NAMESPACE = "sample-app"
SPLIT = "backend-api-split"
APEX, STABLE, CANARY, FRONTEND = "backend-api", "backend-api-v1", "backend-api-v2", "frontend"
REPLICAS = {APEX: 3, STABLE: 3, CANARY: 3, FRONTEND: 2}

RATE = 200.0
"""Requests per second that the frontend sends."""

STARTS_WITHIN = 60
"""
Seconds for each thing that must be there. Most take one; Prometheus looks at new targets every five seconds, and the
controllers take up to twenty where an earlier test stopped the API server.
"""

CLEARED = "trafficsplits,serviceprofiles,services,deployments,configmaps,canaryrollouts,events"


class World:
    """
    Everything between `start` and `stop`.

    Attributes:
        plane, kubelet, prometheus: the real servers; stop them, start them, wipe them.
        linkerd: the mesh; `linkerd.adaptor` can be stopped on its own.
        history: every stored version of every split here, from the moment it was made.
    """

    def __init__(
        self,
        plane: ControlPlane,
        kubelet: Kubelet,
        prometheus: PrometheusServer,
        folder: Path,
        rate: float = RATE,
    ) -> None:
        self.plane = plane
        self.kubelet = kubelet
        self.prometheus = prometheus
        self.linkerd = Linkerd(plane.admin, prometheus)
        self.history = History(plane.admin, NAMESPACE)
        self._folder = folder
        self._rate = rate
        self._daemons: list[Daemon] = []
        self._commands: list[Command] = []

    def __enter__(self) -> "World":
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """The sample app runs, its frontend asks, v2 gets its tenth, and Prometheus scrapes all of it."""
        self.history.start()
        self.linkerd.start()
        self.plane.apply(SAMPLE_APP)
        wait_until(self._running, STARTS_WITHIN, "the sample app's pods are ready")
        wait_until(lambda: self.linkerd.overrides(NAMESPACE, APEX), STARTS_WITHIN, "the adaptor has written")
        self.linkerd.client(Client(NAMESPACE, FRONTEND, (), APEX, rate=self._rate))
        self._scrape(sum(REPLICAS.values()))

    def stop(self) -> None:
        """All of ours; the servers go on for the next one, without what was in them."""
        for command in self._commands:
            command.program.kill()
        for daemon in self._daemons:
            daemon.kill()
        self.plane.start_apiserver()
        self.history.stop()
        self._clear()
        self.linkerd.stop()
        self.prometheus.set_targets([])

    def daemon(self, *options: str, name: str = "daemon", user: str = "daemon") -> Daemon:
        """A daemon, not yet started; as many as wanted, with names of their own."""
        given = {
            "--kubeconfig": str(self.plane.kubeconfig(user, NAMESPACE)),
            "--prometheus": self.prometheus.url,
            "--policies": str(POLICIES),
            "--scrape-interval": "1s",
            "--min-interval": "1s",
        }
        flags = [part for pair in given.items() for part in pair]
        self._daemons.append(Daemon(name, self._folder, [*flags, *options]))
        return self._daemons[-1]

    def canary(self, *arguments: str, user: str = "releaser") -> subprocess.CompletedProcess[str]:
        """A `canary` command from beginning to end, in the sample app's namespace."""
        return call(self.plane.kubeconfig(user, NAMESPACE), arguments)

    def canary_meanwhile(self, *arguments: str, user: str = "releaser") -> Command:
        """A `canary` command that runs on, for `status --wait`."""
        name = f"canary-{len(self._commands)}"
        self._commands.append(Command(name, self._folder, self.plane.kubeconfig(user, NAMESPACE), arguments))
        return self._commands[-1]

    def split(self, name: str = SPLIT) -> Object:
        """The split as it is stored now."""
        return self.plane.admin.get(split_path(name))

    @property
    def weights(self) -> dict[str, Any]:
        """Those of the sample app's split."""
        return {backend["service"]: backend["weight"] for backend in self.split()["spec"]["backends"]}

    def set_weights(
        self, weights: Mapping[str, object], manager: str = "kubectl-edit", version: str = "v1alpha2"
    ) -> int:
        """Somebody else writes weights; the number of the version that made. v1alpha1 takes Quantities too."""
        backends = [{"service": service, "weight": weight} for service, weight in weights.items()]
        return self.patch_split({"spec": {"backends": backends}}, manager, version)

    def annotate(self, annotations: Mapping[str, str | None], manager: str = "kubectl-annotate") -> int:
        """Somebody writes `canary.delivery/<word>` annotations (None removes one); the version that made."""
        keys = {f"canary.delivery/{word}": value for word, value in annotations.items()}
        return self.patch_split({"metadata": {"annotations": keys}}, manager)

    def patch_split(self, body: Object, manager: str, version: str = "v1alpha2") -> int:
        written = self.plane.admin.patch(split_path(SPLIT, version), body, manager)
        return int(written["metadata"]["resourceVersion"])

    def behave(self, service: str, behaviour: Behaviour, pod: str | None = None) -> None:
        """A backend of the sample app, or one pod of it, answers like this from now on."""
        self.linkerd.behave(NAMESPACE, service, behaviour, pod)

    def violations(self) -> list[str]:
        """Sentences about invariants that our own writes broke; none, hopefully."""
        return violations(self.history.versions, ON_SERVERS)

    def untold(self) -> list[str]:
        """Sentences about changes that no record tells yet."""
        try:
            known = stored(self.plane.admin, NAMESPACE)
        except (Away, Refused) as error:
            return [f"records cannot be read: {error}"]
        return untold(self.history.versions, known)

    def logs(self) -> str:
        """The ends of the daemons' logs and what the history holds, for a failing test."""
        versions = [f"{one.number} {one.manager}: {one.weights}" for one in self.history.versions[-20:]]
        return "\n".join([*(daemon.logs() for daemon in self._daemons), *versions])

    def _scrape(self, pages: int) -> None:
        """Wiped once it knows them, so that it holds no counts of an earlier world."""
        wait_until(lambda: self.linkerd.told == pages, STARTS_WITHIN, f"Prometheus was told of {pages} pages")
        self.prometheus.wipe()
        self.prometheus.scraped(pages)

    def _running(self) -> bool:
        return all(len(self.linkerd.endpoints(NAMESPACE, name)) == count for name, count in REPLICAS.items())

    def _clear(self) -> None:
        """The namespace stays: making it go takes the namespace controller longer than all the rest."""
        for workload in REPLICAS:
            self.kubelet.make_ready(NAMESPACE, workload)
        self.plane.kubectl("delete", CLEARED, "--all", "-n", NAMESPACE, "--wait=false")
        wait_until(self._empty, STARTS_WITHIN, "the sample app's pods are gone")

    def _empty(self) -> bool:
        left = [pod for pod in self.kubelet.pods.items() if pod["metadata"]["namespace"] == NAMESPACE]
        return not left


def split_path(name: str, version: str = "v1alpha2") -> str:
    return f"/apis/split.smi-spec.io/{version}/namespaces/{NAMESPACE}/trafficsplits/{name}"
