"""
A connection to one API server, as few calls as this product needs.

Every call has a deadline, is sent once and is never repeated behind the caller's back: GET and PUT would be
by default, and a Retry-After header would put the thread to sleep past every time-out.
"""

import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

from canary.clock import Clock, SystemClock
from canary.cluster.answers import Call, inner, named, parsed, translated, version_of
from canary.cluster.kinds import ACCESS_REVIEWS, RECORDS, SELF_REVIEWS, Kind
from canary.cluster.login import log_in
from canary.cluster.objects import Listing, Raw, metadata
from canary.cluster.patch import RecordPatch, RoutePatch, checked_version
from canary.cluster.patience import USUAL, Patience
from canary.cluster.stream import Stream
from canary.cluster.wire import Wire, gateway, opened, read
from canary.errors import Invalid
from canary.terms import DAEMON_MANAGER

PAGE, PAGE_OF_RECORDS = 500, 100
"""Objects asked for at once, as kubectl and client-go do; a record is as large as many of any other kind."""

MERGE_PATCH = "application/merge-patch+json"
NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")

Request = Callable[..., object]
"""A method of the gateway."""


class Cluster:
    """
    Calls raise `Unavailable`, `Conflict`, `Missing` or `Stalled`, and `Invalid` for a name that cannot exist.

    Safe for any number of threads; more than `pool` at once, watches included, open connections that are not kept.

    Attributes:
        server: address of the API server.
        namespace: the default one of the context, or the pod's own.
    """

    def __init__(self, wire: Wire, namespace: str, patience: Patience) -> None:
        self.server = str(wire.configuration.host)
        self.namespace = namespace
        self._as_user = str(wire.default_headers.get("Impersonate-User", ""))
        self._wire = wire
        self._api = gateway(wire)
        self._patience = patience
        self._streams: set[Stream] = set()
        self._lock = threading.Lock()

    @classmethod
    def connect(
        cls,
        kubeconfig: str | None = None,
        context: str | None = None,
        as_user: str | None = None,
        pool: int = 8,
        patience: Patience = USUAL,
    ) -> "Cluster":
        """Read the credentials, ask nothing yet; `Stalled` where there are none."""
        login = log_in(kubeconfig, context)
        login.configuration.retries = False
        login.configuration.connection_pool_maxsize = pool
        clock: Clock = SystemClock()
        return cls(Wire(login.configuration, as_user or "", clock), login.namespace, patience)

    def get(self, kind: Kind, namespace: str, name: str) -> Raw:
        """The object as stored, never from a server's cache."""
        call = self._call("get", kind, checked_name(namespace), checked_name(name))
        path = (kind.group, kind.version, namespace, kind.plural, name)
        return named(call, self._ask(call, self._api.get_namespaced_custom_object, *path))

    def list(self, kind: Kind, namespace: str = "", selector: str = "") -> Listing:
        """All objects of one moment; `namespace` "" means all, `selector` is one of labels."""
        pages = list(self.pages(kind, namespace, selector))
        return Listing(tuple(item for page in pages for item in page.items), pages[0].resource_version)

    def pages(self, kind: Kind, namespace: str = "", selector: str = "") -> Iterator[Listing]:
        """The same, some at a time, for who keeps little of each: one page at least, the first one's version counts."""
        call = self._call("list", kind, namespace)
        request, path = self._collection(kind, namespace)
        limit = PAGE_OF_RECORDS if kind == RECORDS else PAGE
        query: dict[str, Any] = {"label_selector": selector} if selector else {}
        rest: dict[str, Any] = {}
        while True:
            page = self._ask(call, request, *path, limit=limit, **query, **rest)
            yield Listing(tuple(page.get("items") or ()), version_of(call, page))
            more = metadata(page).get("continue")
            if not more:
                return
            rest = {"_continue": more}

    def watch(self, kind: Kind, resource_version: str, namespace: str = "", seconds: int = 300) -> Stream:
        """
        Changes after `resource_version`, bookmarks included, until the server ends it after `seconds`.

        Iterating raises `Gone` when that version is no longer known: list anew.
        """
        call = self._call("watch", kind, namespace)
        request, path = self._collection(kind, namespace)
        how = {"watch": True, "allow_watch_bookmarks": True, "timeout_seconds": seconds}
        version = checked_version(resource_version)
        with translated(call):
            answer = self._send(
                request, *path, read_within=self._patience.silence, resource_version=version, **how
            )
        stream = Stream(call, opened(answer), self._forget)
        with self._lock:
            self._streams.add(stream)
        return stream

    def patch_route(self, patch: RoutePatch) -> Raw:
        """
        Write once, if the route is still what `patch` was made for; the object as stored, or as it would be.

        `Conflict` when it is not. After `Unavailable` it may or may not have been stored: read it and look.
        """
        kind = patch.kind
        call = self._call("patch", kind, checked_name(patch.namespace), checked_name(patch.name))
        path = (kind.group, kind.version, patch.namespace, kind.plural, patch.name)
        how: dict[str, Any] = {"field_manager": patch.manager, "_content_type": MERGE_PATCH}
        if patch.dry_run:
            how["dry_run"] = "All"
        return named(
            call, self._ask(call, self._api.patch_namespaced_custom_object, *path, patch.merge(), **how)
        )

    def create(self, kind: Kind, namespace: str, body: Raw) -> Raw:
        """The daemon makes an object; as stored. `Conflict` where there is one of that name."""
        name = str(metadata(body).get("name", ""))
        call = self._call("create", kind, checked_name(namespace), checked_name(name))
        path = (kind.group, kind.version, namespace, kind.plural, body)
        request = self._api.create_namespaced_custom_object
        return named(call, self._ask(call, request, *path, field_manager=DAEMON_MANAGER))

    def patch_record(self, patch: RecordPatch) -> Raw:
        """The daemon writes to a record, if it is still the one that `patch` was made for; as stored."""
        call = self._call("patch", RECORDS, checked_name(patch.namespace), checked_name(patch.name))
        path = (RECORDS.group, RECORDS.version, patch.namespace, RECORDS.plural, patch.name)
        api = self._api
        request = (
            api.patch_namespaced_custom_object_status if patch.status else api.patch_namespaced_custom_object
        )
        how: dict[str, Any] = {"field_manager": DAEMON_MANAGER, "_content_type": MERGE_PATCH}
        return named(call, self._ask(call, request, *path, patch.merge(), **how))

    def delete_record(self, namespace: str, name: str) -> None:
        """One that is gone already is `Missing`."""
        call = self._call("delete", RECORDS, checked_name(namespace), checked_name(name))
        path = (RECORDS.group, RECORDS.version, namespace, RECORDS.plural, name)
        self._ask(call, self._api.delete_namespaced_custom_object, *path)

    def allowed(self, kind: Kind, verb: str, namespace: str = "") -> bool:
        """Whether we have a right, as far as RBAC goes; `namespace` "" means in all of them."""
        asked = {"group": kind.group, "resource": kind.plural, "verb": verb, "namespace": namespace}
        review = self._review(ACCESS_REVIEWS, {"resourceAttributes": asked})
        return inner(review, "status").get("allowed") is True

    def whoami(self) -> str:
        """The user the API server takes us for."""
        return str(inner(inner(self._review(SELF_REVIEWS, {}), "status"), "userInfo").get("username", ""))

    def close(self) -> None:
        """Hang up all watches; calls under way end by themselves."""
        with self._lock:
            streams = tuple(self._streams)
        for stream in streams:
            stream.hang_up()
        self._wire.rest_client.close()

    def _review(self, kind: Kind, spec: Raw) -> Raw:
        body = {"apiVersion": kind.api_version, "kind": kind.kind, "spec": spec}
        call = self._call("create", kind)
        return self._ask(
            call, self._api.create_cluster_custom_object, kind.group, kind.version, kind.plural, body
        )

    def _collection(self, kind: Kind, namespace: str) -> tuple[Request, tuple[str, ...]]:
        if namespace:
            path = (kind.group, kind.version, checked_name(namespace), kind.plural)
            return self._api.list_namespaced_custom_object, path
        return self._api.list_cluster_custom_object, (kind.group, kind.version, kind.plural)

    def _call(self, verb: str, kind: Kind, namespace: str = "", name: str = "") -> Call:
        return Call(verb, kind, namespace, name, self.server, self._as_user)

    def _ask(self, call: Call, request: Request, *path: object, **query: object) -> Raw:
        clock = self._wire.clock
        deadline = clock.monotonic() + self._patience.total
        with translated(call):
            answer = self._send(request, *path, read_within=self._patience.read, **query)
            body = read(opened(answer), clock, deadline)
        return parsed(call, body)

    def _send(self, request: Request, *path: object, read_within: float, **query: object) -> object:
        timeout = (self._patience.connect, read_within)
        return request(*path, _preload_content=False, _request_timeout=timeout, **query)

    def _forget(self, stream: Stream) -> None:
        with self._lock:
            self._streams.discard(stream)


def checked_name(name: str) -> str:
    """An empty name would ask for the whole collection, `..` for something else altogether."""
    if not NAME.fullmatch(name):
        raise Invalid(
            f"{name!r} is not a name an object can have", hint="lower case letters, digits, - and ."
        )
    return name
