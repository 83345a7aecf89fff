"""A reflector against a server that ends, breaks, forgets and falls silent, without waiting for anything."""

import json
import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from canary.cluster.backoff import FIRST, LONGEST, LONGEST_FOR_A_PERSON
from canary.cluster.client import Cluster
from canary.cluster.kinds import TRAFFIC_SPLITS, Kind
from canary.cluster.objects import Listing, Raw, metadata
from canary.cluster.patience import Patience
from canary.cluster.reflector import SOUND, WATCH_SECONDS, Changes, Key, Reflector
from canary.errors import Invalid, Missing, Stalled, Unavailable
from tests.beds.patience import wait_until
from tests.cluster.clocks import JumpingClock
from tests.cluster.scripted import (
    Act,
    Line,
    Scripted,
    answer,
    chunk,
    hang,
    json_answer,
    refusal,
    reset,
    stream,
)
from tests.cluster.splits import a_split

HASTY = Patience(connect=0.2, read=0.3, silence=0.3)
JOIN_SECONDS = 5
ONE = ("sample-app", "one")
TWO = ("sample-app", "two")


def an_object(name: str, version: int, colour: str = "blue") -> Raw:
    return a_split(name, resourceVersion=str(version), labels={"colour": colour})


def event(type_: str, seen: Raw) -> Raw:
    return {"type": type_, "object": seen}


def bookmark(version: int) -> Raw:
    return event("BOOKMARK", {"metadata": {"resourceVersion": str(version)}})


def expired() -> Raw:
    return event("ERROR", {"kind": "Status", "code": 410, "reason": "Expired", "message": "too old"})


def listing(version: int, *items: Raw) -> Act:
    return json_answer({"metadata": {"resourceVersion": str(version)}, "items": list(items)})


def colour(raw: Raw) -> str | None:
    """The projection of these tests: everything but grey objects, and none that is striped."""
    seen = str(metadata(raw)["labels"]["colour"])
    if seen == "striped":
        raise Invalid("striped is no colour")
    return None if seen == "grey" else seen


class Watched:
    """
    A reflector that has run against the acts given, in this thread, until its clock was asked to wait so often.

    Attributes:
        told: names, in order.
    """

    def __init__(self, server: Scripted, folder: Path, waits: int) -> None:
        self.told: list[Key] = []
        self.clock = JumpingClock(waits)
        self.cluster = Cluster.connect(server.kubeconfig(folder), patience=HASTY)
        self.reflector = Reflector(
            self.cluster, TRAFFIC_SPLITS, colour, self._changed, clock=self.clock, dice=random.Random(1)
        )

    def _changed(self, namespace: str, name: str) -> None:
        self.told.append((namespace, name))

    def run(self) -> "Watched":
        self.reflector.run(threading.Event())
        return self


def run(server: Scripted, folder: Path, waits: int = 1) -> Watched:
    return Watched(server, folder, waits).run()


def versions(server: Scripted) -> list[str]:
    """Where each watch began; "list" for a list."""
    return [request.query.get("resourceVersion", "list") for request in server.requests]


def test_it_lists_and_then_watches_from_there(tmp_path: Path) -> None:
    with Scripted(listing(5, an_object("one", 3)), stream(bookmark(9))) as server:
        seen = run(server, tmp_path)
        first, second = (request.query for request in server.requests)
    assert first == {"limit": "500"}
    seconds = int(second.pop("timeoutSeconds"))
    assert WATCH_SECONDS[0] <= seconds <= WATCH_SECONDS[1]
    assert second == {"watch": "true", "resourceVersion": "5", "allowWatchBookmarks": "true"}
    assert seen.reflector.items() == {ONE: "blue"}
    assert seen.reflector.synced


def test_changes_are_kept_and_their_names_told(tmp_path: Path) -> None:
    changes = stream(
        event("ADDED", an_object("two", 6, "red")),
        event("MODIFIED", an_object("one", 7, "green")),
        event("DELETED", an_object("two", 8, "red")),
    )
    with Scripted(listing(5, an_object("one", 3)), changes) as server:
        seen = run(server, tmp_path)
    assert seen.told == [ONE, TWO, ONE, TWO]
    assert seen.reflector.get(*ONE) == "green"
    assert seen.reflector.get(*TWO) is None


def test_a_change_that_the_projection_does_not_see_is_not_told(tmp_path: Path) -> None:
    changes = stream(event("MODIFIED", an_object("one", 6)), event("DELETED", an_object("never seen", 7)))
    with Scripted(listing(5, an_object("one", 3)), changes) as server:
        seen = run(server, tmp_path)
    assert seen.told == [ONE]


def test_an_object_that_is_projected_away_is_gone(tmp_path: Path) -> None:
    changes = stream(event("MODIFIED", an_object("one", 6, "grey")))
    with Scripted(listing(5, an_object("one", 3), an_object("two", 4, "grey")), changes) as server:
        seen = run(server, tmp_path)
    assert seen.told == [ONE, ONE]
    assert seen.reflector.items() == {}


