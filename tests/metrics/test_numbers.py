"""What an admin's own query may answer: one finite number at the end of each interval, or it is unknown and why."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
import yaml

from canary.errors import Stalled, Unavailable
from canary.metrics.connection import Connection
from canary.metrics.numbers import PromQL
from canary.metrics.source import Points
from canary.rollout.promql import WORDS, filled, parse
from tests.beds.patience import CLOCK
from tests.metrics.conftest import SOON, TIMING
from tests.metrics.promtool import EVALUATE_WITHIN
from tests.metrics.scripted import Point, Reply, ScriptedServer, failure, matrix, ok, scalar, text

QUERY, FIRST, LAST = 'sum(depth{a="b"})', 201, 203
SECONDS = TIMING.interval


@pytest.fixture
def numbers(scripted: ScriptedServer) -> Iterator[PromQL]:
    with Connection(scripted.url) as connection:
        yield PromQL(connection, TIMING, patience=SOON)


def a_row(*values: object) -> tuple[Mapping[str, str], Sequence[Point]]:
    """One series; None is no point."""
    moments = range(FIRST * SECONDS, LAST * SECONDS + 1, SECONDS)
    return {}, [(at, value) for at, value in zip(moments, values, strict=True) if value is not None]


def test_it_is_one_post_about_the_ends_of_the_intervals(scripted: ScriptedServer, numbers: PromQL) -> None:
    scripted.says = lambda _: ok(matrix([a_row("1", "2.5", "-3e2")]))
    assert numbers.points(QUERY, FIRST, LAST) == Points((1.0, 2.5, -300.0))
    (asked,) = scripted.asked
    assert (asked.method, asked.path) == ("POST", "/api/v1/query_range")
    form = {key: asked.form[key] for key in ("query", "start", "end", "step")}
    assert form == {"query": QUERY, "start": "1005", "end": "1015", "step": "5"}


@pytest.mark.parametrize(
    ("values", "known", "odd"),
    [
        (("1", "NaN", "3"), (1.0, None, 3.0), "it answers NaN at 1 of 3 points, where a number is due"),
        (("NaN", "NaN", "+Inf"), (None, None, None), "it answers +Inf at 3 of 3 points"),
        (("1", "2", None), (1.0, 2.0, None), "it answers nothing at 1 of 3 points"),
        ((None, "2", "3"), (None, 2.0, 3.0), "it answers nothing at 1 of 3 points"),
        ((7, "٣", "3"), (None, None, 3.0), "it answers ٣ at 2 of 3 points"),
    ],
)
def test_what_is_no_finite_number_is_unknown(
    scripted: ScriptedServer,
    numbers: PromQL,
    values: tuple[object, ...],
    known: tuple[float | None, ...],
    odd: str,
) -> None:
    scripted.says = lambda _: ok(matrix([a_row(*values)]))
    found = numbers.points(QUERY, FIRST, LAST)
    assert found.values == known
    assert found.odd.startswith(odd)


UNKNOWN: Mapping[str, tuple[Reply, str]] = {
    "no series": (ok(matrix([])), "it answers nothing: does a name"),
    "two series": (ok(matrix([a_row("1", "2", "3")] * 2)), "it answers 2 series where one number is due"),
    "a warning": (ok(matrix([a_row("1", "2", "3")]), warnings=["partial"]), "Prometheus warned: partial"),
}  # fmt: skip


@pytest.mark.parametrize(("reply", "why"), UNKNOWN.values(), ids=UNKNOWN)
def test_an_answer_that_is_not_one_number_is_unknown(
    scripted: ScriptedServer, numbers: PromQL, reply: Reply, why: str
) -> None:
    scripted.says = lambda _: reply
    found = numbers.points(QUERY, FIRST, LAST)
    assert found.values == (None, None, None)
    assert found.odd.startswith(why)


UNANSWERED: Mapping[str, tuple[Reply, str]] = {
    "a scalar": (ok(scalar("1")), "with a matrix"),
    "a bad query": (failure(400, "bad_data", "1:3: parse error"), r"answered 400 \(bad_data: 1:3: parse error\)"),
    "too dear": (failure(422, "execution", "too many samples"), "too many samples"),
    "too slow": (failure(503, "timeout", "query timed out"), "query timed out"),
    "broken": (text("<html>", 502), "answered 502"),
    "silent": (Reply(hang=True), "did not answer"),
}  # fmt: skip


@pytest.mark.parametrize(("reply", "why"), UNANSWERED.values(), ids=UNANSWERED)
def test_who_does_not_answer_is_left_in_time(
    scripted: ScriptedServer, numbers: PromQL, reply: Reply, why: str
) -> None:
    scripted.says = lambda _: reply
    began = CLOCK.monotonic()
    with pytest.raises(Unavailable, match=why):
        numbers.points(QUERY, FIRST, LAST)
    assert CLOCK.monotonic() - began < SOON + 2
    assert len(scripted.asked) == 1, "no retry"


def test_who_is_refused_is_told(scripted: ScriptedServer, numbers: PromQL) -> None:
    scripted.says = lambda _: text("", 403)
    with pytest.raises(Stalled, match="403"):
        numbers.points(QUERY, FIRST, LAST)


NASTY = (
    '"} or up{a="',
    "\\",
    "'",
    "`",
    "\n# x",
    "\x00\x7f",
    "é𝄞\ud800",
    "a.b|c",
    "[",
    "{{canary}}",
    "$1(?i)",
    "",
)


def test_promtool_reads_a_query_whatever_stands_in_its_placeholders(promtool: Path, tmp_path: Path) -> None:
    query = parse(
        'sum(x{a="{{namespace}}", b=~\'{{route}}|{{apex}}.*\', c!="{{stable}}", d!~"({{canary}})"})'
    )
    asked = [filled(query, dict.fromkeys(WORDS, value)) for value in NASTY]
    rules = [{"record": f"r{number}", "expr": each} for number, each in enumerate(asked)]
    file = tmp_path / "rules.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "g", "rules": rules}]}))
    command = [str(promtool), "check", "rules", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=EVALUATE_WITHIN)
    assert f"{len(NASTY)} rules found" in done.stdout, done.stdout + done.stderr
