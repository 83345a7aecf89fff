"""Each guard of a policy, with the real daemon in virtual time: what the weights do, and why it says so."""

import pytest

from canary.demo.scene import CANARY, STABLE, Answer, Blackout, Ready, Request
from canary.demo.scenes import failing
from canary.terms import Phase, Word
from tests.demo.guarded import HOUR, guarded, leap, moment, moved, on_until, reasons, weights
from tests.demo.plays import until

WORKING_HOURS = "windows: [{cron: 0 9 * * mon-fri, duration: 8h, zone: Europe/Berlin}]"
MORNINGS = "windows: [{cron: 0 9 * * *, duration: 1m}, {cron: 4 9 * * *, duration: 1h}]"
SOON = 2.0
"""Seconds until a daemon whose timer ticks every second has seen what time it is: long before it looks at everything."""

INTERVAL = 5.0
TO_THE_TOP = [0, 100, 500, 1000]


def test_a_rollout_starts_when_its_window_opens_stops_when_it_shuts_and_goes_on_in_the_next() -> None:
    with guarded(MORNINGS, asked="2026-01-05T08:59:20") as play:
        assert (play.told[-1].phase, play.told[-1].reason) == (Phase.WAITING, "WindowShut")
        assert play.told[-1].message == "no window is open until Mon 2026-01-05 09:00 UTC (UTC)"
        started = on_until(play, "Started")
        assert 40 <= started <= 40 + SOON
        shut = on_until(play, "WindowShut")
        assert 100 <= shut <= 100 + INTERVAL
        before = weights(play)
        until(play, 279)
        assert weights(play) == before
        on_until(play, "Promoted", 600)
        assert weights(play) == TO_THE_TOP
        assert not [at for at in moved(play) if 100 + SOON < at < 280]


def test_what_fails_while_no_window_is_open_is_taken_back_as_ever() -> None:
    script = ((150, Answer(CANARY, failing(0.9))),)
    with guarded(MORNINGS, asked="2026-01-05T08:59", script=script) as play:
        assert 150 < on_until(play, "GateFailed") <= 150 + 6 * INTERVAL
        assert weights(play)[-1] == 0
        assert play.show.stamp is not None
        assert play.show.stamp.phase is Phase.ROLLED_BACK


def test_a_weekend_s_freeze_moves_no_weight_and_counts_for_no_deadline() -> None:
    with guarded(WORKING_HOURS, asked="2026-01-09T15:59:30") as play:
        frozen = on_until(play, "WindowShut")
        assert 30 <= frozen <= 30 + INTERVAL
        monday = moment(play, "2026-01-12T08:00")
        leap(play, monday - 5)
        assert monday > 64 * HOUR
        assert (play.told[-1].reason, weights(play)) == ("WindowShut", [0, 100])
        assert play.show.stamp is not None
        assert play.show.stamp.spent * INTERVAL < 60
        promoted = on_until(play, "Promoted", 600)
        assert weights(play) == TO_THE_TOP
        assert moved(play)[0] < 30
        assert monday <= moved(play)[1] < moved(play)[2] < promoted < monday + 600


@pytest.mark.parametrize(
    ("asked", "opens"),
    [
        ("2026-03-27T18:00:20", "2026-03-28T08:00"),
        ("2026-03-28T18:00:20", "2026-03-29T07:00"),
        ("2026-10-23T18:00:20", "2026-10-24T07:00"),
        ("2026-10-24T18:00:20", "2026-10-25T08:00"),
    ],
    ids=["the day before summer", "summer begins", "the day before winter", "winter begins"],
)
def test_a_window_opens_at_nine_by_the_clock_on_the_wall_on_the_day_it_is_changed_too(
    asked: str, opens: str
) -> None:
    daily = "windows: [{cron: 0 9 * * *, duration: 8h, zone: Europe/Berlin}]"
    with guarded(daily, asked=asked) as play:
        nine = moment(play, opens)
        leap(play, nine - 1)
        assert reasons(play) == ["WindowShut"]
        assert nine <= on_until(play, "Started", 5) <= nine + SOON
        assert weights(play) == [0, 100]


def test_an_approval_is_waited_for_and_what_it_takes_counts_for_no_deadline() -> None:
    with guarded(approval=True) as play:
        on_until(play, "AwaitingApproval")
        leap(play, play.at + 0.35 * HOUR, INTERVAL)
        assert weights(play) == [0, 100]
        assert play.show.stamp is not None
        assert play.show.stamp.phase is Phase.AWAITING_APPROVAL
        play.show.stage.act(Request(Word.APPROVE, "v2:2"))
        approved = play.at
        on_until(play, "Promoted", 600)
        assert weights(play) == TO_THE_TOP
        assert approved < moved(play)[1] <= approved + 60


def test_each_share_waits_for_the_endpoints_that_it_takes() -> None:
    script = ((1, Ready(CANARY, 1)), (150, Ready(CANARY, 2)), (300, Ready(CANARY, 3)))
    with guarded("capacity: 100%", script=script) as play:
        on_until(play, "CanaryTooSmall")
        assert "has 1 ready endpoints and needs 2 for 50.0% of the traffic" in play.told[-1].message
        until(play, 149)
        assert weights(play) == [0, 100]
        until(play, 299)
        assert weights(play) == [0, 100, 500]
        assert "has 2 ready endpoints and needs 3 for 100.0% of the traffic" in play.told[-1].message
        on_until(play, "Promoted")
        assert weights(play) == TO_THE_TOP
        assert 150 <= moved(play)[1] < 160
        assert 300 <= moved(play)[2] < 310


def test_below_its_floor_stable_is_waited_for_and_nothing_is_added() -> None:
    script = ((15, Ready(STABLE, 1)), (150, Ready(STABLE, 2)))
    with guarded("stableFloor: 50%", script=script) as play:
        assert 15 <= on_until(play, "StableShrunk") <= 15 + SOON
        assert play.told[-1].message == "backend-api-v1 has 1 ready endpoints, the floor is 1.5"
        until(play, 149)
        assert weights(play) == [0, 100]
        on_until(play, "Promoted")
        assert weights(play) == TO_THE_TOP
        assert 150 <= moved(play)[1] < 180


def test_while_the_source_is_down_it_holds_for_hours_and_then_goes_on() -> None:
    with guarded(script=((15, Blackout(dark=True)),)) as play:
        assert 15 < on_until(play, "SourceAway") <= 15 + 3 * INTERVAL
        leap(play, 5 * HOUR)
        assert (play.told[-1].reason, weights(play)) == ("SourceAway", [0, 100])
        play.show.stage.act(Blackout(dark=False))
        on_until(play, "Promoted", 900)
        assert weights(play) == TO_THE_TOP
        assert moved(play)[1] > 5 * HOUR


def test_where_the_policy_says_so_a_source_that_is_down_for_long_ends_it() -> None:
    keys = ("sourceDown: rollback", "unknownDeadline: 1m")
    with guarded(*keys, script=((15, Blackout(dark=True)),)) as play:
        assert 75 <= on_until(play, "UnknownTooLong") <= 75 + 4 * INTERVAL
        assert weights(play) == [0, 100, 0]
        assert play.show.stamp is not None
        assert play.show.stamp.phase is Phase.ROLLED_BACK