def test_an_object_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    changes = stream(event("MODIFIED", an_object("one", 6, "striped")), event("ADDED", an_object("three", 7)))
    with Scripted(listing(5, an_object("one", 3), an_object("two", 4, "striped")), changes) as server:
        seen = run(server, tmp_path)
    assert seen.told == [ONE, ONE, ("sample-app", "three")]
    assert set(seen.reflector.items()) == {("sample-app", "three")}
    assert seen.reflector.trouble is None


def test_after_a_clean_end_it_goes_on_from_the_last_bookmark(tmp_path: Path) -> None:
    with Scripted(listing(5), stream(bookmark(9)), stream()) as server:
        run(server, tmp_path, waits=2)
        assert versions(server) == ["list", "5", "9"]


def test_after_410_it_lists_anew_and_tells_only_what_differs(tmp_path: Path) -> None:
    before = listing(5, an_object("one", 3), an_object("two", 4), an_object("three", 4))
    after = listing(20, an_object("one", 3), an_object("two", 11, "red"), an_object("four", 12))
    with Scripted(before, stream(expired()), after, stream()) as server:
        seen = run(server, tmp_path, waits=2)
        assert versions(server) == ["list", "5", "list", "20"]
    assert seen.told[3:] == [("sample-app", "four"), ("sample-app", "three"), TWO]
    assert set(seen.reflector.items()) == {ONE, TWO, ("sample-app", "four")}


BREAKS: dict[str, Act] = {
    "410 in place of a stream": refusal(410, "too old resource version"),
    "a reset": reset(),
    "a reset within a line": stream(b'{"type": "MODI', then=Line.reset),
    "an end without notice": stream(bookmark(9), then=Line.hang_up),
    "silence": stream(bookmark(9), then=Line.hold),
    "an error of the server": stream(event("ERROR", {"code": 500, "message": "etcd"})),
    "rubbish": stream(b"rubbish\n"),
    "429 for an hour": answer(429, "", Retry_After="3600"),
}


@pytest.mark.parametrize("broken", BREAKS)
def test_after_any_break_it_lists_anew(broken: str, tmp_path: Path) -> None:
    with Scripted(listing(5), BREAKS[broken], listing(20, an_object("one", 3)), stream()) as server:
        seen = run(server, tmp_path, waits=2)
        assert versions(server) == ["list", "5", "list", "20"]
    assert seen.reflector.get(*ONE) == "blue"
    assert seen.reflector.trouble is None


@pytest.mark.parametrize("act", [stream(), stream(event("ADDED", an_object("one", 3))), reset()])
def test_a_watch_that_ends_at_once_is_no_hot_loop(act: Act, tmp_path: Path) -> None:
    with Scripted(listing(5), *[act, listing(5)] * 12, last=listing(5)) as server:
        seen = run(server, tmp_path, waits=10)
        assert len(server.requests) <= 2 * 10
    assert seen.clock.waits[0] <= FIRST
    assert LONGEST / 2 <= max(seen.clock.waits) <= LONGEST
    assert sum(seen.clock.waits) > 20
    assert len(set(seen.clock.waits)) == 10, "every pause is its own"


def test_a_watch_that_lasted_starts_the_pauses_afresh(tmp_path: Path) -> None:
    with Scripted(listing(5)) as server:
        seen = Watched(server, tmp_path, waits=8)
        lasting = stream(then=lambda _: seen.clock.advance(SOUND))
        server.then(*[reset(), listing(5)] * 6, lasting)
        seen.run()
    assert seen.clock.waits[5] > LONGEST / 4
    assert seen.clock.waits[6] <= FIRST


@pytest.mark.parametrize(
    ("act", "family"),
    [(answer(404, "404 page not found"), Missing), (refusal(403, "cannot list resource"), Stalled)],
)
def test_what_only_a_person_can_change_is_looked_at_ever_more_slowly(
    act: Act, family: type[Exception], tmp_path: Path
) -> None:
    with Scripted(last=act) as server:
        seen = run(server, tmp_path, waits=12)
        assert len(server.requests) == 12
    assert seen.clock.waits[0] <= FIRST, (
        "a server that has just started forbids what it allows a second later"
    )
    slow = seen.clock.waits[-4:]
    assert all(LONGEST_FOR_A_PERSON / 2 <= pause <= LONGEST_FOR_A_PERSON for pause in slow)
    assert isinstance(seen.reflector.trouble, family)


def test_a_kind_that_is_not_installed_has_no_objects(tmp_path: Path) -> None:
    with Scripted(last=answer(404, "404 page not found")) as server:
        seen = run(server, tmp_path, waits=2)
    assert seen.told == []
    assert seen.reflector.synced
    assert not seen.reflector.served


def test_a_kind_that_was_there_is_not_gone_because_something_says_404(tmp_path: Path) -> None:
    gone = answer(404, "404 page not found")
    with Scripted(listing(5, an_object("one", 3)), reset(), gone) as server:
        seen = run(server, tmp_path, waits=2)
    assert seen.told == [ONE]
    assert seen.reflector.items() == {ONE: "blue"}
    assert not seen.reflector.served


