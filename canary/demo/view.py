"""The live view: one picture as lines of a terminal, 80×24 at least. What colours say, words and places say as well."""

from collections.abc import Iterator, Sequence
from math import log10

from rich.text import Text

from canary.demo.figures import Figures
from canary.demo.picture import Balance, Picture
from canary.demo.strokes import BAD, CANARY, DIM, GOOD, STABLE, bar, ladder, sentence

LEAST, MOST = 0.1, 100.0
"""Odds at the ends of the scale."""

NAME, BAR = 16, 22
"""Columns of a name, and of the bars in the least terminal."""

SENTENCE = 4
"""Lines a sentence may take."""


def view(picture: Picture, width: int, height: int, earlier: Sequence[str] = ()) -> Text:
    """
    Args:
        width, height: of the terminal; the last line stays free for the cursor.
        earlier: decisions, one line each; the newest ones fill what is left of the height.
    """
    lines = [
        *_head(picture, width),
        *_traffic(picture, width),
        *_quality(picture),
        *_evidence(picture, width),
    ]
    told = sentence(picture.phase or "Idle", picture.reason, picture.message, width, SENTENCE)
    lines += [*told, _cost(picture)]
    left = height - 2 - len(lines)
    if left > 1 and earlier:
        lines += [Text(), *(Text(line[:width], style=DIM) for line in earlier[-(left - 1) :])]
    return Text("\n").join(line[:width] for line in lines[: height - 1])


def _head(picture: Picture, width: int) -> Iterator[Text]:
    clock = f"{int(picture.at) // 60}:{int(picture.at) % 60:02}"
    title = Text.assemble((f"canary demo {picture.scene}", "bold"), f"  {picture.sentence}")
    title.truncate(width - len(clock) - 2, overflow="ellipsis", pad=True)
    yield Text.assemble(title, "  ", (clock, "bold"))
    yield Text.assemble((f"policy {picture.policy}", DIM), "  ", *ladder(picture.ladder, picture.step))


def _traffic(picture: Picture, width: int) -> Iterator[Text]:
    columns = BAR + max(0, width - 80) // 2
    yield Text(f"{'':{NAME}} {'weights asked':<{columns + 13}} traffic observed", style=DIM)
    for figures, style in _both(picture):
        seen = "  ?" if figures.observed is None else f"{figures.observed:4.0%}"
        yield Text.assemble(
            (f"{figures.service:{NAME}} ", style),
            *bar(figures.asked, columns, style),
            f" {figures.weight:>5} {figures.asked:4.0%}   ",
            *bar(figures.observed or 0.0, columns, style),
            f" {seen}",
        )
    yield Text()


def _quality(picture: Picture) -> Iterator[Text]:
    yield Text(
        f"{'':{NAME}} {'requests/s':>10} {'success':>10} {'p50':>9} {'p99':>9}   of half a minute", style=DIM
    )
    for figures, style in _both(picture):
        success = "-" if figures.success is None else f"{figures.success:.2%}"
        bad = figures.success is not None and figures.success < 0.99
        yield Text.assemble(
            (f"{figures.service:{NAME}} ", style),
            f"{figures.rate:10.1f} ",
            (f"{success:>10}", BAD if bad else ""),
            f" {_ms(figures.p50):>9} {_ms(figures.p99):>9}",
        )
    yield Text()


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f} ms"


def _evidence(picture: Picture, width: int) -> Iterator[Text]:
    scale = max(8, width - NAME - 38)
    yield Text.assemble((f"{'evidence':{NAME}} ", "bold"), (_axis(scale), DIM))
    yield _balance("against canary", picture.against, scale, (_alarm(picture.against.odds), "rolls it back"))
    yield _balance("good enough", picture.favour, scale, (GOOD, "lets it advance"))
    yield Text()


def _alarm(odds: float) -> str:
    """From 10:1 on nothing advances."""
    return BAD if odds >= 10 else CANARY if odds > 1 else DIM


def _axis(scale: int) -> str:
    """The odds that are powers of ten."""
    marks = [" "] * (scale + 4)
    for odds in (0.1, 1.0, 10.0, 100.0):
        at = round(_place(odds) * (scale - 1))
        marks[at : at + 4] = f"{odds:<4g}"
    return "".join(marks[: scale + 3])


def _balance(name: str, balance: Balance | None, scale: int, what: tuple[str, str]) -> Text:
    """A bar up to the odds, and a mark where something would happen."""
    style, happens = what
    if balance is None:
        return Text(f"{name:{NAME}} nothing to compare with", style=DIM)
    full, mark = round(_place(balance.odds) * scale), round(_place(balance.needed) * (scale - 1))
    cells = ["━" if at < full else "·" for at in range(scale)]
    cells[mark] = "┃"
    text = Text.assemble(f"{name:{NAME}} ", ("".join(cells[:full]), style), ("".join(cells[full:]), DIM))
    return text.append(f" {_odds(balance.odds):>8}  {balance.needed:.0f}:1 {happens}")


def _place(odds: float) -> float:
    """Where on the scale, 0-1."""
    return min(1.0, max(0.0, log10(max(odds, LEAST) / LEAST) / log10(MOST / LEAST)))


def _odds(odds: float) -> str:
    if odds < 0.01:
        return "<0.01:1"
    return f"{odds:.3g}:1" if odds < 1e6 else f"{odds:.0e}:1"


def _cost(picture: Picture) -> Text:
    style = BAD if picture.failed else ""
    return Text.assemble(
        "so far ", (f"{picture.failed}", style), f" of {picture.requests} requests to the canary failed"
    )


def _both(picture: Picture) -> tuple[tuple[Figures, str], tuple[Figures, str]]:
    return (picture.stable, STABLE), (picture.canary, CANARY)
