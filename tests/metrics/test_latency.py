"""Buckets in, "slower than" out."""

from collections.abc import Mapping
from dataclasses import replace

from canary.evidence.increments import Interval
from canary.metrics.answers import Series
from canary.metrics.intervals import interval
from canary.metrics.queries import COLUMNS
from canary.metrics.sights import Sights
from canary.metrics.source import Leaves
from canary.metrics.tally import Tally
from tests.metrics.mesh import FIRST, MESHED, SECONDS, WEB, count, within

TIMED = replace(WEB, bounds=(50.0, 200.0))
ALL: Mapping[str, str] = {"50": "60", "200": "90", "+Inf": "100"}


def told(buckets: Mapping[str, str] = ALL, leaves: Leaves = TIMED, pod: str = "") -> Interval:
    """The canary answered a hundred times; these are its buckets."""
    tally, at = Tally(COLUMNS["clients"]), FIRST * SECONDS
    tally.answers([Series(count("web-v2"), ((at, "100"),))], SECONDS)
    rows = [Series(within("web-v2", le, pod), ((at, value),)) for le, value in buckets.items()]
    tally.latencies(rows, SECONDS)
    return interval(Sights.read([Series(MESHED, ((at, "3"),))], tally.columns, SECONDS), tally, leaves, FIRST)


def timed(said: Interval) -> tuple[float, tuple[float, ...]]:
    """Of the canary."""
    (stratum,) = said.strata or ()
    return stratum.canary.timed, stratum.canary.slow


def test_slower_is_what_is_left_of_all_that_were_timed() -> None:
    assert timed(told()) == (100, (40, 10))


def test_each_rollout_is_told_about_its_own_bounds() -> None:
    assert timed(told(leaves=replace(WEB, bounds=(200.0,)))) == (100, (10,))
    assert timed(told(leaves=WEB)) == (0, ())


def test_the_new_spelling_is_read_as_a_number() -> None:
    assert timed(told({"50.0": "60", "200.0": "90", "+Inf": "100"})) == (100, (40, 10))


def test_an_upgrade_of_prometheus_puts_no_lifetime_into_an_interval() -> None:
    """The new spelling begins, on a target that was known, with all there ever was; the old one stands still."""
    both = {"50": "0", "50.0": "7000000", "200": "0", "200.0": "9000000", "+Inf": "100"}
    assert timed(told(both)) == (0, (0, 0))


def test_a_bound_the_proxies_do_not_have_is_told() -> None:
    said = told({"50": "60", "+Inf": "100"})
    assert (said.strata, said.why) == (None, "the proxies have no latency bucket of 200 ms")


def test_answers_without_any_bucket_are_no_evidence_of_speed() -> None:
    said = told({})
    assert (said.strata, said.why) == (
        None,
        "Prometheus has answers but no response_latency_ms_bucket that counts them",
    )


def test_more_within_a_bound_than_there_were_is_unknown() -> None:
    assert told({**ALL, "50": "101"}).why == "Prometheus counts more responses within 50 ms than responses"


def test_odd_buckets_are_unknown() -> None:
    for odd in ("NaN", "+Inf", "-1"):
        assert told({**ALL, "50": odd}).strata is None
    assert told({**ALL, "soon": "1"}).why == "Prometheus counts '1' responses within 'soon' ms"
