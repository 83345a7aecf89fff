"""
Answers that are not what we asked for, translated once into this product's families of errors.

The family says what the caller does next: `Unavailable` tries again later and attributes nothing (for a
write: whether it was stored is unknown), `Conflict` looks again, `Missing` does without, `Stalled` tells a
person. A Retry-After is told to nobody: everything that calls has its own rhythm and may not be frozen by a header.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from kubernetes.client.exceptions import ApiException
from kubernetes.config import ConfigException
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ReadTimeoutError

from canary.cluster.kinds import Kind
from canary.cluster.objects import Raw, metadata
from canary.errors import CanaryError, Conflict, Missing, Stalled, Unavailable

LONGEST_REASON = 400
"""Characters of the server's own words that a message repeats."""

COLLECTIONS = frozenset({"list", "watch"})
READS = COLLECTIONS | {"get"}


class Gone(Unavailable):
    """The server no longer knows the version a list or watch was to go on from: list anew."""


@dataclass(frozen=True, slots=True)
class Call:
    """What was asked of whom, for the sentences below; `verb` is RBAC's."""

    verb: str
    kind: Kind
    namespace: str = ""
    name: str = ""
    server: str = ""
    as_user: str = ""

    @property
    def at(self) -> str:
        if self.verb in COLLECTIONS:
            return f"{self.kind.plural} in {self.namespace or 'all namespaces'}"
        return f"{self.kind} {self.namespace}/{self.name}" if self.name else str(self.kind)

    @property
    def can_i(self) -> str:
        """The command that shows whether the right is there."""
        scope = f"-n {self.namespace}" if self.namespace else "--all-namespaces"
        impersonated = f" --as {self.as_user}" if self.as_user else ""
        return f"kubectl auth can-i {self.verb} {self.kind.resource} {scope}{impersonated}"

    def __str__(self) -> str:
        return f"{self.verb} {self.at}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A Status object, or what came in its place."""

    code: int
    reason: str
    name: str = ""
    fields: tuple[str, ...] = ()

    @classmethod
    def read(cls, code: int, body: str | None, phrase: str | None) -> "Refusal":
        try:
            status = json.loads(body or "")
        except (ValueError, RecursionError):
            status = None
        if not isinstance(status, dict):
            return cls(code, shortened(body or phrase or "no reason given"))
        return cls.of(status, code)

    @classmethod
    def of(cls, status: Raw, code: int) -> "Refusal":
        about = inner(status, "details")
        causes = about.get("causes") or ()
        fields = tuple(str(cause.get("field", "")) for cause in causes if isinstance(cause, dict))
        message = shortened(str(status.get("message") or status.get("reason") or "no reason given"))
        return cls(code, message, str(about.get("name") or ""), fields)

    def error(self, call: Call) -> CanaryError:
        """The error to raise."""
        known = ANSWERS.get(self.code)
        if known is not None:
            return known(call, self)
        if 400 <= self.code < 500 and self.code not in (408, 429):
            return Stalled(f"the API server refused to {call}: {self.reason}", at=call.at)
        return unavailable(call, f"answered {self.code}: {self.reason}")


def unauthorized(call: Call, told: Refusal) -> CanaryError:
    return Stalled(
        f"the API server at {call.server} does not accept our credentials: {told.reason}",
        at=call.at,
        hint="kubectl auth whoami",
    )


def forbidden(call: Call, told: Refusal) -> CanaryError:
    """RBAC names the missing right; an admission plugin refuses for a reason of its own, and no right helps."""
    if f"cannot {call.verb} resource" in told.reason:
        return Stalled(f"we may not {call}: {told.reason}", at=call.at, hint=call.can_i)
    return Stalled(f"the API server refused to {call}: {told.reason}", at=call.at)


def missing(call: Call, told: Refusal) -> CanaryError:
    """A Status that names the object is about the object; anything else is the path, so the kind is unknown."""
    if call.name and told.name == call.name:
        return Missing(
            f"there is no {call.at}", at=call.at, hint=f"kubectl get {call.kind.resource} -n {call.namespace}"
        )
    return Missing(
        f"the API server at {call.server} serves no {call.kind.resource} in version {call.kind.version}",
        at=call.at,
        hint=f"kubectl api-resources --api-group={call.kind.group}",
    )


