"""What a reason means and what to do about it, as docs/reasons.md says it: one text for both."""

import re
from functools import cache
from typing import NamedTuple

from canary.cli.shell.shipped import PACKAGE

ROW = re.compile(r"\| `(?P<reason>\w+)` \| (?P<means>[^|]+) \| (?P<remedy>[^|]+) \|")


class Remedy(NamedTuple):
    """Sentences; "" where the page does not know the reason."""

    means: str = ""
    todo: str = ""


def remedy(reason: str, route: str, namespace: str) -> Remedy:
    """For a route, so that its commands can be copied."""
    found = _page().get(reason, Remedy())
    return Remedy(found.means, found.todo.replace(" ROUTE", f" {route} -n {namespace}"))


@cache
def _page() -> dict[str, Remedy]:
    """Inside the package; in a checkout among the documents."""
    places = (PACKAGE / "reasons.md", PACKAGE.parent / "docs" / "reasons.md")
    text = next((place.read_text(encoding="utf-8") for place in places if place.is_file()), "")
    rows = (ROW.fullmatch(line) for line in text.splitlines())
    return {row["reason"]: Remedy(_plain(row["means"]), _plain(row["remedy"])) for row in rows if row}


def _plain(markdown: str) -> str:
    return markdown.replace("*", "").strip()
