"""The evidence is what the formulas say: equal to a plain computation, and rebuilt as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary.evidence import Bake, Confidence, Errors, Evidence, Gate
from canary.terms import Outcome
from tests.evidence.oracle import Oracle
from tests.evidence.streams import GATES, Moment, halves, interval, lived, moments

BAKE = Bake(min_intervals=1, max_intervals=30, min_requests=1, control=True)


def close(value: float) -> object:
    return pytest.approx(value, rel=1e-9, abs=1e-12)


@given(moments(st.none() | halves))
def test_the_fold_equals_the_plain_computation(stream: list[Moment]) -> None:
    evidence, oracle = Evidence.begin(GATES, Confidence()), Oracle(GATES, Confidence())
    for moment in stream:
        if moment.stepped:
            oracle.new_step(0.25)
        oracle.feed(interval(moment, evidence.through + 1), moment.settled)
        evidence = lived(evidence, [moment])
        assert evidence.odds == close(oracle.odds)
        for account, books in zip(evidence.accounts, oracle.books, strict=True):
            assert account.confidence == close(sum(books.advance))
            assert account.dispersion.factor(30) == close(books.burstiness)
            assert account.purse.kept == close(books.kept)
            assert account.purse.steady == close(books.steady)
            assert account.purse.evidence == close(books.evidence)


@given(moments(st.none() | halves), moments(st.none() | halves))
def test_rebuilt_equals_live(before: list[Moment], after: list[Moment]) -> None:
    """Live goes on from the checkpoint it wrote, as the rebuild does; so there is nothing to be close to."""
    boundary = lived(Evidence.begin(GATES, Confidence()), before).new_step(0.5).checkpoint()
    live = lived(Evidence.resume(GATES, Confidence(), boundary), after)
    rebuilt = Evidence.resume(GATES, Confidence(), boundary)
    for moment in after:
        rebuilt = lived(rebuilt, [moment])
        rebuilt.judge(BAKE)
    assert rebuilt == live
    assert rebuilt.checkpoint() == live.checkpoint()


K_OF_ONE = Confidence(paired_limit=1.0)
"""Where stable has one endpoint K is then always 1: the same for who missed intervals and who did not."""

ALONE = Moment((), None, 0, True, False)
"""Tells that stable has one endpoint."""

UNBOUNDED: tuple[Gate, ...] = (Errors(steady=False), *GATES[1:])
"""The root of the bounded bet is not: it comes from what was learned, and who missed intervals did not."""


@given(moments(st.none()), moments(st.none(), most=8), moments(st.none()))
def test_the_purse_alone_is_never_above_the_full_evidence_and_never_advances(
    before: list[Moment], gap: list[Moment], after: list[Moment]
) -> None:
    spared_and_full(UNBOUNDED, before, gap, after)


calm = moments(st.none()).map(lambda stream: [unfailing(moment) for moment in stream])


@given(moments(st.none()), calm.map(lambda stream: stream[:8]), calm)
def test_nor_is_it_with_the_bounded_bet_while_there_is_nothing_to_learn(
    before: list[Moment], gap: list[Moment], after: list[Moment]
) -> None:
    spared_and_full(GATES, before, gap, after)


def unfailing(moment: Moment) -> Moment:
    """Stable never fails."""
    strata = moment.strata
    if strata is not None:
        strata = tuple([one._replace(stable=one.stable._replace(failures=0)) for one in strata])
    return moment._replace(strata=strata)


def spared_and_full(
    gates: tuple[Gate, ...], before: list[Moment], gap: list[Moment], after: list[Moment]
) -> None:
    boundary = lived(Evidence.begin(gates, K_OF_ONE), [ALONE, *before]).new_step(0.5).checkpoint()
    full = lived(Evidence.resume(gates, K_OF_ONE, boundary), gap)
    steps = sum(moment.stepped for moment in gap)
    sparing = Evidence.sparing(gates, K_OF_ONE, boundary, len(gap), steps)
    assert sparing.through == full.through
    for moment in after:
        assert sparing.odds <= full.odds * (1 + 1e-9)
        for spared, true in zip(sparing.accounts, full.accounts, strict=True):
            assert spared.purse.kept <= true.purse.kept * (1 + 1e-9)
            assert spared.purse.steady <= true.purse.steady * (1 + 1e-9)
            assert spared.purse.evidence <= true.purse.evidence * (1 + 1e-9)
        assert sparing.judge(BAKE).outcome in {Outcome.HOLD, Outcome.ROLLBACK}
        full, sparing = lived(full, [moment]), lived(sparing, [moment])
