"""Requests on the store, answered without any I/O; only watches, which last, are elsewhere."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from canary.sim.server.answer import Answer
from canary.sim.server.asked import Asked, Path, path_of
from canary.sim.server.forms import Shape, deleted
from canary.sim.server.options import checked_list, exact, precondition
from canary.sim.server.pages import page
from canary.sim.server.reviews import review
from canary.sim.store import How, Refused, Store
from canary.sim.store.paging import Page, Token
from canary.sim.store.patching import patch
from canary.sim.store.preparing import unknown
from canary.sim.store.refusals import bad_request, not_found
from canary.sim.store.resources import Object, Resource
from canary.sim.store.selectors import Matches, selection

NOWHERE = Answer(404, "404 page not found\n", "text/plain")
NOT_ALLOWED = "the server does not allow this method on the requested resource"


def answered(store: Store, asked: Asked) -> Answer:
    """What the API server says; never raises for what was asked."""
    try:
        return page(store, asked) or _of_objects(store, asked) or NOWHERE
    except Refused as refused:
        return Answer(refused.code, refused.status)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        # built-in kinds have no schema here: what is not formed like one of them fails where it is first read
        malformed = bad_request(f"the object is not formed like one of its kind: {error!r}")
        return Answer(malformed.code, malformed.status)


def shaped(store: Store, asked: Asked, resource: Resource, path: Path) -> Shape:
    rows = asked.query.get("includeObject", "Metadata")
    return Shape(resource, path.version, asked.form, rows, store.clock.now)


def found_resource(store: Store, path: Path) -> Resource | None:
    """The resource a path is about, if it is served in that version and scope."""
    known = {one.key: one for one in store.resources()}.get(path.key)
    if known is None or known.version(path.version) is None:
        return None
    return known if known.namespaced or not path.namespace else None


def selected(asked: Asked, resource: Resource) -> Matches:
    """
    Raises:
        Refused: a selector that is none.
    """
    labels, fields = asked.query.get("labelSelector", ""), asked.query.get("fieldSelector", "")
    return selection(labels, fields, resource.selectable)


def _of_objects(store: Store, asked: Asked) -> Answer | None:
    path = path_of(asked.path)
    if path is None:
        return None
    if (reviewed := review(asked, path)) is not None:
        return Answer(201, reviewed)
    resource = found_resource(store, path)
    if resource is None:
        return None
    if path.subresource and not (path.subresource == "status" and resource.status):
        raise not_found(path.name, resource.group, resource.plural)
    return Verbs(store, asked, path, resource).answer()


@dataclass(frozen=True, slots=True)
class Verbs:
    """One request on one kind of objects."""

    store: Store
    asked: Asked
    path: Path
    resource: Resource

    def answer(self) -> Answer:
        """
        Raises:
            Refused: in the words of the API server.
        """
        to_one: Mapping[str, Callable[[], Answer]] = {
            "GET": self._get,
            "PUT": self._replace,
            "PATCH": self._patch,
            "DELETE": self._delete,
        }
        to_all: Mapping[str, Callable[[], Answer]] = {
            "GET": self._list,
            "POST": self._create,
            "DELETE": self._delete_collection,
        }
        act = (to_one if self.path.name else to_all).get(self.asked.method)
        if act is not None:
            return act()
        if self.asked.method in to_one:
            raise bad_request("name must be provided")
        raise Refused(405, "MethodNotAllowed", NOT_ALLOWED, {})

    @property
    def _place(self) -> tuple[str, str, str]:
        return self.resource.key, self.path.namespace, self.path.name

    def _get(self) -> Answer:
        return self._answer(200, self.store.get(*self._place))

    def _create(self) -> Answer:
        sent, within = self._sent(), self.path.namespace
        return self._written(201, lambda how: self.store.create(self.resource.key, sent, how, within))

    def _replace(self) -> Answer:
        sent, within, name = self._sent(), self.path.namespace, self.path.name
        return self._written(200, lambda how: self.store.replace(self.resource.key, sent, how, within, name))

    def _patch(self) -> Answer:
        media_type = self.asked.headers.get("content-type", "").split(";")[0]
        change = patch(media_type, self.asked.body, custom=self.resource.custom)
        return self._written(200, lambda how: self.store.patch(*self._place, change, how))

    def _written(self, code: int, write: Callable[[How], Object]) -> Answer:
        """A write that is refused may have dropped something, too, and says so."""
        how = self.asked.how(self.path)
        try:
            return self._answer(code, write(how), how)
        except Refused as refused:
            return Answer(refused.code, refused.status, warnings=unknown(how.dropped or ()))

    def _delete(self) -> Answer:
        options = self.asked.object("DeleteOptions")
        dry_run = self.asked.dry_run() or options.get("dryRun") == ["All"]
        gone = self.store.delete(*self._place, precondition(options), dry_run=dry_run)
        kept = gone["metadata"].get("deletionTimestamp") or self.resource.answers_deleted
        return self._answer(200, gone) if kept else Answer(200, deleted(self.resource, gone))

    def _delete_collection(self) -> Answer:
        chosen = self._selected_page()
        for one in chosen.items:
            metadata = one["metadata"]
            self.store.delete(self.resource.key, metadata.get("namespace", ""), metadata["name"])
        return self._listed(chosen)

    def _list(self) -> Answer:
        checked_list(self.asked, self.store.version)
        return self._listed(self._selected_page())

    def _selected_page(self) -> Page:
        token = (
            Token.read(self.asked.query["continue"])
            if self.asked.query.get("continue")
            else exact(self.asked)
        )
        matches = selected(self.asked, self.resource)
        limit = self.asked.number("limit")
        return self.store.page(self.resource.key, self.path.namespace, matches, limit, token)

    def _listed(self, page: Page) -> Answer:
        about: Object = {"resourceVersion": str(page.version)}
        if page.token:
            about["continue"] = page.token
            chosen = self.asked.query.get("labelSelector") or self.asked.query.get("fieldSelector")
            about |= {} if chosen else {"remainingItemCount": page.remaining}
        return Answer(200, shaped(self.store, self.asked, self.resource, self.path).many(page.items, about))

    def _sent(self) -> Object:
        sent = self.asked.object(self.resource.kind)
        wanted = self.resource.api_version(self.path.version)
        told = sent.get("apiVersion") or ("" if self.resource.custom else wanted)
        if told != wanted:
            raise bad_request(
                f"the API version in the data ({told}) does not match the expected API version ({wanted})"
            )
        return sent

    def _answer(self, code: int, found: Object, how: How | None = None) -> Answer:
        body = shaped(self.store, self.asked, self.resource, self.path).one(found)
        return Answer(code, body, warnings=unknown(how.dropped or ()) if how else ())
