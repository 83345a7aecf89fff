"""What pictures for terminals are made of: ladders, bars, sentences. What colours say, words and places say as well."""

from collections.abc import Iterator, Sequence

from rich.text import Text

STABLE, CANARY, BAD, GOOD, DIM = "cyan", "yellow", "red", "green", "bright_black"
PHASES = {"Promoted": GOOD, "RolledBack": BAD, "Aborted": BAD, "Rejected": BAD, "Paused": CANARY}


def ladder(shares: Sequence[float], step: int) -> Iterator[tuple[str, str]]:
    """`● 10 %` is behind, `◉ 30 %` is now, `○ 60 %` is to come."""
    for number, share in enumerate(shares, start=1):
        mark = "●" if number < step else "◉" if number == step else "○"
        yield (f" {mark} {share:.0%}", "bold" if number == step else DIM)


def bar(part: float, width: int, style: str) -> Iterator[tuple[str, str]]:
    """A part of a whole, 0-1."""
    full = round(min(1.0, max(0.0, part)) * width)
    yield ("█" * full, style)
    yield ("░" * (width - full), DIM)


def sentence(phase: str, reason: str, message: str, width: int, lines: int) -> Iterator[Text]:
    """Always as many lines, so that nothing below it jumps."""
    text = Text.assemble(
        (phase, f"bold {PHASES.get(phase, '')}".strip()), " ", (reason, "bold"), ": ", message
    )
    shown = list(_wrapped(text, width))[:lines]
    yield from shown
    yield from (Text() for _ in range(lines - len(shown)))


def _wrapped(text: Text, width: int) -> Iterator[Text]:
    while len(text) > width:
        cut = text.plain.rfind(" ", 0, width + 1)
        cut = cut if cut > 0 else width
        yield text[:cut]
        text = text[cut:]
        text = text[len(text.plain) - len(text.plain.lstrip()) :]
    yield text
