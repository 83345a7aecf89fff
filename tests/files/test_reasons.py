"""Every reason that a rule or the evidence can give has its line in docs/reasons.md, and the other way round."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.files.project import ROOT

SOURCES = (ROOT / "canary" / "rollout" / "rules", ROOT / "canary" / "evidence")
DOCUMENT = ROOT / "docs" / "reasons.md"

WORD = re.compile(r"([A-Z][a-z]+)+")
ROW = re.compile(r"\| `(?P<reason>\w+)` \| (?P<means>[^|]+) \| (?P<do>[^|]+) \|")


def words(node: ast.AST) -> Iterator[str]:
    """Strings that are one CamelCase word; not those that name a type or an export."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and WORD.fullmatch(node.value):
        yield node.value
    for name, field in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        for child in field if isinstance(field, list) else [field]:
            if isinstance(child, ast.AST) and not exports(child):
                yield from words(child)


def exports(node: ast.AST) -> bool:
    return isinstance(node, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets
    )


def given() -> set[str]:
    files = (path for folder in SOURCES for path in folder.rglob("*.py"))
    return {word for path in files for word in words(ast.parse(path.read_text()))}


def told() -> list[re.Match[str]]:
    return [row for line in DOCUMENT.read_text().splitlines() if (row := ROW.fullmatch(line))]


def test_every_reason_is_told_and_none_that_is_not_given() -> None:
    assert given() == {row["reason"] for row in told()}


def test_every_reason_is_told_once_with_what_it_means_and_what_to_do() -> None:
    reasons = [row["reason"] for row in told()]
    assert len(reasons) == len(set(reasons))
    assert all(row["means"].strip() and row["do"].strip() for row in told())


def test_every_row_of_the_tables_is_read() -> None:
    """A row that is written otherwise would be checked by nobody."""
    rows = [line for line in DOCUMENT.read_text().splitlines() if line.startswith("| `")]
    assert len(rows) == len(told())


def test_the_sources_are_where_this_test_looks() -> None:
    assert all(Path(folder).is_dir() for folder in SOURCES)
    assert {"GateFailed", "WithinMargin", "BadWeights"} <= given()
