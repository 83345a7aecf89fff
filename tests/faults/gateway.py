"""The API server as the daemon calls it, without the wire; any call may fail, and the process may end at any of them."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import TypeVar

from canary.cluster.answers import Call, Refusal, unavailable
from canary.cluster.kinds import Kind
from canary.cluster.objects import Listing, Raw
from canary.cluster.patch import RoutePatch
from canary.errors import CanaryError
from canary.sim.store import How, Refused
from tests.faults.bed import Bed
from tests.faults.plan import Crash, Fault

T = TypeVar("T")

CODES = {
    "403": "forbidden",
    "404": "the server could not find the requested resource",
    "409": "the object has been modified",
    "410": "too old resource version",
    "422": "admission webhook denied the request",
    "429": "too many requests",
    "500": "internal error",
    "503": "etcd leader changed",
}
BROKEN = {
    "timeout": "did not answer in time",
    "reset": "broke off: connection reset",
    "garbage": "sent no JSON",
}
READS = (*CODES, *BROKEN, "stale-1", "stale-2", "stale-3", "crash-before", "crash-answered")
WRITES = (*CODES, *BROKEN, *(f"{kind}-applied" for kind in BROKEN), "503-applied", "409-applied")
CRASHES = ("crash-before", "crash-unanswered", "crash-answered")


class Gateway:
    """The part of `Cluster` that the daemon uses."""

    server, namespace = "https://api", ""

    def __init__(self, bed: Bed, fault: Fault) -> None:
        self._bed, self._store, self._fault = bed, bed.store, fault
        self._past: dict[str, list[Listing]] = defaultdict(list)

    def get(self, kind: Kind, namespace: str, name: str) -> Raw:
        found = self._read(Call("get", kind, namespace, name), lambda: self._one(kind, namespace, name))
        return found.items[0]

    def list(self, kind: Kind, namespace: str = "", selector: str = "") -> Listing:
        return self._read(Call("list", kind, namespace), lambda: self._all(kind, namespace, selector))

    def pages(self, kind: Kind, namespace: str = "", selector: str = "") -> Iterator[Listing]:
        yield self.list(kind, namespace, selector)

    def patch_route(self, patch: RoutePatch) -> Raw:
        call = Call("patch", patch.kind, patch.namespace, patch.name)
        happens = self._next(call)
        if happens == "crash-before":
            raise Crash
        if happens and not happens.startswith("crash") and not happens.endswith("-applied"):
            raise failure(call, happens)
        stored = self._asked(call, lambda: self._patched(patch))
        if happens == "crash-unanswered":
            raise Crash
        if happens.endswith("-applied"):
            raise failure(call, happens.removesuffix("-applied"))
        self._dies_if(happens)
        return stored

    def _read(self, call: Call, read: Callable[[], Listing]) -> Listing:
        happens = self._next(call)
        if happens == "crash-before":
            raise Crash
        past = self._past[str(call)]
        if happens.startswith("stale"):
            versions = [each for each in past if each.items]
            back = int(happens[-1])
            return versions[-back] if len(versions) >= back else self._asked(call, read)
        if happens and not happens.startswith("crash"):
            raise failure(call, happens)
        found = self._asked(call, read)
        if not past or past[-1].items != found.items:
            past.append(found)
        self._dies_if(happens)
        return found

    def _next(self, call: Call) -> str:
        self._fault.breathe()
        self._fault.verbs.append(call.verb)
        return self._fault.at("call")

    def _dies_if(self, happens: str) -> None:
        """At the next call: everything until then is done."""
        if happens.startswith("crash-answered"):
            self._fault.dying = 1

    def _asked(self, call: Call, ask: Callable[[], T]) -> T:
        try:
            return ask()
        except Refused as error:
            raise Refusal.of(error.status, error.code).error(call) from error

    def _one(self, kind: Kind, namespace: str, name: str) -> Listing:
        return Listing((self._store.get(kind.resource, namespace, name),), "1")

    def _all(self, kind: Kind, namespace: str, selector: str) -> Listing:
        return Listing(self._store.list(kind.resource, namespace, selector), str(self._store.version))

    def _patched(self, patch: RoutePatch) -> Raw:
        how = How(manager=patch.manager, dry_run=patch.dry_run)
        self._bed.writer = patch.manager
        return self._store.patch(patch.kind.resource, patch.namespace, patch.name, patch.merge(), how)


def failure(call: Call, kind: str) -> CanaryError:
    """As the client translates it."""
    if kind in CODES:
        return Refusal(int(kind), CODES[kind]).error(call)
    return unavailable(call, BROKEN[kind])
