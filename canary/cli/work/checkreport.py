"""
What `canary check` tells: public for ever.

Fields are added, never renamed or removed; `tests/cli/test_public_json.py` lists them, and the names of the rows.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Literal

from canary.cli.shell.screen import Screen, clean, paint
from canary.rollout.checkup import Level, Survey, checked
from canary.rollout.model import Frozen

COLORS = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "red", Level.UNKNOWN: "magenta"}


class CheckRow(Frozen):
    """
    Attributes:
        fatal: no rollout should begin while it fails.
        message: what is, and what it means.
        remedy: how to mend it, commands or a manifest; "" where nothing is to be done.
    """

    name: str
    level: Level
    fatal: bool
    message: str
    remedy: str


class CheckReport(Frozen):
    """
    Attributes:
        namespace, route: "" for a report about the cluster alone.
    """

    api_version: Literal["canary.delivery/v1alpha1"] = "canary.delivery/v1alpha1"
    kind: Literal["CheckReport"] = "CheckReport"
    namespace: str
    route: str
    rows: tuple[CheckRow, ...]

    @property
    def failed(self) -> bool:
        return any(row.level is Level.FAIL for row in self.rows)


def reported(survey: Survey) -> CheckReport:
    """Every row of it."""
    rows = tuple(
        CheckRow(
            name=row.name,
            level=found.level,
            fatal=row.fatal,
            message=found.message,
            remedy=found.remedy,
        )
        for row, found in checked(survey)
    )
    return CheckReport(namespace=survey.namespace if survey.name else "", route=survey.name, rows=rows)


def show(report: CheckReport, screen: Screen) -> None:
    """A line a row; below it, where there is something to do, what."""
    width = max(len(row.name) for row in report.rows)
    for row in report.rows:
        level = paint(f"{row.level:<7}", COLORS[row.level])
        screen.line(f"{level}  {row.name:<{width}}  {clean(row.message)}")
        for label, line in _remedy(row):
            screen.line(f"{'':<7}  {label:>{width}}  {line}")
    levels = Counter(row.level for row in report.rows)
    screen.line(", ".join(f"{levels[level]} {level}" for level in Level if levels[level]))


def _remedy(row: CheckRow) -> Iterator[tuple[str, str]]:
    """A remedy keeps its lines and their indents, so that it can be copied."""
    for number, line in enumerate(row.remedy.splitlines()):
        indent = len(line) - len(line.lstrip(" "))
        yield "" if number else "try:", " " * indent + clean(line)
