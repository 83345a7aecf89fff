"""Small parts of the daemon: grid, due heap, index, settings, policies."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from canary.daemon.due import Due
from canary.daemon.grid import Grid
from canary.daemon.policies import Policies
from canary.daemon.settings import Settings
from canary.daemon.shelf import Index
from canary.errors import Invalid

GOOD = """
apiVersion: canary.delivery/v1alpha1
kind: RolloutPolicy
metadata: {name: mine}
spec:
  steps: [{share: 10%}]
"""


class Noon:
    """A clock that stands until somebody sets it, and another one that counts seconds."""

    wall = datetime(2026, 1, 1, 12, tzinfo=UTC)
    seconds = 0.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.seconds

    def wait(self, event: threading.Event, seconds: float) -> bool:
        return event.is_set()


def test_the_grid_follows_the_source_s_clock_and_is_never_behind_it() -> None:
    clock = Noon()
    grid = Grid(clock, timedelta(seconds=5))
    ours = grid.index()
    grid.correct(clock.monotonic(), clock.now().timestamp() + 30.1)
    assert grid.index() == ours + 6


def test_a_wall_clock_that_is_set_moves_no_interval() -> None:
    """Evidence that was to begin an hour ahead would not be read for an hour, and a failing canary keep its share."""
    clock = Noon()
    grid = Grid(clock, timedelta(seconds=5))
    ours = grid.index()
    clock.wall += timedelta(hours=1)
    assert grid.index() == ours
    clock.seconds += 5
    assert grid.index() == ours + 1


def test_names_are_due_once_and_not_before_their_time() -> None:
    due = Due()
    for at in (3.0, 1.0, 2.0):
        due.push(("ns", "a"), at)
    due.push(("ns", "b"), 9.0)
    assert due.pop(0.5) == []
    assert due.pop(5.0) == [("ns", "a")]
    assert due.pop(10.0) == [("ns", "b")]


def test_an_index_tells_the_keys_an_object_belonged_to() -> None:
    index: Index[str] = Index(lambda name, value: [(name[0], value)])
    assert index.put(("ns", "slice"), "web") == {("ns", "web")}
    assert index.names(("ns", "web")) == (("ns", "slice"),)
    assert index.put(("ns", "slice"), "api") == {("ns", "web"), ("ns", "api")}
    assert index.names(("ns", "web")) == ()
    assert index.put(("ns", "slice"), None) == {("ns", "api")}


@pytest.mark.parametrize(
    ("scrape", "least", "interval"), [(10, 5, 10), (1, 5, 5), (2, 5, 6), (5, 5, 5), (1, 1, 1)]
)
def test_an_interval_is_the_smallest_multiple_of_the_scrapes_that_is_long_enough(
    scrape: int, least: int, interval: int
) -> None:
    settings = Settings(
        prometheus="http://p",
        policies=Path(),
        scrape_interval=timedelta(seconds=scrape),
        min_interval=timedelta(seconds=least),
    )
    assert (settings.timing.interval, settings.timing.scrape) == (interval, scrape)


def test_a_scrape_interval_of_half_a_second_is_refused() -> None:
    with pytest.raises(ValidationError, match="whole seconds"):
        Settings(prometheus="http://p", policies=Path(), scrape_interval=timedelta(milliseconds=500))


def test_a_policy_file_that_breaks_keeps_its_last_good_policy_and_is_told(tmp_path: Path) -> None:
    told: list[tuple[str, Invalid]] = []
    policies = Policies(tmp_path, lambda file, error: told.append((file, error)))
    file = tmp_path / "mine.yaml"
    file.write_text(GOOD)
    assert policies.reload()
    assert not policies.reload()
    file.write_text(GOOD.replace("10%", "0%"))
    assert policies.reload()
    assert policies.find("mine")[0] is not None
    assert [(name, error.at) for name, error in told] == [("mine.yaml", "mine.yaml:6:19")]


def test_a_policy_nobody_wrote_is_told_with_the_names_there_are(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(GOOD)
    policies = Policies(tmp_path, lambda _file, _error: None)
    policies.reload()
    assert policies.find("yours") == (None, "there is no policy yours; known are mine")


def test_a_file_that_is_gone_takes_its_policy_with_it(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(GOOD)
    policies = Policies(tmp_path, lambda _file, _error: None)
    policies.reload()
    file.unlink()
    assert policies.reload()
    assert policies.find("mine")[0] is None


def test_a_policy_file_that_cannot_be_read_is_refused_with_its_reason(tmp_path: Path) -> None:
    told: list[str] = []
    policies = Policies(tmp_path, lambda _file, error: told.append(f"{error.at}: {error}"))
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "huge.yaml").write_text(GOOD + "#" * 10_000_000)
    (tmp_path / "latin.yaml").write_bytes(b"# caf\xe9\n" + GOOD.encode())
    policies.reload()
    assert told[0] == "folder.yaml: cannot be read: Is a directory"
    assert told[1].startswith("huge.yaml: a policy may have 65536 bytes at most")
    assert told[2] == "latin.yaml:1:6: this is no text in UTF-8"
