"""
The whole simulation; exits with 1 when a promise is broken.

    python -m tests.evidence.simulation [--runs 400] [--jobs 2] [--only WORDS] [--write docs/evidence.md]
"""

import argparse
import sys
from pathlib import Path

from tests.evidence.simulation.experiments import EXPERIMENTS, broken, simulate
from tests.evidence.simulation.report import figures, replaced


def main() -> int:
    """Simulate, tell, write."""
    parser = argparse.ArgumentParser(prog="python -m tests.evidence.simulation", description=__doc__)
    parser.add_argument("--runs", type=int, default=400, help="rollouts in each cell (400)")
    parser.add_argument("--jobs", type=int, default=2, help="processes (2)")
    parser.add_argument("--only", default="", help="cells whose name holds these words")
    parser.add_argument("--write", type=Path, help="a page that gets the tables, between its two marks")
    asked = parser.parse_args()
    names = [name for name in EXPERIMENTS if asked.only in name]
    if not names:
        parser.error(f"no cell is called {asked.only!r}")
    if asked.write and asked.only:
        parser.error("--write takes all cells")
    ends, missed = {}, []
    for number, (name, some) in enumerate(simulate(names, asked.runs, asked.jobs), 1):
        ends[name], sentence = some, broken(name, some)
        missed += [sentence] if sentence else []
        print(f"{number}/{len(names)} {f'MISSED {sentence}' if sentence else name}", file=sys.stderr)
    tables = figures(ends, missed)
    if asked.write:
        asked.write.write_text(replaced(asked.write.read_text(), tables))
    else:
        print(tables)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
