"""What an hour before the start teaches: how bursty stable is, for each gate, and nothing else."""

from canary.evidence import Arm, Confidence, Errors, Evidence, Gate, Interval, Latency, Objective, Stratum

GATES: tuple[Gate, ...] = (
    Errors(),
    Objective(),
    Latency(bound=0, bound_ms=100, tail=0.3, warmup=0, weight=0.5),
)


def hour(failing: float = 0, slow: float = 0, canary: float = 0) -> list[Interval]:
    """Either half of stable has all the bad responses, in turn."""
    intervals = []
    for index in range(1001, 1721):
        bad, good = Arm(500, failing, 500, (slow,)), Arm(500, 0, 500, (0,))
        halves = (bad, good) if index % 2 else (good, bad)
        stratum = Stratum(Arm(canary, canary, 0, (0,)), Arm(1000, failing, 1000, (slow,)))
        intervals.append(Interval(index, (stratum,), halves, endpoints=3))
    return intervals


def burstiness(evidence: Evidence) -> list[float]:
    return [account.dispersion.factor(30) for account in evidence.accounts]


def test_each_gate_learns_from_its_own_bad_responses() -> None:
    errors, objective, latency = burstiness(Evidence.begin(GATES, Confidence(), past=hour(failing=40)))
    assert errors == objective > 40
    assert latency == 2.5
    errors, _, latency = burstiness(Evidence.begin(GATES, Confidence(), past=hour(slow=40)))
    assert (errors, latency > 40) == (2.5, True)


def test_nothing_is_held_against_the_canary_or_for_it() -> None:
    evidence = Evidence.begin(GATES, Confidence(), 0.25, past=hour(failing=1, canary=100))
    assert (evidence.odds, evidence.observed, evidence.requests, evidence.unknown) == (1.0, 0, 0, 0)
    assert evidence.warmth.first == 0
    assert all(account.tally.requests == 0 for account in evidence.accounts)


def test_the_past_is_over_and_is_not_counted_again() -> None:
    assert Evidence.begin(GATES, Confidence(), past=hour()).through == 1720


def test_what_is_unknown_or_odd_teaches_nothing() -> None:
    odd = [
        Interval(1, None),
        Interval(2, (Stratum(Arm(), Arm(float("nan"))),), (Arm(1, 2), Arm(5, 5))),
    ]
    assert burstiness(Evidence.begin(GATES, Confidence(), past=odd)) == [2.5] * 3


def test_it_is_kept_in_the_checkpoint_of_the_start() -> None:
    begun = Evidence.begin(GATES, Confidence(), past=hour(failing=40, slow=20))
    again = Evidence.resume(GATES, Confidence(), begun.checkpoint())
    for kept, true in zip(burstiness(again), burstiness(begun), strict=True):
        assert abs(kept - true) <= 1e-3 * true