def test_a_kind_that_gets_installed_is_found(tmp_path: Path) -> None:
    with Scripted(answer(404, "404 page not found"), listing(5, an_object("one", 3)), stream()) as server:
        seen = run(server, tmp_path, waits=2)
    assert seen.reflector.served
    assert seen.reflector.get(*ONE) == "blue"


def test_a_server_that_is_away_empties_nothing(tmp_path: Path) -> None:
    with Scripted(listing(5, an_object("one", 3)), reset(), last=answer(503, "")) as server:
        seen = run(server, tmp_path, waits=5)
    assert seen.reflector.items() == {ONE: "blue"}
    assert isinstance(seen.reflector.trouble, Unavailable)


def test_before_the_first_list_it_is_not_synced_and_infinitely_old(tmp_path: Path) -> None:
    with Scripted(last=answer(503, "")) as server:
        seen = run(server, tmp_path, waits=2)
    assert not seen.reflector.synced
    assert seen.reflector.age(0) == float("inf")


def test_it_is_synced_only_after_all_of_the_first_list_was_told(tmp_path: Path) -> None:
    synced: list[bool] = []
    with Scripted(listing(5, an_object("one", 3), an_object("two", 4)), stream()) as server:
        seen = Watched(server, tmp_path, waits=1)
        seen.reflector.changed = lambda *_: synced.append(seen.reflector.synced)
        seen.run()
    assert synced == [False, False]
    assert seen.reflector.synced


def test_its_age_counts_from_the_last_sign_of_life(tmp_path: Path) -> None:
    with Scripted(listing(5)) as server:
        seen = Watched(server, tmp_path, waits=1)

        def a_minute_later(line: Line) -> None:
            seen.clock.advance(60)
            line.send(chunk(json.dumps(bookmark(9)).encode() + b"\n"))
            line.hang_up()

        server.then(stream(then=a_minute_later))
        seen.run()
    assert seen.reflector.age(100.0) == pytest.approx(40.0)


def test_closing_the_cluster_ends_a_wait_for_changes(tmp_path: Path) -> None:
    with Scripted(listing(5), stream(bookmark(6), then=Line.hold)) as server:
        seen = Watched(server, tmp_path, waits=1)
        lasting = Cluster.connect(server.kubeconfig(tmp_path), patience=Patience(1.0, 5.0))
        seen.reflector.cluster = lasting
        stop = threading.Event()
        thread = threading.Thread(target=seen.reflector.run, args=(stop,), daemon=True)
        thread.start()
        wait_until(lambda: len(server.methods()) == 2 and seen.reflector.synced, JOIN_SECONDS, "it watches")
        stop.set()
        wait_until(hung_up(lasting, thread), JOIN_SECONDS, "the thread ends")


def hung_up(cluster: Cluster, thread: threading.Thread) -> Callable[[], bool]:
    """Hang up again and again: a watch that is just being opened is not yet known."""

    def look() -> bool:
        cluster.close()
        return not thread.is_alive()

    return look


def test_a_call_that_hangs_is_given_up(tmp_path: Path) -> None:
    with Scripted(hang(), listing(5), stream()) as server:
        seen = run(server, tmp_path, waits=2)
    assert seen.reflector.synced


def test_a_refresh_lists_once_and_tells_what_has_changed(tmp_path: Path) -> None:
    gone = answer(404, "404 page not found")
    first, second = listing(5, an_object("one", 3), an_object("two", 4)), listing(9, an_object("two", 4))
    with Scripted(first, second, gone) as server:
        seen = Watched(server, tmp_path, waits=1)
        told = []
        for _ in range(3):
            seen.reflector.refresh()
            told.append(tuple(seen.told))
        assert server.methods() == ["GET"] * 3
    assert told == [(ONE, TWO), (ONE, TWO, ONE), (ONE, TWO, ONE)]
    assert (seen.reflector.synced, seen.reflector.served) == (True, False)


class Pages:
    """A cluster of two pages, which notes how many objects were projected before each."""

    def __init__(self) -> None:
        self.projected: list[str] = []
        self.before: list[int] = []

    def pages(self, kind: Kind, namespace: str = "") -> Iterator[Listing]:
        for version, name in (("5", "one"), ("6", "two")):
            self.before.append(len(self.projected))
            yield Listing((an_object(name, 3),), version)

    def watch(self, kind: Kind, resource_version: str, namespace: str = "", seconds: int = 300) -> Changes:
        raise Unavailable(f"watched from {resource_version}")

    def project(self, raw: Raw) -> str | None:
        self.projected.append(str(metadata(raw)["name"]))
        return colour(raw)


def test_of_each_page_no_more_stays_than_is_kept() -> None:
    """Ten records of each of a thousand routes are 0.4 to 1.4 GB as they come, and 10 MB as they are kept."""
    cluster = Pages()
    reflector = Reflector(cluster, TRAFFIC_SPLITS, cluster.project, lambda *_: None, clock=JumpingClock(1))
    reflector.run(threading.Event())
    assert cluster.before == [0, 1]
    assert reflector.items() == {ONE: "blue", TWO: "blue"}
    assert str(reflector.trouble) == "watched from 5"
