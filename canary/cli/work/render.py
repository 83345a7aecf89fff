"""A route's status as people read it, and as programs do."""

import json
from collections.abc import Iterator, Sequence

import yaml
from pydantic import BaseModel

from canary.cli.shell.screen import Screen, clean, paint
from canary.cli.work.report import Backend, Rollout, RolloutStatus
from canary.routes.route import Route
from canary.terms import ENDED

COLORS = {
    "Promoted": "green",
    "RolledBack": "red",
    "Aborted": "red",
    "Rejected": "red",
    "FailedHeld": "red",
    "Superseded": "yellow",
    "Paused": "yellow",
    "AwaitingApproval": "yellow",
}


def as_json(told: BaseModel, indent: int | None = None) -> str:
    """ASCII throughout: no character of a cluster reaches a terminal as it is."""
    return json.dumps(told.model_dump(mode="json", by_alias=True), indent=indent)


def emit(told: BaseModel, screen: Screen, form: str, names: Sequence[str] = ()) -> None:
    """In one of the forms for programs; `names` are what it is called on a command line."""
    if form == "json":
        screen.line(as_json(told, indent=2))
    elif form == "yaml":
        screen.line(yaml.safe_dump(told.model_dump(mode="json", by_alias=True), sort_keys=False).rstrip())
    else:
        for name in names:
            screen.line(clean(name))


def show(status: RolloutStatus, screen: Screen, form: str) -> None:
    """All of it, once."""
    if form == "json":
        screen.line(as_json(status, indent=2))
        return
    for label, text in _rows(status):
        screen.line(f"{label:<9} {text}".rstrip())


def show_change(status: RolloutStatus, screen: Screen, form: str, id: str) -> None:  # noqa: A002
    """One line of a wait for rollout `id`; the last one has an end."""
    if form == "json":
        screen.line(as_json(status))
    elif status.end:
        said = paint(clean(status.end.outcome), COLORS.get(status.end.outcome, ""))
        screen.line(f"{clean(id)}: {said} (exit {status.end.exit_code}): {clean(status.end.message)}")
    else:
        screen.line(f"{clean(id)}: {_progress(status, id)}")


def weights(route: Route) -> str:
    """Backends and their weights, on one line."""
    return ", ".join(clean(f"{service} {weight}") for service, weight in route.weights.items())


def _progress(status: RolloutStatus, id: str) -> str:  # noqa: A002
    rollout = status.rollout
    if rollout is None or rollout.id != id:
        return "not picked up yet" + (f"; {clean(_stands(rollout))}" if rollout else "")
    return f"{_phase(rollout)}; {clean(rollout.reason)}: {clean(rollout.message)}"


def _stands(rollout: Rollout) -> str:
    return f"{rollout.id} is {rollout.phase}"


def _rows(status: RolloutStatus) -> Iterator[tuple[str, str]]:
    route, rollout = status.route, status.rollout
    yield "route", clean(f"{route.kind} {route.namespace}/{route.name}, apex {route.apex}")
    if rollout is None:
        yield "rollout", "none"
    else:
        yield from _of(rollout)
    labels = ["traffic"] + [""] * len(status.backends)
    width = max((len(clean(backend.service)) for backend in status.backends), default=0)
    yield from zip(labels, (_traffic(backend, width) for backend in status.backends), strict=False)
    for pending in status.pending:
        yield "asked", clean(f"{pending.word}={pending.value} (nobody has acted on it yet)")
    for problem in status.problems:
        yield "problem", clean(problem)


def _of(rollout: Rollout) -> Iterator[tuple[str, str]]:
    yield "rollout", clean(f"{rollout.name}, policy {rollout.policy}" if rollout.policy else rollout.name)
    if rollout.phase is None:
        return
    yield "phase", _phase(rollout)
    yield "reason", clean(f"{rollout.reason}: {rollout.message}")


def _phase(rollout: Rollout) -> str:
    phase = str(rollout.phase)
    on_a_rung = rollout.step and rollout.phase not in ENDED
    step = f", step {rollout.step} of {rollout.steps}, {rollout.share:.1%}" if on_a_rung else ""
    person = " (needs a person)" if rollout.needs_person else ""
    return paint(clean(phase), COLORS.get(phase, "")) + step + person


def _traffic(backend: Backend, width: int) -> str:
    weight = "?" if backend.weight is None else str(backend.weight)
    share = "?" if backend.share is None else f"{backend.share:.1%}"
    return f"{clean(backend.service):<{width}}  {weight:>6}  {share:>6}  {backend.role}"
