"""`canary watch`: every change once, until the rollout ends, whatever becomes of watches and servers meanwhile."""

import io
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from rich.cells import cell_len
from rich.console import Console

from canary.cli.shell.screen import Screen
from canary.cli.work.pane import pane
from canary.cli.work.report import RolloutStatus, report
from canary.cli.work.route import KINDS, Place, seen
from canary.cli.work.window import Window
from canary.cluster.answers import Gone
from canary.cluster.kinds import TRAFFIC_SPLITS
from canary.cluster.objects import Raw
from canary.errors import Unavailable
from canary.rollout.requests import digest
from canary.terms import Phase
from tests.cli.builders import (
    CANARY,
    NAME,
    NAMESPACE,
    STABLE,
    a_newer_stamp,
    a_split,
    a_stamp,
    ended,
    running,
)
from tests.cli.conftest import Call
from tests.cli.fakes import Memory, Timeline, a_cluster, lines

OVER = {STABLE: 0, CANARY: 1000}
NOW = datetime(2026, 1, 1, 12, 3, 41, tzinfo=UTC)


def a_rollout() -> Memory:
    """r1 at 25 %, promoted after a while."""
    server = a_cluster(running())
    server.clock.at(
        30, lambda: server.stamp(a_stamp(step=3, message="going well"), {STABLE: 500, CANARY: 500})
    )
    server.clock.at(90, lambda: server.stamp(ended(Phase.PROMOTED), OVER))
    return server


def test_without_a_terminal_each_change_is_a_line_and_the_end_is_the_exit_code(call: Call) -> None:
    said = call(a_rollout(), "watch", NAME)
    assert (said.code, said.err) == (0, "")
    assert said.out == (
        "r1: Progressing, step 2 of 4, 25.0%; Baking: 0 of 212 requests failed\n"
        "r1: Progressing, step 3 of 4, 50.0%; Baking: going well\n"
        "r1: Promoted (exit 0): that was it\n"
    )


def test_json_is_one_object_a_line_and_the_last_one_says_the_end(call: Call) -> None:
    told = lines(call(a_rollout(), "watch", NAME, "-o", "json").out)
    assert [line["rollout"]["step"] for line in told] == [2, 3, 2]
    assert [line["end"] and line["end"]["exitCode"] for line in told] == [None, None, 0]


@pytest.mark.parametrize(
    ("split", "code", "told"),
    [
        (
            a_split(ended(Phase.ROLLED_BACK), 1000, 0, rollout="r1"),
            10,
            "r1: RolledBack (exit 10): that was it\n",
        ),
        (a_split(ended(Phase.ABORTED), 1000, 0, rollout="r1"), 11, "r1: Aborted (exit 11): that was it\n"),
    ],
)
def test_what_is_over_already_is_told_at_once(call: Call, split: Raw, code: int, told: str) -> None:
    said = call(a_cluster(split), "watch", NAME)
    assert (said.code, said.out) == (code, told)


def test_a_rollout_that_is_asked_for_is_waited_for_as_long_as_it_takes(call: Call) -> None:
    server = a_cluster(a_split(rollout="r1"))
    server.clock.at(5_000, lambda: server.stamp(ended(Phase.REJECTED)))
    said = call(server, "watch", NAME)
    assert (said.code, server.clock.seconds) == (13, 5_000)
    assert said.out.startswith("r1: not picked up yet\n")


def test_a_rollout_that_came_after_another_is_the_one_to_watch(call: Call) -> None:
    server = a_cluster(a_split(ended(Phase.PROMOTED), 0, 1000, rollout="r2"))
    after = a_stamp(id="r2", phase=Phase.ABORTED, seen=(digest("r1"), digest("r2")), message="no")
    server.clock.at(9, lambda: server.stamp(after))
    said = call(server, "watch", NAME)
    assert (said.code, said.out.splitlines()[-1]) == (11, "r2: Aborted (exit 11): no")


def test_with_an_id_it_is_that_rollout(call: Call) -> None:
    assert call(a_cluster(running()), "watch", NAME, "--id", "r0").code == 12


def test_where_nothing_was_ever_asked_for_there_is_nothing_to_watch(call: Call) -> None:
    said = call(a_cluster(a_split()), "watch", NAME)
    assert (said.code, said.out) == (1, "")
    assert said.err.endswith(f"try: canary watch {NAME} -n sample-app --forever\n")


def test_a_newer_stamp_cannot_be_watched(call: Call) -> None:
    said = call(a_cluster(a_split(a_newer_stamp(), 750, 250)), "watch", NAME)
    assert (said.code, said.out) == (1, "")
    assert "a newer version of canary" in said.err


