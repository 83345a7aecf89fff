"""Watches: what changed, in order, from a version on."""

from tests.sim.apiserver.cases.splits import a_split, backends, splits
from tests.sim.apiserver.talk import Talk


def past(talk: Talk) -> tuple[str, str]:
    """Something that happened, and the version before it."""
    at = splits(talk)
    version = talk.get(at)["metadata"]["resourceVersion"]
    talk.post(at, a_split("a", labels={"app": "a"}))
    talk.post(at, a_split("b"))
    talk.patch(f"{at}/a", {"spec": {"backends": backends(1, 1)}})
    talk.patch(f"{at}/a", {"metadata": {"labels": {"app": "z"}}})
    talk.patch(f"{at}/b", {"metadata": {"labels": {"app": "a"}}})
    talk.delete(f"{at}/a")
    return at, version


def a_watch_goes_on_from_a_version(talk: Talk) -> None:
    at, version = past(talk)
    talk.watch(at, resourceVersion=version)


def a_selector_makes_objects_come_and_go(talk: Talk) -> None:
    at, version = past(talk)
    talk.watch(at, resourceVersion=version, labelSelector="app=a")
    talk.watch(at, resourceVersion=version, fieldSelector="metadata.name=b")
    talk.watch(f"{at}/b", resourceVersion=version)


def without_a_version_all_there_is_comes_first(talk: Talk) -> None:
    at, _ = past(talk)
    talk.watch(at)
    talk.watch(at, resourceVersion="0")


def initial_events_end_with_a_bookmark(talk: Talk) -> None:
    at, _ = past(talk)
    how = {"allowWatchBookmarks": "true", "resourceVersionMatch": "NotOlderThan"}
    talk.watch(at, sendInitialEvents="true", **how)
    talk.watch(at, sendInitialEvents="true")
    talk.watch(at, resourceVersionMatch="NotOlderThan")


def a_version_that_is_forgotten_is_expired(talk: Talk) -> None:
    talk.watch(splits(talk), resourceVersion="1")


def a_version_that_is_none_is_refused(talk: Talk) -> None:
    talk.watch(splits(talk), resourceVersion="abc")


CASES = (
    a_watch_goes_on_from_a_version,
    a_selector_makes_objects_come_and_go,
    without_a_version_all_there_is_comes_first,
    initial_events_end_with_a_bookmark,
    a_version_that_is_forgotten_is_expired,
    a_version_that_is_none_is_refused,
)
