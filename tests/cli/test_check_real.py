"""
`canary check` on a real API server and a real Prometheus: each fault that can be planted there, one by one.

Where the remedy of a row is made of kubectl commands alone they are run as they are printed; the rest (linkerd, helm, an
editor, a manifest with names to fill in) is done by other hands.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress

import pytest

from canary.cluster.kinds import TRAFFIC_SPLITS, Kind
from tests.beds.api import Refused
from tests.beds.controlplane import ControlPlane
from tests.beds.kubelet import Kubelet
from tests.beds.patience import wait_until
from tests.beds.prometheus import PrometheusServer
from tests.cli.bench import WITHIN, Bench, a_bench, path_of
from tests.cli.builders import NAME, NAMESPACE
from tests.cli.plants import FAULTS, Fault, defined, healthy
from tests.e2e.world import World

pytestmark = [pytest.mark.servers, pytest.mark.full, pytest.mark.timeout(300)]

UNTRACKED = {
    "metadata": {
        "labels": {"kustomize.toolkit.fluxcd.io/name": None},
        "annotations": {"argocd.argoproj.io/tracking-id": None, "kustomize.toolkit.fluxcd.io/ssa": None},
    }
}
"""A tool that was told to let go still has its mark on the route, and would hide the next one."""

BY_OTHER_HANDS = re.compile(r"linkerd |helm |kubectl edit|canary policy|APEX")


@pytest.fixture(scope="module")
def bench(
    control_plane: ControlPlane,
    kubelet: Kubelet,
    prometheus: PrometheusServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("check")
    with a_bench(World(control_plane, kubelet, prometheus, folder), folder) as found:
        healthy(found.hands)
        yield found


def mended_by(fault: Fault, remedy: str, bench: Bench) -> str:
    if BY_OTHER_HANDS.search(remedy):
        fault.mend(bench.hands)
        return "other hands"
    bench.run(remedy)
    return "the commands of its remedy"


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_fault_is_told_by_its_row_alone_and_its_remedy_mends_it(bench: Bench, fault: Fault) -> None:
    bench.tells({})
    with suppress(Refused):
        defined(bench.hands, fault)
    if fault.kinds:
        wait_until(lambda: served(bench, fault.kinds), WITHIN, "the foreign kinds are served")
    fault.plant(bench.hands)
    found = bench.tells({fault.row: fault.level})
    how = mended_by(fault, found[fault.row]["remedy"], bench)
    bench.tells({})
    bench.hands.patch(TRAFFIC_SPLITS, NAMESPACE, NAME, UNTRACKED)
    print(f"{fault.row:<18}  {fault.level:<4}  {fault.what}: mended by {how}")


def served(bench: Bench, kinds: Sequence[Kind]) -> bool:
    try:
        return all("items" in bench.world.plane.admin.get(path_of(kind, NAMESPACE)) for kind in kinds)
    except Refused:
        return False


def test_rights_are_asked_of_the_server_and_granted_by_the_remedy(bench: Bench) -> None:
    """A viewer may read routes; what else it may not read is unknown."""
    for row, more, user in (
        ("daemon-rights", ("--daemon", "viewer"), "admin"),
        ("caller-rights", (), "viewer"),
    ):
        found = bench.rows(*more, user=user)[row]
        assert (
            found["level"],
            found["message"].endswith("patch trafficsplits.split.smi-spec.io"),
        ) == ("fail", True)
        bench.run(found["remedy"])
        wait_until(lambda: bench.rows(*more, user=user)[row]["level"] == "ok", WITHIN, f"{row} is ok")  # noqa: B023
        for made in re.findall(r"clusterrole \S+|clusterrolebinding \S+", found["remedy"]):
            bench.world.plane.kubectl("delete", *made.split())


def test_prometheus_is_told_from_what_it_says(bench: Bench) -> None:
    away = bench.rows("--prometheus", "http://127.0.0.1:9")
    assert (away["prometheus"]["level"], away["mtls"]["level"]) == ("fail", "unknown")
    slow = bench.rows("--scrape-interval", "10s")["scrape-interval"]
    assert (slow["level"], slow["remedy"]) == ("warn", "canary run --scrape-interval 1s")
