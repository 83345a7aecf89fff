"""
Objects as kube-apiserver keeps them, in memory: versions, conflicts, watches of the past, custom kinds.

Callers in the process use it directly (`key` is a resource as kubectl names it: "services",
"trafficsplits.split.smi-spec.io"); `canary/sim/server` puts HTTP before it. What it refuses is a `Refused`, which
holds the body of the answer.

Not here: rights, admission plugins, applying on the server, CEL, controllers. Nothing is garbage collected by owner, and
a namespace takes everything in it with it at once.
"""

import random
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import datetime

from canary.clock import Clock, SystemClock
from canary.sim.store import conditions, refusals
from canary.sim.store.conditions import WHATEVER, Precondition
from canary.sim.store.history import Change
from canary.sim.store.identities import Identities
from canary.sim.store.journal import Journal, Place, Told
from canary.sim.store.kinds import Kinds
from canary.sim.store.paging import Page, Token
from canary.sim.store.patching import Patch, merge
from canary.sim.store.preparing import How, created, fitting, mismatched, updated
from canary.sim.store.resources import CRDS, NAMESPACES, Object, Resource
from canary.sim.store.selectors import Matches, everything, selection

REMEMBERED = 10_000
"""Changes that watches can go on from; a real server's memory is five minutes."""

OWN_SERVICE = {
    "metadata": {
        "name": "kubernetes",
        "namespace": "default",
        "labels": {"component": "apiserver", "provider": "kubernetes"},
    },
    "spec": {"ports": [{"name": "https", "port": 443}]},
}
PLAINLY = How()


