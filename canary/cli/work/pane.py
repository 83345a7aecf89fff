"""A route on trial as lines of a terminal: what `canary watch` shows. Pure; everything from the cluster is made clean."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.text import Text

from canary.cli.shell.screen import clean
from canary.cli.work.report import Backend, Rollout, RolloutStatus
from canary.demo.strokes import CANARY, DIM, STABLE, bar, ladder, sentence

FIGURES = 26
"""Columns behind a bar: weight, share, role."""

NAME = 40
"""Columns of a name at most."""

SENTENCE = 4
"""Lines of a sentence."""

NOTES = 3
"""Lines of what is asked for, or in the way, at most."""


def pane(status: RolloutStatus, earlier: Sequence[str], now: datetime, size: tuple[int, int]) -> Text:
    """
    Args:
        earlier: what was seen before, one line each; the newest ones fill what is left of the height.
        now: for the clock in the corner.
        size: columns and lines of the terminal; the last line stays free for the cursor.
    """
    width, height = size
    lines = [*_head(status, now, width), Text(), *_traffic(status.backends, width), Text()]
    lines += [*_told(status.rollout, width), *_notes(status)]
    left = height - 1 - len(lines)
    if left > 1 and earlier:
        lines += [Text(), *(Text(line, style=DIM) for line in earlier[-(left - 1) :])]
    shown = Text("\n").join(lines[: height - 1])
    shown.no_wrap, shown.overflow = True, "crop"
    return shown


def _head(status: RolloutStatus, now: datetime, width: int) -> Iterator[Text]:
    clock = f"{now:%H:%M:%S} UTC"
    where = clean(f"{status.route.namespace}/{status.route.name}")
    title = Text.assemble(("canary watch ", "bold"), (where, "bold"), f"  apex {clean(status.route.apex)}")
    title.truncate(width - len(clock) - 2, overflow="ellipsis", pad=True)
    yield Text.assemble(title, "  ", (clock, DIM))
    rollout = status.rollout
    if rollout is None:
        yield Text("no rollout", style=DIM)
        return
    policy = f"  policy {clean(rollout.policy, NAME)}" if rollout.policy else ""
    yield Text.assemble((clean(rollout.name), "bold"), (policy, DIM))
    yield Text.assemble(*ladder(rollout.ladder, rollout.step))


def _traffic(backends: Sequence[Backend], width: int) -> Iterator[Text]:
    names = [clean(backend.service, NAME) for backend in backends]
    column = max(map(len, names), default=0)
    for name, backend in zip(names, backends, strict=True):
        style = {"stable": STABLE, "canary": CANARY}.get(backend.role, "")
        weight = "?" if backend.weight is None else str(backend.weight)
        share = "?" if backend.share is None else f"{backend.share:.1%}"
        yield Text.assemble(
            (f"{name:{column}}  ", style),
            *bar(backend.share or 0.0, max(4, width - column - 2 - FIGURES), style),
            f" {weight:>7} {share:>7}  {backend.role:<6}",
        )


def _told(rollout: Rollout | None, width: int) -> Iterator[Text]:
    if rollout is None or rollout.phase is None:
        return
    person = " (needs a person)" if rollout.needs_person else ""
    yield from sentence(
        str(rollout.phase), clean(rollout.reason), clean(rollout.message) + person, width, SENTENCE
    )


def _notes(status: RolloutStatus) -> Iterator[Text]:
    asked = [("asked", f"{one.word}={one.value} (nobody has acted on it yet)") for one in status.pending]
    problems = [("problem", one) for one in status.problems]
    for label, text in (*problems, *asked)[:NOTES]:
        yield Text(f"{label:<8} {clean(text)}", style=CANARY)
