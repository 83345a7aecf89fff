"""
What the same traffic would have cost under Flagger's rule: a model of the rule, not Flagger.

Flagger looks once per interval at the success rate over that interval. Less than 99 %, or no answer at all, is a failed
check; failed checks add up and are never forgiven, and at the look after the one that reached the threshold the canary
is rolled back (pkg/controller/scheduler.go). Of its checks
only the one of success is here. Not in the model: the delay of scrapes and of `rate()`, which would make it
later, and its own ladder: the canary has the share it had here, and where it was rolled back here, goes on as it was.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

from canary.demo.ledger import Count, total

SUCCESS = 0.99


@dataclass(frozen=True, slots=True)
class Rule:
    """
    Attributes:
        interval: seconds between two checks, and what one looks back on.
        threshold: failed checks that roll back.
    """

    interval: int
    threshold: int


RULES = (Rule(60, 5), Rule(10, 1))
"""As its documentation suggests; and the quickest there is."""

PATIENCE = 3600
"""Seconds after which it is not waited for any more."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """
    Attributes:
        rolled_back: seconds after the start; None = never.
        failed: failed requests of the canary until then, or in all.
    """

    rolled_back: int | None
    failed: int


def foresee(rule: Rule, seconds: Sequence[Count], trouble: Sequence[Count] = ()) -> Foreseen:
    """
    Args:
        seconds: of the rollout, from its first one on.
        trouble: what goes on after them, again and again; () = nothing does.
    """
    seen: list[Count] = []
    checks = 0
    for look in _looks(rule, seconds, trouble):
        seen += look
        if checks >= rule.threshold:
            return Foreseen(len(seen), total(seen).failed)
        checks += _fails(look)
    return Foreseen(None, total(seen).failed)


def _looks(rule: Rule, seconds: Sequence[Count], trouble: Sequence[Count]) -> Iterator[list[Count]]:
    endless = cycle(trouble)
    more = [next(endless) for _ in range(PATIENCE)] if trouble else []
    whole = [*seconds, *more]
    for start in range(0, len(whole), rule.interval):
        yield whole[start : start + rule.interval]


def _fails(look: Sequence[Count]) -> bool:
    """An answer that is missing is a failed check to it (issue #1035)."""
    requests, failed = total(look)
    return not requests or failed / requests > 1 - SUCCESS
