"""The resources served at the moment: those built in, and those that definitions have added."""

from canary.sim.store import definitions
from canary.sim.store.refusals import Refused, bad_request
from canary.sim.store.resources import BUILT_IN, Object, Resource


class Kinds:
    """By key, as kubectl names them."""

    def __init__(self) -> None:
        self._known = {resource.key: resource for resource in BUILT_IN}

    def all(self) -> tuple[Resource, ...]:
        return tuple(self._known.values())

    def get(self, key: str) -> Resource:
        """
        Raises:
            Refused: 404.
        """
        found = self._known.get(key)
        if found is None:
            raise Refused(404, "NotFound", "the server could not find the requested resource", {})
        return found

    def define(self, definition: Object, now: str) -> Object:
        """
        Serve the kind of a definition; the definition as it is then stored.

        Raises:
            Refused: it is none.
        """
        try:
            accepted = definitions.accepted(definition, now)
            added = definitions.resource(accepted)
        except (KeyError, TypeError, AttributeError, StopIteration) as error:
            raise bad_request(f"this is no CustomResourceDefinition: {error!r}") from error
        self._known[added.key] = added
        return accepted

    def drop(self, definition: Object) -> Resource:
        """Serve the kind of a definition no longer."""
        gone = definitions.resource(definition)
        self._known.pop(gone.key, None)
        return gone
