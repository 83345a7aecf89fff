"""Tells what was decided and done: one log line when something changed, and metrics. It never decides anything."""

from collections.abc import Mapping

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge

from canary.daemon.shelf import Name
from canary.errors import CanaryError
from canary.rollout.snapshot import Decision
from canary.rollout.stamp import Stamp


class Teller:
    """
    Attributes:
        registry: the metrics of this daemon, for `/metrics`.
    """

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self._log = structlog.get_logger()
        self._last: dict[Name, tuple[str, str]] = {}
        self._decisions = _counter(self, "canary_decisions", "Decisions carried out", ("rule",))
        self._writes = _counter(
            self, "canary_writes", "Writes to routes, by what became of them", ("outcome",)
        )
        self._failures = _counter(
            self, "canary_failures", "Looks and writes that did not go through", ("family",)
        )
        self._bugs = _counter(self, "canary_bugs", "Errors nobody expected: please report them", ("where",))
        self._untold = _counter(
            self, "canary_untold", "Records and Events that could not be written, each try", ("what",)
        )
        self._paging = Gauge(
            "canary_needs_person", "Routes a person should look at now", registry=self.registry
        )
        self._paged: set[Name] = set()
        self.active = Gauge("canary_active_rollouts", "Rollouts on a rung", registry=self.registry)
        self.source_up = Gauge(
            "canary_source_up", "Whether the metrics source answers", registry=self.registry
        )

    def decided(self, name: Name, stamp: Stamp | None, decision: Decision) -> None:
        """A decision was made, whether or not it changed anything."""
        self._page(name, decision)
        told = (decision.rule, decision.reason)
        if self._last.get(name) == told:
            return
        self._last[name] = told
        level = self._log.warning if decision.page else self._log.info
        level(
            "decided",
            **_about(name, stamp),
            rule=decision.rule,
            reason=decision.reason,
            message=decision.message,
        )

    def written(self, name: Name, decision: Decision, weights: Mapping[str, int | None]) -> None:
        """A decision was stored."""
        self._decisions.labels(decision.rule).inc()
        self._writes.labels("stored").inc()
        stamp = decision.stamp
        self._log.info(
            "stored", **_about(name, stamp), rule=decision.rule, reason=decision.reason, weights=weights
        )

    def failed(self, name: Name, error: CanaryError) -> None:
        """A look or a write did not go through."""
        self._failures.labels(type(error).__name__).inc()
        self._log.warning(
            "failed", route="/".join(name), family=type(error).__name__, error=str(error), hint=error.hint
        )

    def refused(self, file: str, error: CanaryError) -> None:
        """A policy file is wrong."""
        self._log.error("policy refused", file=file, error=str(error), at=error.at, hint=error.hint)

    def source(self, why: str) -> None:
        """Whether the metrics source answers; `why` not."""
        before, now = self._last.get(("", "source")), (why, "")
        self.source_up.set(0 if why else 1)
        if before != now:
            self._last["", "source"] = now
            (self._log.warning if why else self._log.info)("source", up=not why, error=why)

    def records(self, without: str) -> None:
        """Whether records can be kept; `without` says why not."""
        before, now = self._last.get(("", "records"), ("", "")), (without, "")
        if before != now:
            self._last["", "records"] = now
            (self._log.warning if without else self._log.info)("records", kept=not without, why=without)

    def untold(self, what: str, error: CanaryError) -> None:
        """A record or an Event could not be written just now."""
        self._untold.labels(what).inc()
        self._log.debug("untold", what=what, family=type(error).__name__, error=str(error))

    def bug(self, where: str) -> None:
        """Called in an exception handler at the root of a thread or job."""
        self._bugs.labels(where).inc()
        self._log.exception("bug", where=where)

    def gone(self, name: Name) -> None:
        """The route is no more."""
        self._last.pop(name, None)
        self._paged.discard(name)
        self._paging.set(len(self._paged))

    def _page(self, name: Name, decision: Decision) -> None:
        (self._paged.add if decision.page else self._paged.discard)(name)
        self._paging.set(len(self._paged))


def _counter(teller: Teller, name: str, help_: str, labels: tuple[str, ...]) -> Counter:
    return Counter(name, help_, labels, registry=teller.registry)


def _about(name: Name, stamp: Stamp | None) -> dict[str, object]:
    about: dict[str, object] = {"route": "/".join(name)}
    if stamp:
        about |= {"rollout": f"{stamp.id}@{stamp.attempt}", "phase": str(stamp.phase), "step": stamp.step}
    return about
