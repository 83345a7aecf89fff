"""Figures as Markdown tables, and their place in a page between two marks."""

from collections.abc import Callable, Iterator, Sequence
from math import isfinite
from statistics import mean, median

from tests.evidence.simulation.experiments import EXPERIMENTS, Ends, Experiment
from tests.evidence.simulation.peers import PEERS
from tests.evidence.simulation.promises import End, quantile, rolled_back
from tests.evidence.simulation.tables import Table

BEGIN = "<!-- figures: written by python -m tests.evidence.simulation --write -->"
END = "<!-- figures end -->"

Some = list[tuple[Experiment, list[End]]]

NAMES = tuple(peer.name for peer in PEERS)


def replaced(page: str, figures: str) -> str:
    """
    The page with new figures.

    Raises:
        ValueError: the page has no place for them.
    """
    if BEGIN not in page or END not in page:
        raise ValueError(f"the page has no lines {BEGIN} and {END} to write between")
    before, after = page.partition(BEGIN)[0], page.partition(END)[2]
    return f"{before}{BEGIN}\n\n{figures}\n\n{END}{after}"


def figures(ends: Ends, broken: Sequence[str]) -> str:
    """All tables, and first of all what was missed."""
    runs = min(len(some) for some in ends.values())
    lines = [
        f"{runs} rollouts in each of {len(ends)} cells, in some five times as many; of a cell that shows 0 % no more than {3 / runs:.1%} "
        "is to be expected (95 % confidence).",
        "",
        *(
            ["Every promise is kept."]
            if not broken
            else ["**Missed:**", "", *[f"* {line}" for line in broken]]
        ),
    ]
    for table in Table:
        some = [(EXPERIMENTS[name], ends[name]) for name in ends if EXPERIMENTS[name].table is table]
        if some:
            lines += ["", f"### {table.value}", "", *_layout(table)(some)]
    return "\n".join(lines)


def _layout(table: Table) -> Callable[[Some], Iterator[str]]:
    if table is Table.INDEPENDENT:
        return _summed_up
    if table is Table.LADDER:
        return _climbed
    return _healthy if table.healthy else _bad


def _header(*columns: str) -> Iterator[str]:
    yield _row(columns)
    yield "|" + "---|" * len(columns)


def _row(columns: Sequence[str]) -> str:
    return "| " + " | ".join(columns) + " |"


def _summed_up(some: Some) -> Iterator[str]:
    """One line for all failure rates of the same traffic."""
    yield "Rolled back within the half hour, in the worst of four failure rates; of the others their mean and their worst."
    yield ""
    yield from _header("traffic", "promised", "canary", *NAMES)
    by_traffic: dict[str, Some] = {}
    for experiment, ends in some:
        by_traffic.setdefault(experiment.traffic, []).append((experiment, ends))
    for traffic, cells in by_traffic.items():
        ours = max(_part(ends) for _, ends in cells)
        peers = [[_peer_part(ends, peer) for _, ends in cells] for peer in range(len(PEERS))]
        theirs = [f"{mean(parts):.0%} / {max(parts):.0%}" for parts in peers]
        yield _row((traffic, str(cells[0][0].promise), f"**{ours:.1%}**", *theirs))


def _healthy(some: Some) -> Iterator[str]:
    measured = not any(experiment.table is Table.SLOW for experiment, _ in some)
    yield "Rolled back within the half hour."
    yield ""
    yield from _header("what happens", "traffic", "promised", "canary", *(NAMES if measured else ()))
    for experiment, ends in some:
        theirs = [f"{_peer_part(ends, peer):.0%}" for peer in range(len(PEERS))] if measured else []
        ours = f"**{_part(ends):.1%}**"
        yield _row((experiment.what, experiment.traffic, str(experiment.promise), ours, *theirs))


def _bad(some: Some) -> Iterator[str]:
    measured = not any(experiment.table is Table.SLOWER for experiment, _ in some)
    yield "Seconds from the onset to the rollback, median / 95 %; –: fewer were rolled back within the half hour; "
    yield "below 0: before the onset, when the canary was healthy."
    yield ""
    peers = NAMES if measured else ()
    yield from _header("what happens", "traffic", "promised", "canary", "caught", "failed requests", *peers)
    for experiment, ends in some:
        columns = [experiment.what, experiment.traffic, str(experiment.promise), f"**{_times(ends)}**"]
        columns += [f"{_part(ends):.0%}", f"{median(end.failed for end in ends):.0f}"]
        theirs = [_times([End(end.peers[peer], 0) for end in ends]) for peer in range(len(peers))]
        yield _row((*columns, *theirs))


def _climbed(some: Some) -> Iterator[str]:
    yield "The policy `standard`, intervals of 5 s. Of the rest of the rollouts, evidence asks a person (`TooQuiet`)."
    yield ""
    yield from _header(
        "traffic", "canary", "promised", "promoted", "rolled back", "failed requests", "untested steps"
    )
    for experiment, ends in some:
        promoted = [end.promoted for end in ends if end.promoted is not None]
        up = f"{len(promoted) / len(ends):.0%}" + (f", median {median(promoted):.0f} s" if promoted else "")
        back = f"{_part(ends):.0%}" + (f", {_times(ends)} s" if rolled_back(ends) else "")
        failed, untested = median(end.failed for end in ends), sum(end.untested for end in ends)
        yield _row(
            (
                experiment.traffic,
                experiment.what,
                str(experiment.promise),
                up,
                back,
                f"{failed:.0f}",
                f"{untested}",
            )
        )


def _part(ends: Sequence[End]) -> float:
    return rolled_back(ends) / len(ends)


def _peer_part(ends: Sequence[End], peer: int) -> float:
    return sum(end.peers[peer] is not None for end in ends) / len(ends)


def _times(ends: Sequence[End]) -> str:
    return " / ".join(_seconds(quantile(ends, part)) for part in (0.5, 0.95))


def _seconds(seconds: float) -> str:
    return f"{seconds:.0f}" if isfinite(seconds) else "–"
