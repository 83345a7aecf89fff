"""A cluster in memory and a clock that jumps: what commands see, without sockets and without waiting."""

import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from canary.cli.shell.world import Access, World
from canary.cluster.kinds import ENDPOINT_SLICES, SERVICE_PROFILES, TRAFFIC_SPLITS, Kind
from canary.cluster.objects import Event, Listing, Raw, metadata
from canary.cluster.patch import RoutePatch
from canary.errors import Conflict, Missing
from canary.rollout.stamp import Stamp
from canary.sim.adaptor import profile_name, reconcile
from canary.terms import PREFIX, Word
from tests.cli.builders import NAME, NAMESPACE

Key = tuple[str, str]
FOREVER = 100_000.0
"""Virtual seconds no test needs: a wait that goes on for so long would never end."""


class Timeline:
    """A clock on which things happen while somebody waits."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._agenda: list[tuple[float, Callable[[], None]]] = []

    def at(self, seconds: float, action: Callable[[], None]) -> None:
        """Do it when that moment comes."""
        self._agenda.append((seconds, action))
        self._agenda.sort(key=lambda entry: entry[0])

    def next(self, until: float) -> float:
        """When the next thing happens, at the latest `until`."""
        return min(self._agenda[0][0], until) if self._agenda else until

    def advance_to(self, seconds: float) -> None:
        assert seconds < FOREVER, "this wait never ends"
        while self._agenda and self._agenda[0][0] <= seconds:
            self.seconds, action = self._agenda.pop(0)
            action()
        self.seconds = max(self.seconds, seconds)

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def wait(self, event: threading.Event, seconds: float) -> bool:
        if not event.is_set():
            self.advance_to(self.seconds + seconds)
        return event.is_set()


class Changes:
    """A watch: what was stored since a version, as time goes on."""

    def __init__(self, events: Iterator[Event]) -> None:
        self._events = events

    def __iter__(self) -> Iterator[Event]:
        return self._events

    def close(self) -> None:
        """Nothing is held."""


@dataclass
class Memory:
    """
    An API server with TrafficSplits, ServiceProfiles and EndpointSlices of one namespace.

    Attributes:
        before: by verb, what happens in place of the next calls: an error to raise, or something to do first.
        calls: verbs in order; `patch` also in `patches`.
        adaptor: smi-adaptor runs: profiles follow the splits.
    """

    clock: Timeline = field(default_factory=Timeline)
    namespace: str = NAMESPACE
    user: str = "alice"
    adaptor: bool = True
    before: dict[str, list[Exception | Callable[[], None]]] = field(default_factory=lambda: defaultdict(list))
    calls: list[str] = field(default_factory=list)
    patches: list[RoutePatch] = field(default_factory=list)
    closed: bool = False
    _objects: dict[Key, Raw] = field(default_factory=dict)
    _events: list[tuple[int, Event]] = field(default_factory=list)
    _version: int = 100

    # what a test does

    def put(self, kind: Kind, raw: Raw) -> None:
        """Store it, as a new version."""
        key = (kind.plural, metadata(raw)["name"])
        self._version += 1
        stored = deepcopy(raw)
        stored["metadata"] |= {"resourceVersion": str(self._version)}
        stored["metadata"].setdefault("uid", "uid-1")
        change = "MODIFIED" if key in self._objects else "ADDED"
        self._objects[key] = stored
        if kind is TRAFFIC_SPLITS:
            self._events.append((self._version, Event(change, deepcopy(stored))))
            self._follow(stored)

    def split(self) -> Raw:
        return self._objects[TRAFFIC_SPLITS.plural, NAME]

    def delete(self) -> None:
        self._version += 1
        gone = self._objects.pop((TRAFFIC_SPLITS.plural, NAME))
        self._events.append((self._version, Event("DELETED", gone)))

    def annotate(self, **words: str | None) -> None:
        """Somebody writes annotations; `requested_by` stands for `requested-by`."""
        keys = {PREFIX + word.replace("_", "-"): value for word, value in words.items()}
        self.put(TRAFFIC_SPLITS, merged(self.split(), {"metadata": {"annotations": keys}}))

    def stamp(self, stamp: Stamp, weights: Mapping[str, int] | None = None) -> None:
        """The daemon writes."""
        changed = merged(self.split(), {"metadata": {"annotations": {Word.STATE.key: stamp.render()}}})
        if weights is not None:
            changed["spec"]["backends"] = [
                {"service": name, "weight": number} for name, number in weights.items()
            ]
        self.put(TRAFFIC_SPLITS, changed)

    @property
    def annotations(self) -> dict[str, str]:
        """By word, without the stamp."""
        found = metadata(self.split()).get("annotations") or {}
        return {key.removeprefix(PREFIX): value for key, value in found.items() if key != Word.STATE.key}

    @property
    def weights(self) -> dict[str, object]:
        return {backend["service"]: backend["weight"] for backend in self.split()["spec"]["backends"]}

    # what a command sees

    def get(self, kind: Kind, namespace: str, name: str) -> Raw:
        self._called("get")
        found = self._objects.get((kind.plural, name)) if namespace == self.namespace else None
        if found is None:
            raise Missing(f"there is no {kind} {namespace}/{name}", at=f"{kind} {namespace}/{name}")
        return deepcopy(found)

    def list(self, kind: Kind, namespace: str = "", selector: str = "") -> Listing:
        self._called("list")
        label, _, value = selector.partition("=")
        items = [
            deepcopy(raw)
            for (plural, _), raw in self._objects.items()
            if plural == kind.plural
            and namespace in ("", metadata(raw)["namespace"])
            and (not selector or metadata(raw).get("labels", {}).get(label) == value)
        ]
        return Listing(tuple(items), str(self._version))

    def watch(self, kind: Kind, resource_version: str, namespace: str = "", seconds: int = 300) -> Changes:
        self._called("watch")
        assert (kind, namespace) == (TRAFFIC_SPLITS, self.namespace)
        return Changes(self._stream(int(resource_version), self.clock.seconds + seconds))

    def patch_route(self, patch: RoutePatch) -> Raw:
        self.patches.append(patch)
        self._called("patch")
        about = metadata(self.split())
        if (patch.uid, patch.resource_version) != (about["uid"], about["resourceVersion"]):
            raise Conflict(f"{patch.name} was changed since we read it")
        body = patch.body
        self.put(patch.kind, merged(self.split(), body))
        return deepcopy(self.split())

    def allowed(self, kind: Kind, verb: str, namespace: str = "") -> bool:
        self._called("allowed")
        return True

    def whoami(self) -> str:
        self._called("whoami")
        return self.user

    def close(self) -> None:
        self.closed = True

    def _called(self, verb: str) -> None:
        self.calls.append(verb)
        if not self.before[verb]:
            return
        happens = self.before[verb].pop(0)
        if isinstance(happens, Exception):
            raise happens
        happens()

    def _stream(self, version: int, ends: float) -> Iterator[Event]:
        while True:
            fresh = [entry for entry in self._events if entry[0] > version]
            for number, event in fresh:
                version = number
                yield event
            if self.clock.seconds >= ends:
                return
            if not fresh:
                self.clock.advance_to(self.clock.next(ends))

    def _follow(self, split: Raw) -> None:
        key = (SERVICE_PROFILES.plural, profile_name(split))
        profile = reconcile(split, self._objects.get(key)) if self.adaptor else None
        if profile:
            self._objects[key] = profile


def merged(old: Raw, patch: Raw) -> Raw:
    """RFC 7396."""
    new = deepcopy(old)
    for key, value in patch.items():
        if value is None:
            new.pop(key, None)
        elif isinstance(value, dict):
            new[key] = merged(new.get(key) or {}, value)
        else:
            new[key] = deepcopy(value)
    return new


def ready(service: str, *pods: str) -> Raw:
    """An EndpointSlice in which these pods are ready."""
    return {
        "metadata": {
            "name": f"{service}-1",
            "namespace": NAMESPACE,
            "labels": {"kubernetes.io/service-name": service},
        },
        "endpoints": [{"targetRef": {"name": pod}, "addresses": ["10.0.0.1"]} for pod in pods],
    }


def a_world(server: Memory, **environ: str) -> World:
    """That cluster, its clock, and jobs that are done at once."""

    def connect(access: Access) -> Memory:
        return server

    return World(connect, server.clock, lambda job: job(), environ)


def a_cluster(split: Raw, **about: object) -> Memory:
    """A healthy cluster with that split."""
    server = Memory(**about)  # type: ignore[arg-type]
    server.put(TRAFFIC_SPLITS, split)
    for service in ("backend-api-v1", "backend-api-v2"):
        server.put(ENDPOINT_SLICES, ready(service, f"{service}-a", f"{service}-b"))
    return server


def lines(text: str) -> list[Raw]:
    """JSON, one object a line."""
    return [json.loads(line) for line in text.splitlines()]
