"""
Whether a policy's windows are open, by APScheduler's reading of cron.

It knows what a change of clocks does: in an hour that is skipped a window opens as much after it as it would have within,
in one that is repeated it opens twice. A window's length is elapsed time; so only `cron` depends on the zone, and all that
is compared here is UTC (two moments in the same zone would be compared by what the clock on the wall shows).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apscheduler.triggers.cron import CronTrigger

from canary.rollout.windows import Window

MOMENT, MINUTE = timedelta(microseconds=1), timedelta(minutes=1)

SKIPPED = timedelta(hours=2)
"""More than clocks skip: asked from right after a skipped hour on, APScheduler forgets what should have come within it."""


class _Trigger(Protocol):
    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime | None:
        """The first one from `now` on."""


def shut(windows: Sequence[Window], now: datetime) -> str:
    """Until when none of them is open, as a sentence; "" = one is, or there are none and so it always may."""
    if not windows or any(_is_open(window, now) for window in windows):
        return ""
    openings = [(at, window.zone) for window in windows if (at := _next(window, now))]
    if not openings:
        return f"no window opens here: this machine knows no time zone {', '.join(window.zone for window in windows)}"
    at, zone = min(openings)
    return f"no window is open until {at.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M %Z} ({zone})"


class Openings:
    """Tells when a window has opened: whoever waits for it is to be looked at."""

    def __init__(self, now: datetime) -> None:
        self._asked = now

    def passed(self, windows: Iterable[Window], now: datetime) -> bool:
        """Whether any of them opened since this was asked last."""
        before, self._asked = self._asked, now
        openings = (_next(window, before + MOMENT) for window in windows)
        return any(at is not None and at <= now for at in openings)


def _is_open(window: Window, now: datetime) -> bool:
    opened = _next(window, now - window.duration + MOMENT)
    return opened is not None and opened <= now


def _next(window: Window, now: datetime) -> datetime | None:
    """When it opens next, from `now` on, in UTC; None where nobody here knows its zone."""
    begun = now.astimezone(UTC).replace(second=0, microsecond=0)
    return opening(window.cron, window.zone, begun if begun == now else begun + MINUTE)


@lru_cache(maxsize=4096)
def opening(cron: str, zone: str, minute: datetime) -> datetime | None:
    """
    The first one from that minute on. A thousand rollouts are looked at in each interval, and a calendar takes up to 7 ms.
    """
    return next((at for at in _openings(cron, zone, minute - SKIPPED) if at >= minute), None)


def _openings(cron: str, zone: str, since: datetime) -> Iterator[datetime]:
    trigger = _trigger(cron, zone)
    while trigger and (at := trigger.get_next_fire_time(None, since)):
        yield at.astimezone(UTC)
        since = at.astimezone(UTC) + MOMENT


@lru_cache(maxsize=256)
def _trigger(cron: str, zone: str) -> _Trigger | None:
    """A stamp may have been written where more zones are known than here: then it stays shut, which is the careful side."""
    try:
        trigger: _Trigger = CronTrigger.from_crontab(cron, timezone=ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    return trigger
