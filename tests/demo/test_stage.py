"""What joins the cluster and the mesh of a scene, whatever somebody at a second terminal does to it."""

from canary.demo import objects
from canary.demo.clock import VirtualClock
from canary.demo.objects import SERVICE_PROFILES, SLICES, TRAFFIC_SPLITS
from canary.demo.outcome import outcome
from canary.demo.place import EPOCH
from canary.demo.scene import APEX, CANARY, NAMESPACE, SPLIT, STABLE, Ready, Request, Weights
from canary.demo.stage import Stage
from canary.terms import Word
from tests.demo.plays import BY_NAME, a_play, a_setting, until

PROFILE = f"{APEX}.{NAMESPACE}.svc.cluster.local"


def a_stage() -> Stage:
    scene = BY_NAME["good"]
    return Stage(scene, a_setting(scene).policy, VirtualClock(EPOCH), seed=1)


def got(stage: Stage, service: str) -> int:
    """Requests that a backend got in the next ten seconds."""
    before = sum(count for sent, count in stage.mesh.sent.items() if sent.service == service)
    stage.mesh.advance(10)
    return sum(count for sent, count in stage.mesh.sent.items() if sent.service == service) - before


def asked_of(stage: Stage, service: str) -> list[list[str]]:
    """What the clients' proxies count of each of its pods."""
    pages = [line for pod in stage.targets() for line in stage.mesh.page(NAMESPACE, pod.pod).splitlines()]
    counts = [line for line in pages if line.startswith("request_total{")]
    return [[line for line in counts if pod.pod in line] for pod in objects.endpoints(service)]


def overrides(stage: Stage) -> list[object]:
    spec = stage.store.get(SERVICE_PROFILES, NAMESPACE, PROFILE)["spec"]
    return [one["weight"] for one in spec.get("dstOverrides", ())]


def test_weights_reach_the_mesh_through_the_profile() -> None:
    stage = a_stage()
    assert (overrides(stage), got(stage, CANARY)) == (["1k", "0"], 0)
    stage.act(Weights(500, 500))
    stage.follow()
    assert overrides(stage) == ["500", "500"]
    assert 800 < got(stage, CANARY) < 1200
    assert [(stable, canary) for _, stable, canary in stage.weighed] == [(1000, 0), (500, 500)]


def test_a_pod_that_is_not_ready_gets_nothing() -> None:
    stage = a_stage()
    stage.act(Weights(0, 1000))
    stage.act(Ready(CANARY, 1))
    stage.follow()
    stage.mesh.advance(1)
    before = asked_of(stage, CANARY)
    assert got(stage, CANARY) > 1500
    grown = [after != was for was, after in zip(before, asked_of(stage, CANARY), strict=True)]
    assert grown == [True, False, False]


def test_an_unreadable_weight_leaves_the_mesh_as_it_was() -> None:
    stage = a_stage()
    backends = [{"service": STABLE, "weight": "much"}, {"service": CANARY, "weight": 1}]
    stage.store.patch(TRAFFIC_SPLITS, NAMESPACE, SPLIT, {"spec": {"backends": backends}})
    stage.follow()
    assert overrides(stage) == ["1k", "0"]


def test_slices_and_splits_of_others_are_left_alone() -> None:
    stage = a_stage()
    stage.store.create("endpointslices.discovery.k8s.io", {
        "metadata": {"name": "other", "namespace": NAMESPACE}, "addressType": "IPv4", "endpoints": [],
    })  # fmt: skip
    stage.store.patch(SLICES, NAMESPACE, f"{CANARY}-1", {"endpoints": [{"addresses": ["10.0.0.1"]}]})
    stage.follow()
    assert len(stage.weighed) == 1


def test_a_deleted_split_is_an_end_and_its_script_does_no_harm() -> None:
    with a_play(BY_NAME["drift"]) as play:
        until(play, 20)
        play.show.stage.store.delete(TRAFFIC_SPLITS, NAMESPACE, SPLIT)
        until(play, 21)
        assert play.ended == 21
        assert (outcome(play).reason, outcome(play).exit_code) == ("Gone", 1)
        play.show.stage.act(Request(Word.RESUME))
        until(play, 50)
        assert got(play.show.stage, APEX) > 1500
