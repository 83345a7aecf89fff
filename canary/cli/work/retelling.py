"""Decisions and the end of a demo as lines."""

from canary.cli.shell.screen import clean, paint
from canary.cli.work.render import COLORS
from canary.demo.narrator import Told
from canary.demo.result import DemoResult, Flagger
from canary.demo.scene import CANARY


def told_line(told: Told) -> str:
    """When, where, what, why."""
    share = ""
    if told.weights:
        whole = sum(weight or 0 for weight in told.weights.values())
        share = f"{100 * (told.weights.get(CANARY) or 0) / max(1, whole):.3g}%"
    phase = paint(f"{told.phase:<11}", COLORS.get(told.phase, ""))
    step = str(told.step or "")
    return f"{clock(told.at)}  {phase} {step:>2} {share:>5}  {told.reason}: {clean(told.message)}"


def clock(seconds: float) -> str:
    """Minutes and seconds."""
    return f"{int(seconds) // 60:3}:{int(seconds) % 60:02}"


def summary(result: DemoResult) -> list[str]:
    """How it ended and what it cost."""
    why = "" if result.reason == result.phase else f" {result.reason}"
    outcome = paint(result.phase, COLORS.get(result.phase, "")) + why
    intervals = f"{result.intervals_to_verdict} intervals"
    return [
        f"{outcome} after {result.virtual_seconds:.0f} virtual seconds, {intervals} (exit {result.exit_code})",
        f"cost: {result.canary.failed} of {result.canary.requests} requests to the canary failed",
        *(f"      {_by_flagger(one)}" for one in result.flagger_model),
    ]


def _by_flagger(one: Flagger) -> str:
    rule = f"Flagger's rule ({one.interval_seconds} s, threshold {one.threshold}; a model): {one.failed}"
    after = one.rolled_back_after
    return f"{rule}, never rolled back" if after is None else f"{rule}, rolled back at {after} s"
