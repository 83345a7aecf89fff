"""Who was seen how well: an interval is exact, or unknown and says why; nothing in between."""

import pytest

from canary.errors import Unavailable
from canary.metrics.proxies import Proxies
from canary.sim.mesh import Behaviour
from tests.metrics.proxies.scene import BEFORE, LEAVES, TIMING, a_client, a_scene, kinds
from tests.sim.scene import CANARY, NAMESPACE, STABLE

FRONT = "frontend-7d9c-1"


def test_nothing_is_told_before_the_first_scrape() -> None:
    scene = a_scene()
    with pytest.raises(Unavailable, match="not read yet"):
        Proxies(scene.targets, scene.fetch, TIMING, scene).increments([LEAVES], BEFORE, BEFORE)


def test_what_was_before_us_is_a_baseline() -> None:
    scene = a_scene()
    scene.pass_by(4)
    late = Proxies(scene.targets, scene.fetch, TIMING, scene)
    late.scrape(scene.now())
    first = scene.index
    scene.advance()
    late.scrape(scene.now())
    before, joining, exact = late.increments([LEAVES], first - 1, first + 1)[LEAVES]
    assert "before we began" in before.why
    assert "first time" in joining.why
    assert kinds(exact) == scene.truth[first + 1]


def test_an_interval_that_did_not_end_is_unknown() -> None:
    scene = a_scene()
    assert "not read yet" in scene.told(scene.pass_by() + 1).why


def test_a_page_that_cannot_be_read_makes_its_interval_and_the_next_unknown() -> None:
    scene = a_scene()
    scene.pass_by(2)
    scene.hidden[FRONT] = "nobody is there"
    lost = scene.pass_by()
    scene.hidden.clear()
    returning = scene.pass_by()
    seen = scene.pass_by()
    assert f"no fresh sample of 1 target(s) of client {NAMESPACE}/frontend" in scene.told(lost).why
    assert "return after a gap" in scene.told(returning).why
    assert kinds(scene.told(seen)) == scene.truth[seen]


def test_an_interval_without_a_scrape_is_unknown_and_so_is_the_next() -> None:
    scene = a_scene()
    scene.pass_by(2)
    scene.advance()
    skipped = scene.index
    after = scene.pass_by()
    assert "nobody read" in scene.told(skipped).why
    assert "return after a gap" in scene.told(after).why
    assert kinds(scene.told(scene.pass_by())) == scene.truth[after + 1]


def test_a_second_scrape_of_an_interval_changes_nothing() -> None:
    scene = a_scene()
    index = scene.pass_by()
    before = scene.told(index)
    scene.mesh.advance(1)
    scene.source.scrape(scene.now())
    assert scene.told(index) == before


def test_a_proxy_that_never_showed_a_page_is_missed_by_nobody() -> None:
    scene = a_scene()
    scene.hidden["batch-7d9c-1"] = "nobody is there"
    scene.mesh.client(a_client("batch", rate=0, pods=1))
    index = scene.pass_by()
    assert kinds(scene.told(index)) == scene.truth[index]


def test_a_client_that_is_gone_from_the_list_is_missed_by_nobody() -> None:
    scene = a_scene()
    scene.pass_by()
    scene.gone.add(FRONT)
    interval = scene.told(scene.pass_by())
    assert interval.strata
    assert 50 < interval.strata[0].stable.requests < 700


def test_a_lost_client_of_other_backends_is_none_of_ours() -> None:
    scene = a_scene()
    scene.mesh.service(NAMESPACE, "other", [])
    scene.pass_by()
    scene.hidden[next(target.pod for target in scene.targets() if target.pod.startswith(STABLE))] = "dark"
    index = scene.pass_by()
    assert kinds(scene.told(index)) == scene.truth[index]


def test_a_client_that_just_started_counts_from_its_beginning() -> None:
    scene = a_scene()
    scene.pass_by(2)
    scene.mesh.client(a_client("batch", rate=50, pods=1))
    index = scene.pass_by()
    assert kinds(scene.told(index)) == scene.truth[index]


def test_an_old_client_that_was_not_listed_before_begins_with_a_baseline() -> None:
    scene = a_scene()
    scene.gone.add("batch-7d9c-1")
    scene.mesh.client(a_client("batch", rate=50, pods=1))
    scene.pass_by(8)
    scene.gone.clear()
    joining, seen = scene.pass_by(), scene.pass_by()
    told = scene.told(joining)
    assert told.strata is not None
    assert [stratum.client for stratum in told.strata] == [f"{NAMESPACE}/frontend"]
    assert kinds(scene.told(seen)) == scene.truth[seen]


def test_a_proxy_that_restarts_counts_from_zero() -> None:
    scene = a_scene()
    scene.mesh.behave(NAMESPACE, STABLE, Behaviour(latency_ms=0.01))
    scene.mesh.behave(NAMESPACE, CANARY, Behaviour(latency_ms=0.01))
    scene.pass_by(20)
    scene.mesh.restart(NAMESPACE, FRONT)
    index = scene.pass_by()
    assert kinds(scene.told(index)) == scene.truth[index]
    assert kinds(scene.told(scene.pass_by())) == scene.truth[index + 1]


def test_all_pages_gone_for_three_intervals_is_the_whole_source_away() -> None:
    scene = a_scene()
    scene.pass_by(2)
    scene.hidden |= {target.pod: "the lights are out" for target in scene.targets()}
    assert scene.told(scene.pass_by(2)).why.endswith("the lights are out")
    with pytest.raises(Unavailable, match="the lights are out"):
        scene.told(scene.pass_by())
    scene.hidden.clear()
    assert "return after a gap" in scene.told(scene.pass_by()).why
    last = scene.pass_by()
    assert kinds(scene.told(last)) == scene.truth[last]


def test_no_targets_at_all_is_the_whole_source_away() -> None:
    scene = a_scene()
    scene.gone |= {target.pod for target in scene.targets()}
    with pytest.raises(Unavailable, match="nobody is listed"):
        scene.told(scene.pass_by(3))


def test_targets_that_nobody_knows_are_a_reason() -> None:
    scene = a_scene()

    def nobody_knows() -> list[object]:
        raise Unavailable("the API server does not say which pods there are")

    source = Proxies(nobody_knows, scene.fetch, TIMING, scene)  # type: ignore[arg-type]
    source.scrape(scene.now())
    with pytest.raises(Unavailable, match="the API server does not say"):
        source.increments([LEAVES], BEFORE, BEFORE)


def test_a_page_that_makes_no_sense_is_no_page() -> None:
    scene = a_scene()
    scene.pass_by()
    whole = scene.fetch
    broken = Proxies(scene.targets, lambda target, left: whole(target, left)[:-100], TIMING, scene)
    broken.scrape(scene.now())
    with pytest.raises(Unavailable, match=r"sample-app/.*: line \d+ of the page is cut off"):
        broken.increments([LEAVES], scene.index, scene.index)
