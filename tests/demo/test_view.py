"""The live view: it fits, and says without colours what it says with them."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from canary.demo.figures import Figures
from canary.demo.picture import Balance, Picture, picture
from canary.demo.scene import CANARY, STABLE
from canary.demo.view import view
from tests.demo.plays import BY_NAME, a_play, until

LONG = "errors: 29.22 % of the canary's requests failed (45 of 154), and so on; " * 6
EARLIER = [f"decision {number} {'x' * 120}" for number in range(40)]

A_PICTURE = Picture(
    scene="good",
    sentence="The new version is healthy, and this sentence is longer than the line it has to stand on.",
    policy="standard",
    at=75.0,
    phase="Progressing",
    reason="Baking",
    message="7 of at least 6 intervals seen",
    stable=Figures(STABLE, 700, 0.7, 0.71, 140.0, 0.9987, 19.2, 66.0),
    canary=Figures(CANARY, 300, 0.3, 0.29, 60.0, 0.982, 21.2, 72.0),
    against=Balance(0.7, 100.0),
    favour=Balance(3.4, 20.0),
    ladder=(0.1, 0.3, 1.0),
    step=2,
    requests=4321,
    failed=12,
)


def shown(seen: Picture, width: int = 80, height: int = 24) -> list[str]:
    return view(seen, width, height, EARLIER).plain.split("\n")


@pytest.mark.parametrize(("width", "height"), [(80, 20), (80, 24), (100, 30), (200, 60)])
@pytest.mark.parametrize("message", ["short", LONG])
def test_it_fits(width: int, height: int, message: str) -> None:
    lines = shown(replace(A_PICTURE, message=message), width, height)
    assert len(lines) < height
    assert max(map(len, lines)) <= width


def test_it_shows_where_the_rollout_stands_and_why() -> None:
    text = "\n".join(shown(A_PICTURE))
    for words in (
        "● 10% ◉ 30% ○ 100%", "700  70%", "300  30%", "71%", "29%", "99.87%", "98.20%", "19 ms", "72 ms", "0.7:1",
        "3.4:1", "100:1 rolls it back", "20:1 lets it advance", "Progressing Baking: 7 of", "12 of 4321 requests",
    ):  # fmt: skip
        assert words in text


def test_the_newest_decisions_fill_what_is_left() -> None:
    assert [line[:11] for line in shown(A_PICTURE, 100, 30)[-2:]] == ["decision 38", "decision 39"]


def test_evidence_grows_with_its_logarithm_up_to_its_mark() -> None:
    filled = []
    for odds in (0.01, 0.1, 1.0, 10.0, 100.0, 1e9):
        line = next(
            line
            for line in shown(replace(A_PICTURE, against=Balance(odds, 100.0)))
            if line.startswith("against")
        )
        filled.append(line.count("━"))
    assert filled[0] == filled[1] == 0
    assert filled[2] == pytest.approx(filled[3] / 2, abs=1)
    assert filled[3] < filled[4] == filled[5]


def test_where_nothing_is_known_it_says_so() -> None:
    nothing = Figures(CANARY, 0, 0.0, None, 0.0, None, None, None)
    text = "\n".join(shown(replace(A_PICTURE, canary=nothing, favour=None)))
    assert "nothing to compare with" in text
    assert "  ?" in text


def test_without_colour_nothing_is_lost() -> None:
    out = io.StringIO()
    Console(file=out, no_color=True, force_terminal=True, width=80).print(view(A_PICTURE, 80, 24))
    assert not any(f"\x1b[{code}" in out.getvalue() for code in ("3", "4", "9"))


def test_a_picture_of_a_play_shows_what_the_proxies_saw() -> None:
    with a_play(BY_NAME["errors"]) as play:
        until(play, 10)
        seen = picture(play)
    assert (seen.phase, seen.step, seen.stable.weight, seen.canary.weight) == ("Progressing", 1, 900, 100)
    assert seen.canary.observed == pytest.approx(0.1, abs=0.05)
    assert seen.canary.success == pytest.approx(0.7, abs=0.12)
    assert seen.stable.success == pytest.approx(1.0, abs=0.01)
    assert seen.stable.p50 == pytest.approx(20.0, rel=0.2)
    assert seen.stable.p99 == pytest.approx(20.0 * 3.2, rel=0.4)
    assert seen.against.odds > 10


def test_the_odds_that_decided_stay_when_it_is_over() -> None:
    with a_play(BY_NAME["errors"]) as play:
        while not play.over:
            play.second()
        assert picture(play).against.odds >= 100
