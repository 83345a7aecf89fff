"""Windows: how they are written, and what stays possible while none is open."""

import pytest
from pydantic import ValidationError

from canary.errors import Invalid
from canary.rollout.policyfile import read
from canary.rollout.rules import decide
from canary.rollout.snapshot import Snapshot
from canary.rollout.windows import Window
from canary.terms import Phase
from tests.rollout.builders import (
    BAD,
    CANARY,
    GO,
    ID,
    NOW,
    QUIET,
    STABLE,
    a_leaf,
    a_policy,
    a_snapshot,
    a_stamp,
    a_start,
    leaves,
    settle,
    stamped,
)
from tests.rollout.test_policyfile import GOOD

UNTIL = "no window is open until Mon 2026-03-30 09:00 CEST (Europe/Berlin)"
WEEKEND = 3 * 24 * 3600


def a_window(cron: str = "0 9 * * mon-fri", **changes: object) -> Window:
    return Window.model_validate({"cron": cron, "duration": "8h", **changes})


@pytest.mark.parametrize(
    "cron",
    [
        "* * * * *",
        "0 9 * * mon-fri",
        "0,30 9-17/2 * * mon,wed,sat-sun",
        "*/15 0 1,15 1-6,dec *",
        "0 0 29 feb *",
        "00 09 01 */3 *",
    ],
)
def test_five_fields_are_a_window(cron: str) -> None:
    assert a_window(cron).cron == cron


def test_names_and_blanks_are_read_as_cron_reads_them() -> None:
    assert a_window(" 0  9 *\tJAN MON-Fri".replace("* JAN", "* JAN")) == a_window("0 9 * jan mon-fri")


@pytest.mark.parametrize(
    ("cron", "why"),
    [
        ("0 9 * * 0", "'0' is no weekday: write *, mon, mon-fri or a list of these; numbers mean other days"),
        ("0 9 * * 1-5", "'1-5' is no weekday"),
        ("0 9 * * */2", "is no weekday"),
        ("0 9 * * mon-fri/2", "is no weekday"),
        ("0 9 * * fri-mon", "'fri-mon' is no weekday"),
        ("0 9 * * monday", "'monday' is no weekday"),
        ("0 9 * *", "has five fields"),
        ("0 0 9 * * mon", "has five fields"),
        ("@daily", "has five fields"),
        ("", "has five fields"),
        ("60 * * * *", "'60' is no minute: write *, 0 to 59, a range that rises"),
        ("-1 * * * *", "'-1' is no minute"),
        ("5/10 * * * *", "'5/10' is no minute"),
        ("5/1 * * * *", "'5/1' is no minute"),
        ("*/0 * * * *", "is no minute"),
        ("*/60 * * * *", "is no minute"),
        ("0-10/11 * * * *", "is no minute"),
        ("1,,2 * * * *", "'' is no minute"),
        ("٣ * * * *", "is no minute"),
        ("0 24 * * *", "'24' is no hour"),
        ("0 17-9 * * *", "'17-9' is no hour"),
        ("0 9 0 * *", "'0' is no day of the month"),
        ("0 9 last * *", "'last' is no day of the month"),
        ("0 9 * 13 *", "'13' is no month: write *, 1 to 12, jan to dec"),
        ("0 9 * 1-mar *", "'1-mar' is no month"),
        ("0 9 30 feb *", "no month has that day"),
        ("0 9 31 4,6,9,11 *", "no month has that day"),
        ("0 9 1 * mon", "exclude each other here"),
        ("0 9 * * " + "mon," * 20 + "mon", "64 characters at most"),
    ],
)
def test_what_is_no_cron_or_means_two_things_is_refused(cron: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why.replace("*", r"\*")):
        a_window(cron)


@pytest.mark.parametrize("duration", ["0s", "59s", "32d", 8, None])
def test_a_window_is_open_for_a_minute_to_a_month(duration: object) -> None:
    with pytest.raises(ValidationError):
        a_window(duration=duration)


@pytest.mark.parametrize(
    "zone", ["", "../UTC", "/etc/localtime", "localtime", "right/UTC", "posixrules", "a" * 41, 1]
)
def test_what_is_no_name_of_a_zone_is_refused(zone: object) -> None:
    with pytest.raises(ValidationError):
        a_window(zone=zone)


@pytest.mark.parametrize("zone", ["Mars/Base", "Europe", "europe/berlin2", "leapseconds"])
def test_a_zone_that_is_not_there_is_told_with_its_place(zone: str) -> None:
    window = f"  windows:\n    - {{cron: 0 9 * * mon, duration: 8h}}\n    - {{cron: 0 9 * * mon, duration: 8h, zone: {zone}}}\n"
    with pytest.raises(Invalid, match=f"spec.windows.1.zone: there is no time zone {zone}; write") as error:
        read(GOOD + window, "p.yaml")
    assert error.value.at == "p.yaml:13:47"


def test_a_stamp_is_read_though_this_machine_does_not_know_its_zone() -> None:
    assert a_policy(windows=[a_window(zone="America/Newtown")]).windows[0].zone == "America/Newtown"


