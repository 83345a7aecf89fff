"""A local copy of one kind, with an index: so that a look at one route never walks over the whole cluster."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from canary.cluster.client import Cluster
from canary.cluster.kinds import Kind
from canary.cluster.objects import Raw
from canary.cluster.reflector import Reflector

T = TypeVar("T")
Name = tuple[str, str]
"""Namespace and name."""


class Index(Generic[T]):
    """Names of objects by keys derived from them; safe for any number of threads."""

    def __init__(self, keys: Callable[[Name, T], Iterable[Name]]) -> None:
        self._keys = keys
        self._of: dict[Name, frozenset[Name]] = {}
        self._names: dict[Name, set[Name]] = defaultdict(set)
        self._lock = threading.Lock()

    def put(self, name: Name, value: T | None) -> frozenset[Name]:
        """Take note of an object, or (None) of its end; the keys it belongs or belonged to."""
        new = frozenset(self._keys(name, value)) if value is not None else frozenset()
        with self._lock:
            old = self._of.pop(name, frozenset())
            if new:
                self._of[name] = new
            for key in old - new:
                self._drop(key, name)
            for key in new - old:
                self._names[key].add(name)
        return old | new

    def names(self, key: Name) -> tuple[Name, ...]:
        """The objects that belong to `key`."""
        with self._lock:
            return tuple(sorted(self._names.get(key, ())))

    def _drop(self, key: Name, name: Name) -> None:
        self._names[key].discard(name)
        if not self._names[key]:
            del self._names[key]


class Shelf(Generic[T]):
    """
    All objects of one kind, as views, findable by keys.

    `told` gets each key an object belongs or belonged to and the object's name, after the shelf has changed, on the
    reflector's thread: no key finds an object any more that has come to its end.
    """

    def __init__(
        self,
        source: tuple[Cluster, str],
        kind: Kind,
        view: Callable[[Raw], T | None],
        keys: Callable[[Name, T], Iterable[Name]],
        told: Callable[[Name, Name], None],
    ) -> None:
        """
        Args:
            source: where from, and the namespace ("" = all).
        """
        self._index = Index(keys)
        self._told = told
        cluster, namespace = source
        self.reflector = Reflector(cluster, kind, view, self._changed, namespace)

    def get(self, name: Name) -> T | None:
        """The object of that namespace and name."""
        return self.reflector.get(*name)

    def find(self, key: Name) -> list[T]:
        """The objects that belong to `key`."""
        found = (self.get(name) for name in self._index.names(key))
        return [each for each in found if each is not None]

    def names(self, key: Name) -> tuple[Name, ...]:
        """Their names."""
        return self._index.names(key)

    def _changed(self, namespace: str, name: str) -> None:
        for key in self._index.put((namespace, name), self.reflector.get(namespace, name)):
            self._told(key, (namespace, name))