def test_forever_goes_on_from_one_rollout_to_the_next_until_it_is_interrupted(call: Call) -> None:
    server = a_rollout()
    after = a_stamp(id="r2", seen=(digest("r1"), digest("r2")), message="next")
    server.clock.at(200, lambda: server.stamp(after))

    def interrupt() -> None:
        raise KeyboardInterrupt

    server.clock.at(300, interrupt)
    said = call(server, "watch", NAME, "--forever")
    assert said.code == 130
    assert [line.partition(";")[0] for line in said.out.splitlines()] == [
        "r1: Progressing, step 2 of 4, 25.0%",
        "r1: Progressing, step 3 of 4, 50.0%",
        "r1: Promoted",
        "r2: Progressing, step 2 of 4, 25.0%",
        "r2: Interrupted (exit 130): whatever runs goes on",
    ]


def test_forever_is_for_whatever_runs(call: Call) -> None:
    said = call(a_cluster(running()), "watch", NAME, "--forever", "--id", "r1")
    assert (said.code, said.out) == (2, "")


DISTURBANCES: list[tuple[str, list[Exception | Callable[[], None]]]] = [
    ("watch", [Gone("too old"), Gone("too old")]),
    ("watch", [Unavailable("reset"), Unavailable("reset")]),
    ("get", [lambda: None, lambda: None, *[Unavailable("no answer")] * 200]),
]


@pytest.mark.parametrize(("verb", "errors"), DISTURBANCES)
def test_it_survives_expired_watches_and_a_server_that_is_away(
    call: Call, verb: str, errors: list[Exception | Callable[[], None]]
) -> None:
    server = a_rollout()
    server.before[verb] = list(errors)
    said = call(server, "watch", NAME)
    assert (said.code, said.out.splitlines()[-1]) == (0, "r1: Promoted (exit 0): that was it")


def a_status(split: Raw) -> RolloutStatus:
    place = Place(KINDS["split"], NAMESPACE, NAME)
    return report(seen(place, split))


PICTURE = """\
canary watch sample-app/backend-api-split  apex backend-api         12:03:41 UTC
r1@1  policy standard
 ● 10% ◉ 25% ○ 50% ○ 100%

backend-api-v1  ████████████████████████████░░░░░░░░░░     750   75.0%  stable
backend-api-v2  ██████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░     250   25.0%  canary

Progressing Baking: 0 of 212 requests failed



asked    pause=r1@1 (nobody has acted on it yet)

12:00:01  newer"""


def test_the_view_shows_where_it_stands_and_why() -> None:
    status = a_status(a_split(a_stamp(), 750, 250, rollout="r1", pause="r1@1"))
    shown = pane(status, ["12:00:00  older", "12:00:01  newer"], NOW, (80, 15)).plain
    assert "\n".join(line.rstrip() for line in shown.split("\n")) == PICTURE


HOSTILE = "\x1b[2J\u202e\u200b\n" + "x" * 10_000
SPLITS = [
    running(message="word " * 300),
    running(message="中" * 600),
    running(message=HOSTILE, reason=HOSTILE[:50]),
    a_split(
        a_stamp(), "500m", 250, rollout="r1", pause="r1", resume="r1", retry="r1", undo="r1", puase=HOSTILE
    ),
    a_split(),
    a_split(a_newer_stamp()),
]


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (100, 30), (200, 60)])
@pytest.mark.parametrize("split", SPLITS)
def test_the_view_fits(split: Raw, size: tuple[int, int]) -> None:
    shown = pane(a_status(split), ["x" * 300] * 100, NOW, size)
    console = Console(file=io.StringIO(), width=size[0], height=size[1])
    drawn = [
        "".join(piece.text for piece in line)
        for line in console.render_lines(shown, console.options, pad=False)
    ]
    assert len(drawn) < size[1]
    assert max(map(cell_len, drawn)) <= size[0]
    assert not {"\x1b", "\u202e", "\u200b"} & set("".join(drawn))


def test_the_view_stays_with_what_was_last_seen_and_the_end_below_it(call: Call) -> None:
    said = call(a_rollout(), "watch", NAME, "-o", "view")
    assert said.code == 0
    assert "Promoted Promoted: that was it" in said.out
    assert said.out.endswith("r1@1 0% Promoted Promoted: that was it\nr1: Promoted (exit 0)\n")


def test_the_window_keeps_what_it_saw_before() -> None:
    console = Console(file=io.StringIO(), width=80, height=24, force_terminal=True)
    with Window(Screen(), Timeline(), console) as window:
        assert window.picture().plain == ""
        window.tell(a_status(running()))
        window.note("the API server does not answer; waiting goes on")
        window.tell(a_status(running(step=3, message="going well")))
    assert window.picture().plain.split("\n")[-3:] == [
        "00:00:00  r1@1 25% Progressing Baking: 0 of 212 requests failed",
        "00:00:00  the API server does not answer; waiting goes on",
        "00:00:00  r1@1 50% Progressing Baking: going well",
    ]


def test_a_route_that_is_not_there_is_an_error_at_once(call: Call) -> None:
    server = Memory()
    server.put(TRAFFIC_SPLITS, running())
    said = call(server, "watch", "other")
    assert (said.code, said.err.splitlines()[0]) == (1, "error: there is no TrafficSplit sample-app/other")
