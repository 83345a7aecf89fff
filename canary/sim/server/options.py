"""Options of lists, watches and deletions, refused where the API server refuses them."""

from canary.sim.server.asked import Asked
from canary.sim.store.conditions import Precondition
from canary.sim.store.paging import Token
from canary.sim.store.refusals import Refused, bad_option, too_large
from canary.sim.store.resources import Object

MATCH = "resourceVersionMatch"


def version_of(asked: Asked) -> int:
    """
    The resourceVersion asked for; 0 for none, or any.

    Raises:
        Refused: it is no version; the real server answers 500 too.
    """
    text = asked.query.get("resourceVersion") or "0"
    if not (text.isascii() and text.isdigit()):
        why = f'resourceVersion: Invalid value: "{text}": strconv.ParseUint: parsing "{text}": invalid syntax'
        raise Refused(500, "", why)
    return int(text)


def checked_list(asked: Asked, current: int) -> None:
    """
    Raises:
        Refused: 422 for options that do not go together, 504 for a version that is not there yet.
    """
    match = asked.query.get(MATCH)
    if match and not asked.query.get("resourceVersion"):
        raise _forbidden(MATCH, f"{MATCH} is forbidden unless resourceVersion is provided")
    if version_of(asked) > current:
        raise too_large(version_of(asked), current)


def checked_watch(asked: Asked) -> None:
    """
    Raises:
        Refused: initial events were asked for, but not as of when.
    """
    wanted, match = asked.flag("sendInitialEvents"), asked.query.get(MATCH)
    if wanted and match != "NotOlderThan":
        raise _forbidden(MATCH, f"sendInitialEvents requires setting {MATCH} to NotOlderThan")
    if match and "sendInitialEvents" not in asked.query:
        raise _forbidden(MATCH, f"{MATCH} is forbidden for watch unless sendInitialEvents is provided")


def exact(asked: Asked) -> Token | None:
    """The moment a list is to show, where it is a certain one."""
    return Token(version_of(asked), ("", "")) if asked.query.get(MATCH) == "Exact" else None


def precondition(options: Object) -> Precondition:
    """What an object must be to be deleted."""
    wanted = options.get("preconditions") or {}
    return Precondition(str(wanted.get("uid") or ""), str(wanted.get("resourceVersion") or ""))


def _forbidden(field: str, why: str) -> Refused:
    return bad_option("ListOptions", field, "FieldValueForbidden", f"Forbidden: {why}")
