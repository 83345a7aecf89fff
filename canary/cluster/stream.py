"""One watch: changes as they come, until the server ends it, it fails, or somebody hangs up."""

from collections.abc import Callable, Iterator
from contextlib import suppress

from urllib3.response import HTTPResponse

from canary.cluster.answers import Call, Refusal, inner, parsed, translated
from canary.cluster.objects import Event, Raw
from canary.cluster.wire import lines
from canary.errors import Unavailable


class Stream(Iterator[Event]):
    """
    Changes in order, for one thread; any other may `hang_up`, which ends a read that is waiting.

    Not the library's `Watch`: without its models that one fails on every ERROR event, with them it repeats
    a 410 from the same version.
    """

    def __init__(self, call: Call, response: HTTPResponse, ended: Callable[["Stream"], None]) -> None:
        self._call = call
        self._response = response
        self._lines = lines(response)
        self._ended = ended
        self._hung_up = False

    def __next__(self) -> Event:
        try:
            return self._event(self._line())
        except BaseException:  # StopIteration as well: nothing follows, so the connection goes
            self.close()
            raise

    def _event(self, line: str) -> Event:
        seen = parsed(self._call, line)
        changed = inner(seen, "object")
        if seen.get("type") == "ERROR":
            raise Refusal.of(changed, code(changed)).error(self._call)
        return Event(str(seen.get("type", "")), changed)

    def _line(self) -> str:
        try:
            with translated(self._call):
                line = next(self._lines, None)
        except Unavailable:
            if not self._hung_up:
                raise
            line = None
        if line is None:
            raise StopIteration
        return line

    def hang_up(self) -> None:
        """End it from another thread: the one that reads sees the end, and closes."""
        self._hung_up = True
        with suppress(ValueError, RuntimeError, OSError):  # it has ended by itself
            self._response.shutdown()

    def close(self) -> None:
        """Give the connection back; only for the thread that reads."""
        self._ended(self)
        self._response.close()


def code(status: Raw) -> int:
    found = status.get("code")
    return found if isinstance(found, int) else 0
