"""The clock that stands still."""

import threading
from datetime import timedelta

from canary.demo.clock import VirtualClock
from canary.demo.place import EPOCH


def test_it_moves_only_when_somebody_waits() -> None:
    clock = VirtualClock(EPOCH)
    assert (clock.now(), clock.monotonic()) == (EPOCH, 0.0)
    assert not clock.wait(threading.Event(), 3.0)
    assert (clock.now(), clock.monotonic()) == (EPOCH + timedelta(seconds=3), 3.0)


def test_nobody_waits_for_what_has_happened() -> None:
    clock, event = VirtualClock(EPOCH), threading.Event()
    event.set()
    assert clock.wait(event, 3.0)
    assert clock.monotonic() == 0.0