def conflict(call: Call, told: Refusal) -> CanaryError:
    if call.verb == "create":
        return Conflict(f"there is a {call.at} already", at=call.at)
    return Conflict(f"{call.at} was changed since we read it: {told.reason}", at=call.at)


def gone(call: Call, told: Refusal) -> CanaryError:
    return Gone(f"cannot {call} from where we were: {told.reason}", at=call.at)


def invalid(call: Call, told: Refusal) -> CanaryError:
    """The uid is immutable, so a patch for another uid fails validation instead of a precondition."""
    if "metadata.uid" in told.fields or "metadata.uid" in told.reason:
        return Conflict(f"{call.at} was deleted and made anew since we read it", at=call.at)
    return Stalled(f"the API server refused to {call}: {told.reason}", at=call.at)


ANSWERS = {401: unauthorized, 403: forbidden, 404: missing, 409: conflict, 410: gone, 422: invalid}


@contextmanager
def translated(call: Call) -> Iterator[None]:
    """Run a call of the library; what it raises becomes ours."""
    try:
        yield
    except ApiException as error:
        raise refused(call, error) from error
    except (HTTPError, HTTPException, OSError) as error:
        raise unavailable(call, what_happened(error)) from error
    except ConfigException as error:  # credentials are read again while calls go on
        raise unavailable(call, f"could not be asked, reading our credentials failed: {error}") from error


def refused(call: Call, error: ApiException) -> CanaryError:
    """The library reports a failed TLS handshake as an answer with status 0."""
    phrase = shortened(str(error.reason or ""))
    if not error.status and "certificate verify failed" in phrase.lower():
        return Stalled(
            f"the certificate of the API server at {call.server} is not trusted: {phrase}",
            at=call.at,
            hint="kubectl config view --minify",
        )
    if not error.status:
        return unavailable(call, f"could not be asked: {phrase}")
    return Refusal.read(int(error.status), error.body, phrase).error(call)


def what_happened(error: Exception) -> str:
    if isinstance(error, (ConnectTimeoutError, NewConnectionError)):
        return f"cannot be reached: {shortened(str(error))}"
    if isinstance(error, (ReadTimeoutError, TimeoutError)):
        return "did not answer in time"
    return f"broke off: {shortened(str(error) or type(error).__name__)}"


def unavailable(call: Call, what: str) -> Unavailable:
    doubt = "" if call.verb in READS else "; whether it was stored is not known"
    return Unavailable(
        f"the API server at {call.server} {what} ({call}{doubt})",
        at=call.at,
        hint="kubectl get --raw /readyz",
    )


def parsed(call: Call, body: bytes | str) -> Raw:
    """The object in an answer."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise unavailable(call, f"sent something that is not JSON: {shortened(repr(body[:80]))}") from error
    if not isinstance(found, dict):
        raise unavailable(call, f"sent something that is not an object: {shortened(repr(found))}")
    return found


def named(call: Call, found: Raw) -> Raw:
    """The object asked for; `{}` from a proxy in between is no object with nothing in it."""
    if metadata(found).get("name") != call.name:
        raise unavailable(call, f"sent something that is not this object: {shortened(repr(found))}")
    return found


def version_of(call: Call, listing: Raw) -> str:
    """The moment a list stands for; what has none is no empty list, and must not empty a cache."""
    found = metadata(listing).get("resourceVersion")
    if not isinstance(found, str) or not found.strip("0"):
        raise unavailable(call, f"sent a list without resourceVersion: {shortened(repr(listing))}")
    return found


def inner(raw: Raw, key: str) -> Raw:
    """A part of an answer; empty where it is missing or not an object."""
    found: Any = raw.get(key)
    return found if isinstance(found, dict) else {}


def shortened(text: str) -> str:
    """On one line, and no longer than a message should be."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_REASON else line[: LONGEST_REASON - 1] + "…"
