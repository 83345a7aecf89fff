"""Tells each change as an Event on its route. Once: what does not arrive is in the record all the same."""

import threading
from contextlib import suppress

from canary.cluster import events
from canary.cluster.events import Event
from canary.daemon.hands import Hands
from canary.daemon.shelf import Name
from canary.daemon.teller import Teller
from canary.errors import CanaryError, Conflict

MOST = 500
"""Events under way; what comes on top is not told that way."""


class Herald:
    """Safe for any number of threads."""

    def __init__(self, hands: Hands, teller: Teller) -> None:
        self._hands, self._teller = hands, teller
        self._last: dict[Name, tuple[str, str]] = {}
        self._under_way = 0
        self._lock = threading.Lock()

    def announce(self, name: Name, event: Event) -> None:
        """Not what was announced of this route last, and not more at once than there may be."""
        heading = event.reason, event.message
        with self._lock:
            if self._last.get(name) == heading or self._under_way >= MOST:
                return
            self._last[name] = heading
            self._under_way += 1
        self._hands.executor.submit(lambda: self._post(event))

    def forget(self, name: Name) -> None:
        """The route is no more."""
        self._last.pop(name, None)

    def _post(self, event: Event) -> None:
        try:
            with suppress(Conflict):  # another daemon told it
                events.post(self._hands.cluster, event)
        except CanaryError as error:
            self._teller.untold("event", error)
        except Exception:  # noqa: BLE001 - the root of a pool job
            self._teller.bug("event")
        finally:
            with self._lock:
                self._under_way -= 1
