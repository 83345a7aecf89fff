"""When windows are open, over changes of clocks, too; and who is looked at when one opens."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from canary.daemon.windows import Openings, opening, shut
from canary.rollout.windows import DAYS, MONTHS, Window

BERLIN = "Europe/Berlin"


def a_window(cron: str = "0 9 * * mon-fri", duration: str = "8h", zone: str = BERLIN) -> Window:
    return Window.model_validate({"cron": cron, "duration": duration, "zone": zone})


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def is_open(moment: str, *windows: Window) -> bool:
    return not shut(windows or (a_window(),), utc(moment))


def test_without_windows_it_is_always_open() -> None:
    assert shut((), utc("2026-01-03T12:00")) == ""


@pytest.mark.parametrize(
    ("moment", "opened"),
    [
        ("2026-01-05T07:59:59", False),
        ("2026-01-05T08:00", True),
        ("2026-01-05T15:59:59.999", True),
        ("2026-01-05T16:00", False),
        ("2026-01-09T12:00", True),
        ("2026-01-10T12:00", False),
    ],
)
def test_a_window_is_open_from_its_moment_for_its_duration(moment: str, opened: bool) -> None:
    assert is_open(moment) is opened


def test_one_open_window_is_enough() -> None:
    saturday = a_window("0 12 * * sat", "1h", "UTC")
    assert is_open("2026-01-10T12:30", a_window(), saturday)
    assert not is_open("2026-01-10T13:30", a_window(), saturday)


def test_until_when_is_told_by_the_clock_of_the_window_that_opens_first() -> None:
    told = shut((a_window(), a_window("30 12 * * sun", "1h", "America/New_York")), utc("2026-01-10T12:00"))
    assert told == "no window is open until Sun 2026-01-11 12:30 EST (America/New_York)"


@pytest.mark.parametrize(
    ("day", "opens"),
    [
        ("2026-03-27", "08:00"),
        ("2026-03-30", "07:00"),
        ("2026-10-23", "07:00"),
        ("2026-10-26", "08:00"),
    ],
)
def test_a_window_opens_by_the_clock_on_the_wall_whether_that_was_changed_or_not(
    day: str, opens: str
) -> None:
    at = utc(f"{day}T{opens}")
    assert shut((a_window(),), at - timedelta(seconds=1)) != ""
    assert shut((a_window(),), at) == ""
    assert shut((a_window(),), at + timedelta(hours=8)) != ""


def openings(cron: str, day: str) -> list[str]:
    """At which hours UTC of a day a window opens."""
    asked, start, found = Openings(utc(day) - timedelta(minutes=1)), utc(day), []
    for minute in range(24 * 60):
        now = start + timedelta(minutes=minute)
        if asked.passed([a_window(cron, "10m")], now):
            found.append(f"{now:%H:%M}")
    return found


def test_in_an_hour_that_the_clock_skips_a_window_opens_an_hour_later_by_the_clock() -> None:
    assert openings("30 2 * * *", "2026-03-28") == ["01:30"]
    assert openings("30 2 * * *", "2026-03-29") == ["01:30"]
    assert openings("30 2 * * *", "2026-03-30") == ["00:30"]
    assert not is_open("2026-03-29T01:29", a_window("30 2 * * *", "10m"))
    assert is_open("2026-03-29T01:39", a_window("30 2 * * *", "10m"))
    assert not is_open("2026-03-29T01:40", a_window("30 2 * * *", "10m"))


def test_in_an_hour_that_the_clock_repeats_a_window_opens_twice() -> None:
    assert openings("30 2 * * *", "2026-10-25") == ["00:30", "01:30"]
    assert is_open("2026-10-25T00:35", a_window("30 2 * * *", "10m"))
    assert not is_open("2026-10-25T00:45", a_window("30 2 * * *", "10m"))
    assert is_open("2026-10-25T01:35", a_window("30 2 * * *", "10m"))


def test_a_window_that_is_open_while_clocks_change_lasts_as_long_as_any_other() -> None:
    night = a_window("0 22 * * sat", "8h")
    for opens in ("2026-03-28T21:00", "2026-10-24T20:00"):
        assert shut((night,), utc(opens)) == ""
        assert shut((night,), utc(opens) + timedelta(hours=8, seconds=-1)) == ""
        assert shut((night,), utc(opens) + timedelta(hours=8)) != ""


def test_what_opens_between_two_looks_is_told_once() -> None:
    asked = Openings(utc("2026-01-05T07:59:58"))
    moments = ["2026-01-05T07:59:59", "2026-01-05T08:00:00.3", "2026-01-05T08:00:01.3", "2026-01-06T09:00"]
    assert [asked.passed([a_window()], utc(moment)) for moment in moments] == [False, True, False, True]


def test_a_zone_that_nobody_here_knows_stays_shut_and_says_why() -> None:
    odd = a_window(zone="America/Newtown")
    assert "this machine knows no time zone America/Newtown" in shut((odd,), utc("2026-01-05T12:00"))
    assert is_open("2026-01-05T12:00", odd, a_window())
    assert not Openings(utc("2026-01-05T00:00")).passed([odd], utc("2026-01-06T00:00"))


def pieces(most: int, names: tuple[str, ...] = ()) -> st.SearchStrategy[str]:
    one = st.integers(0, most).map(str) | (st.sampled_from(names) if names else st.nothing())
    item = (
        one
        | st.just("*")
        | st.builds("{}-{}".format, one, one)
        | st.builds("{}/{}".format, one | st.just("*"), one)
    )
    return st.lists(item | st.builds("{}-{}/{}".format, one, one, one), min_size=1, max_size=3).map(",".join)


@given(
    st.tuples(pieces(60), pieces(24), pieces(32), pieces(13, MONTHS), pieces(7, DAYS)), st.integers(0, 10**9)
)
def test_whatever_a_policy_accepts_opens_some_day(fields: tuple[str, ...], seconds: int) -> None:
    try:
        window = Window.model_validate({"cron": " ".join(fields), "duration": "1m"})
    except ValidationError:
        return
    asked = utc("2026-01-01T00:00") + timedelta(seconds=seconds)
    assert Openings(asked).passed([window], asked + timedelta(days=8 * 366 + 1))


def test_a_thousand_looks_within_a_minute_read_the_calendar_twice() -> None:
    """Reading it took 7 ms where a window opens every minute: with a thousand rollouts longer than an interval."""
    window, begun = a_window("* * * * *", "1m", "Asia/Tokyo"), utc("2026-01-05T12:00:01")
    before = opening.cache_info().misses
    assert not any(shut((window,), begun + timedelta(milliseconds=50 * look)) for look in range(1000))
    assert opening.cache_info().misses - before <= 2
