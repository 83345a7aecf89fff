"""Our own queries evaluated by promtool over series written down in the test."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

EVALUATE_WITHIN = 30

Samples = Mapping[str, float]
"""Labels as PromQL writes them → value."""


@dataclass(frozen=True, slots=True)
class Story:
    """
    Series by name and labels, each with one value per scrape from second 0 on (`_` = not scraped, `stale` = gone).

    Attributes:
        scrape: seconds between two values.
    """

    scrape: int
    series: Mapping[str, str]

    def check(self, promtool: Path, folder: Path, query: str, expected: Mapping[int, Samples]) -> None:
        """Evaluate `query` at each of these seconds; fails with promtool's own comparison."""
        rules = folder / "rules.test.yml"
        rules.write_text(yaml.safe_dump(self._file(query, expected)))
        command = [str(promtool), "test", "rules", str(rules)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=EVALUATE_WITHIN)
        assert done.returncode == 0, done.stdout + done.stderr

    def _file(self, query: str, expected: Mapping[int, Samples]) -> Mapping[str, object]:
        series = [{"series": name, "values": values} for name, values in self.series.items()]
        cases = [_case(query, second, samples) for second, samples in expected.items()]
        test = {"interval": f"{self.scrape}s", "input_series": series, "promql_expr_test": cases}
        return {"evaluation_interval": f"{self.scrape}s", "tests": [test]}


def _case(query: str, second: int, samples: Samples) -> Mapping[str, object]:
    rows: Sequence[Mapping[str, object]] = [
        {"labels": labels, "value": value} for labels, value in samples.items()
    ]
    return {"expr": query, "eval_time": f"{second}s", "exp_samples": rows}
