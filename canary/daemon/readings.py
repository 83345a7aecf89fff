"""
The numbers of all metric gates: asked for on threads of their own, published as immutable values.

An admin's query may be slow or wrong, so nothing waits for it: not the evidence, and of other rollouts' numbers only
what shares its few threads, for a query's deadline at most. Each gate of a rollout has one question under way at a time,
at most one in an interval, and what was not answered is asked again ever later. Nothing is remembered but for how long
a number has been unknown: each question is about all the points that count.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple, TypeAlias

from canary.daemon.hands import Executor
from canary.daemon.judged import Identity, identity
from canary.daemon.policies import Policies
from canary.daemon.shelf import Name
from canary.errors import CanaryError, Stalled
from canary.metrics.source import Numbers, Points
from canary.rollout import promql
from canary.rollout.boundary import PROVISIONAL
from canary.rollout.metric import MetricGate
from canary.rollout.reading import Reading
from canary.rollout.stamp import Stamp

PAUSE = 12
"""Intervals until a query that was not answered is asked again, at most: a minute at 5 s."""


class Meter(NamedTuple):
    """Who answers an admin's own queries, and the threads that ask."""

    numbers: Numbers
    executor: Executor


class Nobody:
    """Answers where no Prometheus is asked; there is nothing to wait for."""

    def points(self, query: str, first: int, last: int) -> Points:  # noqa: ARG002 - asked like any other
        """As `Numbers.points`."""
        raise Stalled("only a Prometheus answers queries, and here the proxies themselves are asked")

    def submit(self, job: Callable[[], None]) -> None:
        """As `Executor.submit`."""
        job()


NO_METER = Meter(Nobody(), Nobody())


class Kept(NamedTuple):
    """
    What is known about one gate on one step.

    Attributes:
        due: the interval from which on it may be asked about again.
        pause: how many it waits after the next question that is not answered.
    """

    reading: Reading | None = None
    due: int = 0
    pause: int = 1


Key: TypeAlias = tuple[Identity, str]
"""A step, and the gate's name."""


class Readings:
    """One per process; safe for any number of threads."""

    def __init__(self, meter: Meter, policies: Policies, bug: Callable[[str], None]) -> None:
        """
        Args:
            bug: told where something broke that should not.
        """
        self._meter, self._policies, self._bug = meter, policies, bug
        self._kept: dict[Key, Kept] = {}
        self._busy: set[Key] = set()
        self._lock = threading.Lock()

    def of(self, stamp: Stamp) -> Mapping[str, Reading]:
        """What was read on the step this stamp is at, by gate."""
        found = {gate.name: self._known(stamp, gate).reading for gate in _gates(stamp)}
        return {name: reading for name, reading in found.items() if reading is not None}

    def tick(self, active: Sequence[tuple[Name, Stamp]], last: int) -> None:
        """
        Have everything read that is due, and forget the rest.

        Args:
            last: the last interval that is over; the newest are provisional and not asked about.
        """
        metered = [(name, stamp, gate) for name, stamp in active for gate in _gates(stamp)]
        about = {_key(stamp, gate) for _, stamp, gate in metered}
        with self._lock:
            self._kept = {key: kept for key, kept in self._kept.items() if key in about}
        for name, stamp, gate in metered:
            if (
                stamp.settled is not None
                and stamp.settled <= last - PROVISIONAL
                and self._claim(stamp, gate, last)
            ):
                self._meter.executor.submit(partial(self._job, name, stamp, gate, last))

    def forget(self) -> None:
        """The source as a whole is away: what is unknown now is held against nobody."""
        with self._lock:
            self._kept = {}

    def _known(self, stamp: Stamp, gate: MetricGate) -> Kept:
        return self._kept.get(_key(stamp, gate), Kept())

    def _claim(self, stamp: Stamp, gate: MetricGate, last: int) -> bool:
        key = _key(stamp, gate)
        with self._lock:
            free = key not in self._busy and self._known(stamp, gate).due <= last
            if free:
                self._busy.add(key)
        return free

    def _job(self, name: Name, stamp: Stamp, gate: MetricGate, last: int) -> None:
        try:
            reading, before = self._reading(name, stamp, gate, last), self._known(stamp, gate)
            with self._lock:
                self._kept[_key(stamp, gate)] = _kept(reading, before, last)
        except Exception:  # noqa: BLE001 - the root of a pool job
            self._bug("metric")
        finally:
            with self._lock:
                self._busy.discard(_key(stamp, gate))

    def _reading(self, name: Name, stamp: Stamp, gate: MetricGate, last: int) -> Reading:
        final = last - PROVISIONAL
        first = max(stamp.settled or final, final - gate.of + 1)
        query = self._policies.query(gate.key)
        if query is None:
            return Reading(first, (None,) * (final - first + 1), why=_not_found(stamp, gate))
        asked = promql.filled(promql.parse(query), _values(name, stamp))
        try:
            points = self._meter.numbers.points(asked, first, final)
        except CanaryError as error:
            return Reading(first, (), why=str(error))
        return Reading(first, points.values, why=points.odd)


def _gates(stamp: Stamp) -> Sequence[MetricGate]:
    return stamp.policy.metrics if stamp.policy else ()


def _key(stamp: Stamp, gate: MetricGate) -> Key:
    return identity(stamp), gate.name


def _kept(reading: Reading, before: Kept, last: int) -> Kept:
    """With since when something about it has been unknown; asked again in the next interval, or after a pause."""
    if not reading.why:
        return Kept(reading)
    known = before.reading.unknown_since if before.reading else None
    unknown = replace(reading, unknown_since=known or last)
    if reading.values:
        return Kept(unknown)
    return Kept(unknown, last + 1 + before.pause, min(PAUSE, 2 * before.pause))


def _values(name: Name, stamp: Stamp) -> Mapping[str, str]:
    namespace, route = name
    found = namespace, route, stamp.apex, stamp.stable, stamp.canary
    return dict(zip(promql.WORDS, found, strict=True))


def _not_found(stamp: Stamp, gate: MetricGate) -> str:
    policy = stamp.policy.name if stamp.policy else ""
    return (
        f"the query {gate.key} is in no policy file that was read since the daemon started: put the query back into "
        f"policy {policy} as it was when the rollout began, or end the rollout with `canary abort`"
    )
