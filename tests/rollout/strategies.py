"""
Arbitrary snapshots: a healthy one of any phase, and up to five things wrong, odd or asked for at once.

Were everything drawn freely, nearly every snapshot would be so broken that only the first rules ever answered
(`test_laws.py` counts which do).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from canary.evidence import Arm, Interval, Stratum
from canary.rollout.past import Past
from canary.rollout.reading import Reading
from canary.rollout.requests import digest
from canary.rollout.snapshot import Leaf, Snapshot
from canary.rollout.stamp import Head, Stamp
from canary.terms import Phase
from tests.rollout.builders import (
    BAD,
    BAKING,
    CANARY,
    GO,
    ID,
    NOW,
    QUIET,
    STABLE,
    THIRD,
    UID,
    a_leaf,
    a_pin,
    a_policy,
    a_snapshot,
    a_stamp,
    a_start,
    a_waiting_stamp,
    an_ended_stamp,
    with_approval,
)

METRICS = ({"kind": "metric", "name": name, "query": "depth", "max": 1} for name in ("a", "b"))
METERED = a_policy(gates=[{"kind": "errors"}, *METRICS])
READINGS = (
    Reading(NOW - 6, (1.0,) * 5),
    Reading(NOW - 6, (2.0,) * 5),
    Reading(NOW - 6, (1.0, None, 1.0, 1.0, 1.0), "it answers NaN", unknown_since=NOW - 700),
    Reading(NOW - 2, (), "it answers nothing", unknown_since=NOW - 5),
    Reading(NOW - 60, (1.0,) * 5),
)

STAMPS: tuple[Stamp | None, ...] = (
    None,
    a_waiting_stamp(),
    a_waiting_stamp(seed=0.1),
    a_stamp(step=1),
    a_stamp(step=2),
    a_stamp(step=2, policy=with_approval(0.5)),
    a_stamp(step=2, policy=with_approval(0.5), phase=Phase.AWAITING_APPROVAL),
    a_stamp(policy=a_policy(capacity="100%")),
    a_stamp(step=3, policy=a_policy(on_failure="hold", on_inconclusive="rollback", source_down="rollback")),
    a_stamp(step=2, policy=METERED),
    a_stamp(step=2, policy=METERED, gap=NOW - 3, gaps=1),
    a_stamp(step=4, phase=Phase.BAKING, policy=METERED),
    a_stamp(step=2, policy=a_policy(pin="none", stable_floor=0.0), pins={}),
    a_stamp(step=3, phase=Phase.PAUSED, paused=True),
    a_stamp(step=2, phase=Phase.PAUSED, drifted="argocd", resets={"argocd": 1}),
    a_stamp(step=2, phase=Phase.FAILED_HELD, policy=a_policy(on_failure="hold")),
    a_stamp(step=2, gap=NOW - 3, gaps=1),
    a_stamp(step=4, phase=Phase.BAKING),
    a_stamp(step=4, phase=Phase.BAKING, settled=None, gap=NOW - 3, gaps=2),
    an_ended_stamp(Phase.PROMOTED),
    an_ended_stamp(Phase.PROMOTED, drifted="argocd"),
    an_ended_stamp(Phase.ROLLED_BACK),
    an_ended_stamp(Phase.ROLLED_BACK, settled=None, lowered=3),
    an_ended_stamp(Phase.ABORTED, policy=None, step=0),
    an_ended_stamp(Phase.SUPERSEDED),
    an_ended_stamp(Phase.REJECTED, policy=None, step=0, seen=()),
    an_ended_stamp(Phase.REJECTED, policy=None, step=0, stable="", canary="", reason="StampLost"),
)

PASTS = (
    Past(away="Prometheus does not answer"),
    Past(doubt="the same proxies are scraped twice"),
    Past(intervals=(Interval(NOW - 2, (Stratum(Arm(10, 1), Arm(90, 1)),)),)),
)
PAST = st.sampled_from([NOW, NOW - 1, NOW - 40, NOW - 700, NOW - 30_000])
ONE_TIME = st.sampled_from([ID, f"{ID}@1", f"{ID}@2", f"{ID}/k", "a2", "!!"])
PART = st.sampled_from([0, 0, 1, 100, 250, 500, 900, 1000, 400_000, -5, 0.5, "500m", "1k", None])
WEIGHTS = st.one_of(
    st.fixed_dictionaries({STABLE: PART, CANARY: PART}),
    st.fixed_dictionaries({STABLE: PART, CANARY: PART, THIRD: PART}),
    st.sampled_from([{STABLE: 1000, THIRD: 0}, {CANARY: 900, THIRD: 100}, {CANARY: 1000}]),
)


@st.composite
def leaves_of(draw: st.DrawFn, service: str) -> Leaf:
    """What could stand behind a backend."""
    ready, observed = draw(st.sampled_from([4, 4, 1, 0, 0])), draw(st.sampled_from([True, True, False]))
    pin = {"revision": draw(st.sampled_from(["7", "8"])), "generation": draw(st.sampled_from([7, 6, 8]))}
    found = a_leaf(service, ready, observed=observed, **pin)
    return draw(st.sampled_from([found, found, found, Leaf(ready=ready), Leaf(exists=False)]))


ODD: Mapping[tuple[str, str], st.SearchStrategy[Any]] = {
    **{("word", word): ONE_TIME for word in ("pause", "resume", "promote", "abort", "retry", "undo")},
    ("word", "approve"): st.sampled_from([f"{ID}:3", f"{ID}:2", "a2:3", ID]),
    ("word", "rollout"): st.sampled_from(["a2", "a2", "a0", None, "", "no id"]),
    ("word", "policy"): st.none(),
    ("word", "canary"): st.sampled_from([CANARY, STABLE, THIRD]),
    ("word", "speed"): st.just("fast"),
    ("route", "terminating"): st.just(True),
    ("live", "weights"): WEIGHTS,
    ("leaf", STABLE): leaves_of(STABLE),
    ("leaf", CANARY): leaves_of(CANARY),
    ("fact", "policy"): st.sampled_from([None, a_policy(0.05), a_policy(0.333, pin="none")]),
    ("fact", "verdict"): st.sampled_from([None, BAKING, BAD, QUIET]),
    ("fact", "unknown_for"): st.sampled_from([5, 700]),
    ("fact", "source_away"): st.just("Prometheus does not answer"),
    ("fact", "away_for"): st.just(700),
    ("fact", "mesh"): st.just("not reconciling"),
    ("fact", "strangers"): st.just(("shop/web",)),
    ("fact", "missing"): st.just(600.0),
    ("fact", "following_for"): st.sampled_from([5, 700]),
    ("fact", "metrics"): st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(READINGS)),
    ("fact", "past"): st.sampled_from(PASTS),
    ("fact", "shut"): st.just("no window is open until Monday"),
    ("fact", "conflicts"): st.just(("Flagger owns this route",)),
    ("stamp", "attempt"): st.just(2),
    ("stamp", "settled"): st.sampled_from([None, NOW + 2]),
    ("stamp", "seed"): st.sampled_from([0.1, 0.5]),
    ("stamp", "paused"): st.just(True),
    ("stamp", "unfollowed"): st.just("restart the clients"),
    ("stamp", "drifted"): st.just("argocd"),
    ("stamp", "resets"): st.just({"kubectl": 2}),
    ("stamp", "gaps"): st.integers(1, 3),
    ("stamp", "lowered"): st.integers(1, 3),
    ("stamp", "spent"): st.just(30_000),
    ("stamp", "at"): PAST,
    ("stamp", "going"): PAST,
    ("stamp", "shut"): st.just(True),
    ("stamp", "total"): st.just(100_000),
    ("stamp", "approved"): st.just((3,)),
    ("stamp", "acks"): st.sampled_from([{"abort": digest(ID)}, {"pause": digest(ID), "retry": digest(ID)}]),
    ("stamp", "seen"): st.just((digest("a0"), digest(ID))),
    ("stamp", "replaced"): st.sampled_from([a_pin(CANARY), a_pin(STABLE)]),
    ("stamp", "reason"): st.sampled_from(["SourceAway", "Unsettled"]),
}


LIKELY = (
    ("leaf", STABLE),
    ("leaf", CANARY),
    ("live", "weights"),
    ("fact", "verdict"),
    ("fact", "metrics"),
    ("word", "abort"),
)
"""What decides most about what may be written."""


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    """Anything one tick could see."""
    changes: dict[str, dict[str, Any]] = {kind: {} for kind, _ in ODD}
    for kind, name in draw(st.lists(st.sampled_from([*ODD, *LIKELY * 3]), max_size=5, unique=True)):
        changes[kind][name] = draw(ODD[kind, name])
    return built(draw(st.sampled_from(STAMPS)), draw(st.sampled_from(["", "", "", "lost", "newer"])), changes)


def built(stamp: Stamp | None, head: str, changes: Mapping[str, dict[str, Any]]) -> Snapshot:
    """One with that stamp (where there is none: maybe one that is of no use) and these changes."""
    facts: dict[str, Any] = {"verdict": GO, **changes["fact"], "route": changes["route"]}
    if facts["verdict"] is None:
        facts["evidence"] = None
    words, weights = changes["word"], changes["live"].get("weights")
    if stamp is None:
        facts |= {"verdict": None, **STRANGE_HEADS[head]}
        seen = a_start(words, weights, **facts)
    else:
        seen = a_snapshot(words, weights, stamp=stamp.but(**changes["stamp"]), **facts)
    return replace(seen, leaves={name: changes["leaf"].get(name, leaf) for name, leaf in seen.leaves.items()})


STRANGE_HEADS: Mapping[str, Mapping[str, object]] = {
    "": {},
    "lost": {"lost": "the stamp cannot be read"},
    "newer": {"newer": Head(v=2, uid=UID, id=ID, stable=STABLE, canary=CANARY)},
}
