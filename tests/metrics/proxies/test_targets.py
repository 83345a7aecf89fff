"""Whose pages are read."""

import pytest

from canary.errors import Invalid
from canary.metrics.proxies import Proxies, Target, addressed
from tests.metrics.proxies.scene import LEAVES, TIMING, a_scene


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("10.244.2.9", Target("", "10.244.2.9:4191", "", "http://10.244.2.9:4191/metrics")),
        ("localhost:9000", Target("", "localhost:9000", "", "http://localhost:9000/metrics")),
        ("http://front:9000/page", Target("", "front:9000", "", "http://front:9000/page")),
        ("[fd00::9]:4191", Target("", "[fd00::9]:4191", "", "http://[fd00::9]:4191/metrics")),
        ("shop/front=10.0.0.1", Target("shop", "10.0.0.1:4191", "front", "http://10.0.0.1:4191/metrics")),
    ],
)
def test_addresses_are_targets(address: str, target: Target) -> None:
    assert addressed([address]) == (target,)


@pytest.mark.parametrize(
    "address",
    ["", "front=10.0.0.1", "https://front", "front:0", "front:65536", "a b", "front:x", "user@front", "x/y="],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(Invalid, match="no address of a proxy"):
        addressed([address])


def test_a_target_is_called_by_its_name_or_its_address() -> None:
    assert [str(Target("shop", "front-1")), str(Target("", "front:1"))] == ["shop/front-1", "front:1"]


def test_pods_listed_once_raise_no_doubts() -> None:
    scene = a_scene()
    scene.pass_by()
    assert scene.source.doubts(LEAVES) == ""


def test_a_pod_listed_twice_is_a_doubt_and_makes_its_intervals_unknown() -> None:
    scene = a_scene()
    targets = [*scene.targets(), Target("sample-app", "frontend-7d9c-1", "frontend", "http://again")]
    source = Proxies(lambda: targets, scene.fetch, TIMING, scene)
    source.scrape(scene.now())
    assert "sample-app/frontend-7d9c-1 is listed 2 times" in source.doubts(LEAVES)
    scene.advance()
    source.scrape(scene.now())
    assert "on record twice" in source.increments([LEAVES], scene.index, scene.index)[LEAVES][0].why


def test_the_same_target_listed_twice_is_read_once() -> None:
    scene = a_scene()
    source = Proxies(lambda: [*scene.targets(), *scene.targets()], scene.fetch, TIMING, scene)
    source.scrape(scene.now())
    assert source.doubts(LEAVES) == ""
