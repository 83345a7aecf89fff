"""
Every fault plan, or the one that is given; exits with 1 where one did not hold.

    python -m tests.faults [PLAN | FILE] [--most N] [--jobs 2] [--done FILE] [--failures FOLDER]

PLAN is a line such as `good call 17 crash-before`, FILE holds one. `--done` remembers what held: the next time it is
skipped. A plan that did not hold becomes a file of its own in FOLDER.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from multiprocessing import get_context
from pathlib import Path

from tests.beds.patience import CLOCK
from tests.faults.judge import Verdict, tried
from tests.faults.plan import Plan, read
from tests.faults.plans import chosen, plans
from tests.faults.run import silent


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("plan", nargs="*", help="one plan, or a file that holds it")
    parser.add_argument("--most", type=int, help="so many plans, evenly spread")
    parser.add_argument("--jobs", type=int, default=2, help="processes (2)")
    parser.add_argument("--done", type=Path, help="what held already")
    parser.add_argument("--failures", type=Path, default=Path("failures"), help="where failing plans go")
    asked = parser.parse_args()
    if asked.plan:
        return _one(" ".join(asked.plan))
    silent()
    wanted = chosen(asked.most) if asked.most else list(plans())
    done = set(asked.done.read_text().splitlines()) if asked.done and asked.done.exists() else set()
    left = [plan for plan in wanted if str(plan) not in done]
    began, failed = CLOCK.monotonic(), 0
    with get_context("fork").Pool(asked.jobs, initializer=silent) as pool:
        for verdict in pool.imap_unordered(tried, left, chunksize=20):
            if verdict.wrong:
                failed += 1
                _keep(asked.failures, verdict)
            elif asked.done:
                with asked.done.open("a") as file:
                    file.write(f"{verdict.plan}\n")
    took = CLOCK.monotonic() - began
    print(_covered(wanted))
    print(
        f"{len(left)} plans in {took:.0f} s ({len(left) / max(took, 1):.0f}/s), {len(done)} held before, {failed} failed"
    )
    return 1 if failed else 0


def _one(text: str) -> int:
    """With the daemon's own log."""
    verdict = tried(read(Path(text).read_text() if Path(text).is_file() else text))
    print(f"{verdict.plan}: {verdict.end}", *verdict.wrong, sep="\n  ")
    return 1 if verdict.wrong else 0


def _keep(folder: Path, verdict: Verdict) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{verdict.plan.replace(' ', '-')}.plan").write_text(f"{verdict.plan}\n")
    print(f"FAILED {verdict.plan}: {verdict.end}", *verdict.wrong[:3], sep="\n  ")


def _covered(wanted: Sequence[Plan]) -> str:
    kinds = Counter((plan.point, plan.kind.partition("+")[0]) for plan in wanted)
    points = {(plan.trace, plan.point, plan.number) for plan in wanted}
    by_point = Counter(point for _, point, _ in points)
    lines = [f"{point}: {by_point[point]} points; {_told(kinds, point)}" for point in sorted(by_point)]
    return "\n".join(lines)


def _told(kinds: Counter[tuple[str, str]], point: str) -> str:
    found: Iterable[tuple[str, int]] = ((kind, number) for (at, kind), number in kinds.items() if at == point)
    return ", ".join(f"{kind} {number}" for kind, number in found)


if __name__ == "__main__":
    sys.exit(main())