class Store:
    """
    Safe for any number of threads. What it hands out is the caller's own, but for what `listen` tells.

    Attributes:
        clock: where timestamps come from.
    """

    def __init__(
        self, clock: Clock | None = None, dice: random.Random | None = None, remembered: int = REMEMBERED
    ) -> None:
        self.clock = clock or SystemClock()
        self._identities = Identities(dice or random.Random())
        self._journal = Journal(remembered)
        self._kinds = Kinds()
        for name in ("default", "kube-system"):
            self.create(NAMESPACES, {"metadata": {"name": name}})
        self.create("services", OWN_SERVICE)

    @property
    def version(self) -> int:
        """The newest resourceVersion."""
        return self._journal.history.current

    def resources(self) -> tuple[Resource, ...]:
        return self._kinds.all()

    def resource(self, key: str) -> Resource:
        """
        Raises:
            Refused: 404.
        """
        return self._kinds.get(key)

    def listen(self, told: Told) -> Callable[[], None]:
        """Be told every change, in order, on the thread that made it; calling the answer ends that."""
        return self._journal.listen(told)

    def get(self, key: str, namespace: str, name: str) -> Object:
        """
        Raises:
            Refused: 404.
        """
        return deepcopy(self._stored(self.resource(key), (namespace, name)))

    def list(self, key: str, namespace: str = "", labels: str = "", fields: str = "") -> tuple[Object, ...]:
        """All of them as of now, by namespace and name; `namespace` "" means all."""
        return self.page(key, namespace, selection(labels, fields, self.resource(key).selectable)).items

    def page(
        self,
        key: str,
        namespace: str = "",
        matches: Matches = everything,
        limit: int = 0,
        token: Token | None = None,
    ) -> Page:
        """
        A list, or where `token` goes on with one, as of the moment it began.

        Raises:
            Refused: 410, that moment is forgotten.
        """
        with self._journal.lock:
            objects = dict(self._journal.of(self.resource(key).key))
            version = token.version if token else self.version
            if version < self.version:
                self._journal.history.undone(key, objects, version)
        after = token.after if token else ("", "")
        places = [at for at in sorted(objects) if at > after and namespace in ("", at[0])]
        places = [at for at in places if matches(objects[at])]
        now, later = (places[:limit], places[limit:]) if limit > 0 else (places, [])
        rest = Token(version, now[-1]).written() if later else ""
        return Page(tuple(deepcopy(objects[at]) for at in now), version, rest, len(later))

    def since(self, key: str, version: int) -> tuple[Change, ...]:
        """
        What happened to a resource after that version.

        Raises:
            Refused: 410, it is forgotten.
        """
        with self._journal.lock:
            return tuple(self._journal.history.since(key, version))

    def forget(self) -> None:
        """Lose the memory of all changes up to now, as after a compaction: older versions are 410."""
        with self._journal.lock:
            self._journal.history.forget()

    def create(self, key: str, sent: Object, how: How = PLAINLY, namespace: str = "") -> Object:
        """
        Raises:
            Refused: 409 it exists, 422 it is invalid, 404 there is no such namespace.
        """
        resource = self.resource(key)
        with self._journal.lock:
            sent = self._named(resource, sent, namespace, how)
            self._check_namespace(resource, sent["metadata"].get("namespace", ""))
            found = created(resource, sent, how, self._now())
            metadata = found["metadata"]
            place = metadata.get("namespace", ""), metadata["name"]
            if place in self._journal.of(key):
                raise refusals.already_exists(metadata["name"], resource.group, resource.plural)
            found = self._identities.complete(resource, found)
            stored = found if how.dry_run else self._committed(resource, None, found)
        return deepcopy(stored)

    def replace(
        self, key: str, sent: Object, how: How = PLAINLY, namespace: str = "", name: str = ""
    ) -> Object:
        """
        PUT: conditional where the object has a resourceVersion, which custom kinds must have.

        Raises:
            Refused: 409 it was changed, 404, 422.
        """
        resource = self.resource(key)
        with self._journal.lock:
            sent = fitting(resource, _with_head(resource, deepcopy(sent), namespace, how), how)
            namespace = namespace or sent["metadata"].get("namespace", "")
            if wrong := mismatched(sent, namespace, name):
                raise wrong
            before = self._stored(resource, (namespace, sent["metadata"]["name"]))
            conditions.same_uid(resource, before, sent)
            conditions.same_version(resource, before, sent["metadata"].get("resourceVersion", ""))
            return self._update(resource, before, sent, how)

    def patch(self, key: str, namespace: str, name: str, patch: Patch | Object, how: How = PLAINLY) -> Object:
        """
        A merge patch given as an object, or any other; conditional where the result has another resourceVersion.

        Raises:
            Refused: 409 it was changed, 404, 422.
        """
        resource = self.resource(key)
        with self._journal.lock:
            before = self._stored(resource, (namespace, name))
            seen = {**before, "apiVersion": resource.api_version(how.version)}
            sent = deepcopy(merge(seen, patch) if isinstance(patch, dict) else patch(seen))
            how = replace(how, patching=True)
            sent = fitting(resource, sent, how)
            if wrong := mismatched(sent, namespace, name):
                raise wrong
            version = sent["metadata"].get("resourceVersion", "")
            if version and version != before["metadata"]["resourceVersion"]:
                raise conditions.stale(resource, name)
            return self._update(resource, before, sent, how)

    def delete(
        self,
        key: str,
        namespace: str,
        name: str,
        condition: Precondition = WHATEVER,
        *,
        dry_run: bool = False,
    ) -> Object:
        """
        Delete it, or where it has finalizers mark it; the object as it was or is.

        Raises:
            Refused: 409 it is not the one meant, 404.
        """
        resource = self.resource(key)
        with self._journal.lock:
            before = self._stored(resource, (namespace, name))
            condition.check(resource, before)
            if dry_run:
                return deepcopy(before)
            if before["metadata"].get("finalizers"):
                return deepcopy(self._marked(resource, before))
            if key == NAMESPACES:
                self._empty(name)
            return deepcopy(self._removed(resource, before))

    def _stored(self, resource: Resource, place: Place) -> Object:
        found = self._journal.of(resource.key).get(place)
        if found is None:
            raise refusals.not_found(place[1], resource.group, resource.plural)
        return found

    def _update(self, resource: Resource, before: Object, sent: Object, how: How) -> Object:
        found = updated(resource, before, sent, how, self._now())
        if found is before or how.dry_run:
            return deepcopy(found)
        metadata = found["metadata"]
        if metadata.get("deletionTimestamp") and not metadata.get("finalizers"):
            self._removed(resource, before)
            return deepcopy(found)
        return deepcopy(self._committed(resource, before, found))

    def _committed(self, resource: Resource, before: Object | None, found: Object) -> Object:
        if resource.key == CRDS:
            found = self._kinds.define(found, self._now())
        return self._journal.commit(resource.key, before, found)

    def _removed(self, resource: Resource, before: Object) -> Object:
        if resource.key == CRDS:
            gone = self._kinds.drop(before)
            for stored in tuple(self._journal.of(gone.key).values()):
                self._journal.commit(gone.key, stored, None)
        return self._journal.commit(resource.key, before, None)

    def _empty(self, namespace: str) -> None:
        for resource in self.resources():
            for place, stored in tuple(self._journal.of(resource.key).items()):
                if place[0] == namespace:
                    self._journal.commit(resource.key, stored, None)

    def _marked(self, resource: Resource, before: Object) -> Object:
        metadata = before["metadata"]
        if metadata.get("deletionTimestamp"):
            return before
        marks = {"deletionTimestamp": self._now(), "deletionGracePeriodSeconds": 0}
        if "generation" in metadata:
            marks["generation"] = metadata["generation"] + 1
        return self._journal.commit(resource.key, before, {**before, "metadata": {**metadata, **marks}})

    def _named(self, resource: Resource, sent: Object, namespace: str, how: How) -> Object:
        sent = fitting(resource, _with_head(resource, deepcopy(sent), namespace, how), how)
        metadata = sent["metadata"]
        if metadata.get("resourceVersion"):
            message = "resourceVersion should not be set on objects to be created"
            raise refusals.Refused(500, "", message)
        if namespace and (wrong := mismatched(sent, namespace, "")):
            raise wrong
        return {**sent, "metadata": self._identities.name(metadata)}

    def _check_namespace(self, resource: Resource, namespace: str) -> None:
        if resource.namespaced and ("", namespace) not in self._journal.of(NAMESPACES):
            raise refusals.not_found(namespace, "", NAMESPACES)

    def _now(self) -> str:
        return stamped(self.clock.now())


def stamped(moment: datetime) -> str:
    """As metadata writes it: RFC 3339, whole seconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _with_head(resource: Resource, sent: Object, namespace: str, how: How) -> Object:
    """Built-in objects may leave out what the path says already."""
    metadata = dict(sent.get("metadata") or {})
    if resource.namespaced and namespace:
        metadata.setdefault("namespace", namespace)
    head = {} if resource.custom else {"apiVersion": resource.api_version(how.version), "kind": resource.kind}
    return {**head, **sent, "metadata": metadata}
