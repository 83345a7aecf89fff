"""
How many recorded intervals a second `canary replay` reads and judges, on one core.

    python -m tests.bench.replay [--check]

One client workload at 100 requests per second, ten percent of them to the canary, over a healthy day that is
never promoted, with two questions and with eight. `--check` exits with 1 where it is fewer than `LEAST`.
"""

import json
import sys
from collections.abc import Sequence
from datetime import timedelta
from random import Random
from time import process_time

from canary.evidence import Arm
from canary.replay import read, replay
from canary.rollout.gates import ErrorsGate, Gate, LatencyGate, ObjectiveGate
from canary.rollout.policy import Bake, Policy, Step
from tests.bench.evidence import CANARY, STABLE, TAILS, arm

INTERVALS, REPEATS = 5000, 3
"""The best of some runs: whatever else the machine does only adds."""

LEAST = 5000
DAY = Bake(min=timedelta(days=1), max=timedelta(days=1))
ERRORS, SUCCESS = ErrorsGate(kind="errors"), ObjectiveGate(kind="objective", success=0.99)
GATES: dict[int, tuple[Gate, ...]] = {
    2: (ERRORS, SUCCESS),
    8: (
        ERRORS,
        SUCCESS,
        LatencyGate(kind="latency", bounds=tuple(timedelta(milliseconds=ms) for ms in TAILS)),
    ),
}
"""By how many questions are asked."""


def recorded(timed: bool, intervals: int = INTERVALS) -> list[str]:
    """Lines of a file."""
    draw = Random(1)
    return [json.dumps(line(draw, number, timed)) for number in range(intervals)]


def line(draw: Random, number: int, timed: bool) -> dict[str, object]:
    one, other = (told(arm(draw, STABLE / 2), timed) for _ in range(2))
    stable = {**told(arm(draw, STABLE), timed), "halves": [one, other]}
    return {"t": 1_700_000_000 + 5 * number, "canary": told(arm(draw, CANARY), timed), "stable": stable}


def told(counts: Arm, timed: bool) -> dict[str, object]:
    plain: dict[str, object] = {"requests": counts.requests, "failures": counts.failures}
    slow = {f"{bound:g}": count for bound, count in zip(TAILS, counts.slow, strict=True)}
    return {**plain, "timed": counts.timed, "slow": slow} if timed else plain


def rate(gates: tuple[Gate, ...], lines: Sequence[str]) -> float:
    """Intervals per second of processor time, from the text of a file to the verdict."""
    policy = Policy(name="day", steps=(Step(share=0.1, bake=DAY),), gates=gates)
    began = process_time()
    ending = replay(policy, read(lines, "day.jsonl"))
    seconds = process_time() - began
    if ending.intervals != len(lines):
        raise AssertionError(f"it ended after {ending.intervals} intervals: {ending.message}")
    return len(lines) / seconds


def main(arguments: Sequence[str]) -> int:
    """Prints the figures; 1 if they were to be checked and are not good enough."""
    slow = False
    for questions, gates in GATES.items():
        lines = recorded(timed=questions > 2)
        best = max(rate(gates, lines) for _ in range(REPEATS))
        slow = slow or best < LEAST
        print(f"{questions} questions: {best:.0f} intervals per second, {LEAST} needed")
    return 1 if "--check" in arguments and slow else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
