"""
The cluster and the mesh of a scene, and what happens to them.

Nothing moves by itself: `advance` lets the mesh's time pass, `follow` lets it see what was stored since.
"""

from collections import deque
from contextlib import suppress
from random import Random

from canary.demo import objects
from canary.demo.clock import VirtualClock
from canary.demo.linkerd import Linkerd
from canary.demo.objects import SLICES, TRAFFIC_SPLITS, Object
from canary.demo.scene import (
    APEX,
    CANARY,
    FRONTEND,
    NAMESPACE,
    SPLIT,
    STABLE,
    Act,
    Answer,
    Blackout,
    Ready,
    Request,
    Scene,
    Weights,
)
from canary.errors import Unavailable
from canary.metrics.deadline import Deadline
from canary.metrics.proxies import Target
from canary.rollout.policy import Policy
from canary.routes import trafficsplit
from canary.sim.mesh import Client, Mesh
from canary.sim.store import Change, How, Refused, Store

PERSON = How(manager="kubectl-annotate")
KUBELET = How(manager="kube-controller-manager")


class Stage:
    """
    Attributes:
        store: the cluster.
        mesh: Linkerd's model.
        dark: the proxies' pages cannot be read.
        weighed: whenever the weights changed, whoever wrote them: the clock, stable's, the canary's.
    """

    def __init__(self, scene: Scene, policy: Policy, clock: VirtualClock, seed: int) -> None:
        self.scene = scene
        self.store = Store(clock, Random(seed))
        self.mesh = Mesh(seed, clock.now().timestamp())
        self.dark = False
        self._view = policy.view
        self.weighed: list[tuple[float, int, int]] = []
        self._clock = clock
        self._linkerd = Linkerd(self.store, self.mesh)
        self._changes: deque[Change] = deque()
        self.store.listen(self._changes.append)
        objects.install(self.store)
        self.act(Answer(STABLE, scene.stable))
        self.act(Answer(CANARY, scene.canary))
        self._open(policy.name)

    def _open(self, policy: str) -> None:
        """Busy clients asked before there was a split, the others come when it is there."""
        if self.scene.busy:
            self.follow()
            self.mesh.client(self._client())
        objects.split(self.store, policy)
        self.follow()
        if not self.scene.busy:
            self.mesh.client(self._client())

    def _client(self) -> Client:
        pods = tuple(f"{FRONTEND}-84d6c5f7b9-{number}" for number in (1, 2))
        return Client(NAMESPACE, FRONTEND, pods, APEX, rate=self.scene.rate, busy=self.scene.busy)

    def follow(self) -> set[str]:
        """Let the mesh see what was stored since; the resources that changed."""
        changed = set()
        while self._changes:
            change = self._changes.popleft()
            changed.add(change.key)
            self._weigh(change)
            self._linkerd.saw(change)
        return changed

    def _weigh(self, change: Change) -> None:
        if (change.key, *change.place) != (TRAFFIC_SPLITS, NAMESPACE, SPLIT):
            return
        weights = trafficsplit.read(change.after).weights if change.after else {}
        found = weights.get(STABLE) or 0, weights.get(CANARY) or 0
        if not self.weighed or self.weighed[-1][1:] != found:
            self.weighed.append((self._clock.seconds, *found))

    def act(self, act: Act) -> None:
        """One thing of the script happens; not if somebody at a second terminal has deleted what it is about."""
        with suppress(Refused):
            self._act(act)

    def _act(self, act: Act) -> None:
        match act:
            case Answer(service, behaviour, pod):
                name = None if pod is None else objects.endpoints(service)[pod].pod
                self.mesh.behave(NAMESPACE, service, behaviour, name)
            case Ready(service, pods):
                patch = objects.readiness(service, pods)
                self.store.patch(SLICES, NAMESPACE, f"{service}-1", patch, KUBELET)
            case Blackout(dark):
                self.dark = dark
            case Weights(stable, canary, manager):
                weights = {STABLE: stable, CANARY: canary}
                backends = [{"service": name, "weight": weight} for name, weight in weights.items()]
                self._patch_split({"spec": {"backends": backends}}, How(manager=manager))
            case Request(word, value):
                self._patch_split({"metadata": {"annotations": {word.key: value}}}, PERSON)

    def _patch_split(self, patch: Object, how: How) -> None:
        self.store.patch(TRAFFIC_SPLITS, NAMESPACE, SPLIT, patch, how)

    def targets(self) -> list[Target]:
        """The proxies that tell what the policy asks about: of the clients alone, or of all pods."""
        pods = self.mesh.pods()
        return [Target(*pod) for pod in pods if self._view == "servers" or pod[2] == FRONTEND]

    def page(self, target: Target, _deadline: Deadline) -> str:
        """What `:4191/metrics` of it shows."""
        if self.dark:
            raise Unavailable("no answer", at=target.url)
        return self.mesh.page(target.namespace, target.pod)