def test_windows_take_room_in_the_stamp_only_where_there_are_any() -> None:
    policy = a_policy(windows=[a_window()])
    assert type(policy).model_validate_json(policy.frozen()) == policy
    assert ("windows" in policy.frozen(), "windows" in a_policy().frozen()) == (True, False)


def test_nine_windows_are_too_many() -> None:
    with pytest.raises(ValidationError, match="at most 8"):
        a_policy(windows=[a_window()] * 9)


def test_nothing_starts_while_no_window_is_open_and_a_ready_canary_keeps_what_it_has() -> None:
    seen = settle(a_start(shut=UNTIL))
    assert seen.stamp is not None
    assert (seen.stamp.phase, seen.stamp.reason, seen.stamp.message) == (Phase.WAITING, "WindowShut", UNTIL)
    assert seen.route.weights == {STABLE: 900, CANARY: 100}
    assert decide(a_start(stamp=seen.stamp)).rule == "begins"


def test_what_is_not_ready_is_told_before_what_is_shut() -> None:
    seen = a_start(shut=UNTIL, leaves=leaves(canary=a_leaf(CANARY, 0)))
    assert decide(seen).reason == "CanaryNotReady"


@pytest.mark.parametrize("step", [1, 3])
def test_nothing_advances_while_no_window_is_open(step: int) -> None:
    seen = a_snapshot(stamp=a_stamp(step=step), verdict=GO, shut=UNTIL)
    decision = decide(seen)
    assert (decision.rule, decision.reason, decision.message, decision.weights) == (
        "window_shut",
        "WindowShut",
        UNTIL,
        None,
    )
    assert stamped(decision).phase is Phase.PROGRESSING


def test_the_last_bake_does_not_end_while_no_window_is_open() -> None:
    top = a_stamp(step=4, phase=Phase.BAKING)
    assert decide(a_snapshot(stamp=top, verdict=GO, shut=UNTIL)).reason == "WindowShut"


def test_silence_is_not_held_against_it_while_no_window_is_open() -> None:
    stamp = a_stamp(policy=a_policy(on_inconclusive="rollback"))
    assert decide(a_snapshot(stamp=stamp, verdict=QUIET, shut=UNTIL)).reason == "WindowShut"


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"verdict": BAD}, "gate_failed"),
        ({"leaves": leaves(canary=a_leaf(CANARY, 0))}, "canary_not_ready"),
        ({"words": {"abort": ID}}, "aborted"),
        ({"words": {"promote": ID}}, "promoted_by_request"),
        ({"weights": {STABLE: 500, CANARY: 500}}, "raised_by_others"),
    ],
)
def test_what_takes_traffic_away_and_what_people_ask_for_needs_no_window(
    changes: dict[str, object], rule: str
) -> None:
    assert decide(a_snapshot(**{"verdict": GO, "shut": UNTIL, **changes})).rule == rule  # type: ignore[arg-type]


def frozen_for(seconds: int, **facts: object) -> Snapshot:
    """A freeze began, and so much later it is still on."""
    seen = settle(a_snapshot(verdict=GO, shut=UNTIL))
    return a_snapshot(stamp=seen.stamp, now=NOW + seconds, **{"verdict": GO, "shut": UNTIL, **facts})  # type: ignore[arg-type]


def test_a_freeze_counts_for_no_deadline() -> None:
    over = settle(frozen_for(WEEKEND, shut="", verdict=None, unknown_for=WEEKEND))
    assert over.stamp is not None
    assert (over.stamp.phase, over.stamp.spent, over.stamp.going) == (Phase.PROGRESSING, 95, NOW + WEEKEND)
    assert decide(frozen_for(WEEKEND, unknown_for=WEEKEND, verdict=None)).rule != "overdue"


def test_what_was_unknown_in_a_freeze_has_its_whole_deadline_after_it() -> None:
    opened = settle(frozen_for(WEEKEND, shut="", unknown_for=WEEKEND, verdict=None))
    for seconds, rule in ((599, "evidence_unread"), (600, "overdue")):
        later = a_snapshot(
            stamp=opened.stamp, verdict=None, now=NOW + WEEKEND + seconds, unknown_for=WEEKEND + seconds
        )
        assert decide(later).rule == rule


def test_what_else_holds_it_in_a_freeze_counts_for_no_deadline_either() -> None:
    few = {"leaves": leaves(stable=a_leaf(STABLE, 1))}
    held = settle(a_snapshot(verdict=GO, shut=UNTIL, **few))  # type: ignore[arg-type]
    assert held.stamp is not None
    assert (held.stamp.reason, held.stamp.shut) == ("StableShrunk", True)
    later = decide(a_snapshot(stamp=held.stamp, verdict=GO, now=NOW + WEEKEND, **few))  # type: ignore[arg-type]
    assert (stamped(later).spent, stamped(later).shut) == (95, False)


def test_a_freeze_costs_one_write_when_it_begins_and_one_when_it_ends() -> None:
    frozen = frozen_for(WEEKEND)
    assert not decide(frozen).changes(frozen)
    assert decide(frozen_for(WEEKEND, shut="", verdict=GO)).rule == "advance"
