"""Writes records: opens one for each attempt, adds what is new, closes what was left behind, prunes what is too old."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import groupby

from canary.cluster import records
from canary.cluster.client import Cluster
from canary.errors import Conflict, Invalid, Missing
from canary.rollout import record
from canary.rollout.policy import HISTORY, Policy
from canary.rollout.record import Record, Status
from canary.rollout.record.recalled import Glimpse, by_age
from canary.rollout.record.telling import News, closed, spec, status
from canary.routes.route import Route
from canary.terms import Phase

TRIES = 3
"""How often a record that somebody else changed, or deleted, is read again in one go."""

HELD = 1000
"""Records of running attempts that are kept between two writes, which saves reading them again."""


class Archive:
    """For any number of threads, as long as each route is told by one at a time."""

    def __init__(self, cluster: Cluster, glimpses: Callable[[Route], Sequence[Glimpse]]) -> None:
        """
        Args:
            glimpses: what the local copy knows of the records of a route.
        """
        self._cluster = cluster
        self._glimpses = glimpses
        self._held: OrderedDict[str, Record] = OrderedDict()

    def tell(self, news: Sequence[News], policy: Policy | None, now: datetime) -> None:
        """
        Write what is new about one route, oldest first.

        Raises:
            CanaryError: it could not be written; what was may be told again, and is then not told twice.
        """
        for name, group in groupby(news, lambda each: record.name(each.route.name, each.stamp)):
            told = self._add(name, tuple(group), now)
        known = self._glimpses(news[-1].route)
        others = by_age([one for one in known if one.name != told.name])
        self._close([one for one in others if one.running], news[-1], told, now)
        for old in others[: max(0, len(others) + 1 - kept(policy))]:
            with suppress(Missing):
                self._cluster.delete_record(told.namespace, old.name)

    def _add(self, name: str, news: Sequence[News], now: datetime) -> Record:
        for _ in range(TRIES):
            with suppress(Conflict, Missing):
                return self._added(name, news, now)
        return self._added(name, news, now)

    def _added(self, name: str, news: Sequence[News], now: datetime) -> Record:
        last = news[-1]
        found = self._opened(name, last)
        about = spec(last, found.spec)
        if about != found.spec:
            found = records.write_spec(self._cluster, found, about)
        new = status(found, news, now)
        if new is not None:
            found = records.write_status(self._cluster, found, new)
        if last.stamp.running:
            self._hold(found)
        return found

    def _opened(self, name: str, news: News) -> Record:
        """The record: as it was left, as it is stored, or made."""
        held = self._held.pop(name, None)
        if held is not None:
            return held
        namespace = news.route.namespace
        if any(one.name == name for one in self._glimpses(news.route)):
            with suppress(Missing):
                return records.get(self._cluster, namespace, name)
        try:
            return records.create(self._cluster, namespace, name, spec(news, None))
        except Conflict:
            return records.get(self._cluster, namespace, name)

    def _hold(self, found: Record) -> None:
        self._held[found.name] = found
        while len(self._held) > HELD:
            self._held.popitem(last=False)

    def _close(self, left: Iterable[Glimpse], by: News, told: Record, now: datetime) -> None:
        """An attempt that another one took the place of, without an end of its own."""
        for one in left:
            with suppress(Missing, Conflict, Invalid):
                old = records.get(self._cluster, told.namespace, one.name)
                known = old.status or Status(phase=Phase.WAITING)
                if not known.phase.ended and _older(old, told):
                    records.write_status(self._cluster, old, closed(old, known, by, now))


def kept(policy: Policy | None) -> int:
    """How many attempts of a route are kept."""
    return policy.history if policy else HISTORY


def _older(one: Record, other: Record) -> bool:
    return one.created is not None and other.created is not None and one.created <= other.created
