"""The store in the same process: what a demo in lock-step and its tests rely on."""

import random
import threading
from datetime import UTC, datetime, timedelta

import pytest

from canary.sim.store import Change, How, Refused, Store
from canary.sim.store.resources import Object
from tests.sim.apiserver.setup import with_definitions

SPLITS = "trafficsplits.split.smi-spec.io"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class StoppedClock:
    """Shows whatever moment it was set to."""

    def __init__(self) -> None:
        self.moment = NOON

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return 0.0

    def wait(self, event: threading.Event, seconds: float) -> bool:
        raise AssertionError("a store waits for nothing")


def a_store(seed: int = 0, clock: StoppedClock | None = None, remembered: int = 1000) -> Store:
    return with_definitions(Store(clock or StoppedClock(), random.Random(seed), remembered))


def a_split(name: str = "web") -> Object:
    return {
        "apiVersion": "split.smi-spec.io/v1alpha1",
        "kind": "TrafficSplit",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"service": "web", "backends": [{"service": "v1", "weight": 1}]},
    }


def test_time_is_the_clock_s() -> None:
    clock = StoppedClock()
    store = a_store(clock=clock)
    clock.moment += timedelta(hours=1)
    assert store.create(SPLITS, a_split())["metadata"]["creationTimestamp"] == "2026-01-01T13:00:00Z"


def test_the_same_seed_makes_the_same_objects() -> None:
    def made(seed: int) -> Object:
        generated = {**a_split(), "metadata": {"generateName": "web-", "namespace": "default"}}
        return a_store(seed).create(SPLITS, generated)

    assert made(1) == made(1) != made(2)


def test_every_change_is_told_in_order_with_what_was_before() -> None:
    store, told = a_store(), list[Change]()
    stop = store.listen(told.append)
    store.create(SPLITS, a_split())
    store.patch(SPLITS, "default", "web", {"spec": {"service": "other"}})
    store.patch(SPLITS, "default", "web", {"spec": {"service": "other"}})
    store.delete(SPLITS, "default", "web")
    stop()
    store.create(SPLITS, a_split())
    assert [change.kind for change in told] == ["ADDED", "MODIFIED", "DELETED"]
    assert told[1].before == told[0].after
    assert [change.version for change in told] == sorted({change.version for change in told})


def test_a_listener_that_writes_is_heard_after_the_change_it_answers() -> None:
    """As smi-adaptor does: it answers a split with a profile."""
    store, told = a_store(), list[str]()

    def answer(change: Change) -> None:
        if change.key == SPLITS:
            store.create("configmaps", {"metadata": {"name": "answer", "namespace": "default"}})

    store.listen(answer)
    store.listen(lambda change: told.append(change.key))
    store.create(SPLITS, a_split())
    assert told == [SPLITS, "configmaps"]


def test_what_was_handed_out_is_the_caller_s_own() -> None:
    store, sent = a_store(), a_split()
    store.create(SPLITS, sent)["spec"]["service"] = "changed"
    sent["spec"]["service"] = "changed"
    store.get(SPLITS, "default", "web")["spec"]["service"] = "changed"
    store.list(SPLITS)[0]["spec"]["service"] = "changed"
    assert store.get(SPLITS, "default", "web")["spec"]["service"] == "web"


def test_what_is_too_long_ago_is_expired() -> None:
    store = a_store(remembered=3)
    before = store.version
    for number in range(3):
        store.create(SPLITS, a_split(f"web-{number}"))
    assert len(store.since(SPLITS, before)) == 3
    store.create(SPLITS, a_split("one-more"))
    with pytest.raises(Refused, match="too old resource version") as raised:
        store.since(SPLITS, before)
    assert (raised.value.code, raised.value.reason) == (410, "Expired")


def test_a_memory_can_be_lost_on_purpose() -> None:
    store = a_store()
    version = store.version
    store.create(SPLITS, a_split())
    store.forget()
    with pytest.raises(Refused):
        store.since(SPLITS, version)
    assert store.since(SPLITS, store.version) == ()


def test_a_refusal_names_its_reason() -> None:
    with pytest.raises(Refused, match='"web" not found') as raised:
        a_store().get(SPLITS, "default", "web")
    assert raised.value.reason == "NotFound"


def test_a_kind_goes_with_its_definition_and_its_objects() -> None:
    store = a_store()
    store.create(SPLITS, a_split())
    store.delete("customresourcedefinitions.apiextensions.k8s.io", "", SPLITS)
    with pytest.raises(Refused):
        store.list(SPLITS)


def test_a_namespace_takes_everything_in_it_along() -> None:
    store = a_store()
    store.create("namespaces", {"metadata": {"name": "there"}})
    there = {**a_split(), "metadata": {"name": "web", "namespace": "there"}}
    store.create(SPLITS, there)
    store.create(SPLITS, a_split())
    store.delete("namespaces", "", "there")
    assert [one["metadata"]["namespace"] for one in store.list(SPLITS)] == ["default"]


def test_many_threads_lose_no_write() -> None:
    store = a_store()
    store.create(SPLITS, a_split())

    def write(number: int) -> None:
        for step in range(20):
            annotation = {f"n{number}-{step}": "x"}
            store.patch(SPLITS, "default", "web", {"metadata": {"annotations": annotation}}, How("canary"))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.get(SPLITS, "default", "web")["metadata"]["annotations"]) == 80
