"""An explanation as people read it."""

import json
from collections.abc import Iterator

from canary.cli.shell.screen import Screen, clean
from canary.cli.work.explanation import EvidenceNow, GateNow, RolloutExplanation, Why
from canary.cli.work.moments import shown
from canary.cli.work.render import show as show_status
from canary.evidence.explain import ratio

NOTHING = "Nothing."
"""What a reason says whose remedy is none."""


def show(told: RolloutExplanation, screen: Screen, output: str) -> None:
    """All of it, once."""
    if output == "json":
        screen.line(json.dumps(told.model_dump(mode="json", by_alias=True), indent=2))
        return
    show_status(told.status, screen, output)
    screen.line()
    for label, text in _rows(told):
        screen.line(f"{label:<9} {text}".rstrip())


def _rows(told: RolloutExplanation) -> Iterator[tuple[str, str]]:
    for why in told.why:
        yield from _why(why)
    if told.evidence:
        yield from _evidence(told.evidence)
    if told.next:
        yield "next", clean(told.next.message)
    for decided in told.decisions:
        at = f"{shown(decided.at)}  " if decided.at is not None else ""
        yield (
            "decided",
            clean(f"{at}{decided.reason}: {decided.message}" if decided.reason else decided.message),
        )
    for sentence in told.unknown:
        yield "unknown", clean(sentence)


def _why(why: Why) -> Iterator[tuple[str, str]]:
    yield "why", clean(f"{why.reason}: {why.message}" if why.reason else why.message)
    if why.means:
        yield "", clean(why.means)
    if why.opens and why.opens != NOTHING:
        yield "to do", clean(why.opens)


def _evidence(now: EvidenceNow) -> Iterator[tuple[str, str]]:
    known = "read again up to" if now.known_from == "prometheus" else "as it was where the step began,"
    yield (
        "evidence",
        f"{ratio(now.against)} against the canary, {ratio(now.limit)} rolls it back ({known} {shown(now.through)})",
    )
    if now.known_from == "prometheus":
        yield (
            "",
            (
                f"{now.intervals} of at least {now.least_intervals} intervals and {now.requests:.0f} canary requests on this step"
            ),
        )
    for gate in now.gates:
        yield from _gate(gate, now)


def _gate(gate: GateNow, now: EvidenceNow) -> Iterator[tuple[str, str]]:
    yield "gate", clean(gate.message)
    within = ""
    if gate.within is not None and gate.needed is not None and now.known_from == "prometheus":
        within = f"; {ratio(gate.within)} of {ratio(gate.needed)} that it is within its margin" + (
            ", passed" if gate.passed else ""
        )
    yield "", f"{ratio(gate.against)} against it{within}"
    yield "", f"K = {gate.k:.3g}: {clean(gate.bursts)}"
