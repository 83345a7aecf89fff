"""examples/sample-app is what its README says, and a real API server takes it."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.beds.controlplane import ControlPlane

SAMPLE_APP = Path(__file__).parents[2] / "examples" / "sample-app"
NAMESPACE = SAMPLE_APP / "1-namespace.yaml"


def manifests() -> list[dict[str, Any]]:
    return [one for file in sorted(SAMPLE_APP.glob("*.yaml")) for one in yaml.safe_load_all(file.read_text())]


def the(kind: str, name: str) -> dict[str, Any]:
    return next(one for one in manifests() if (one["kind"], one["metadata"]["name"]) == (kind, name))


def container(deployment: str) -> dict[str, Any]:
    found: dict[str, Any] = the("Deployment", deployment)["spec"]["template"]["spec"]["containers"][0]
    return found


def test_everything_is_in_one_namespace_with_injection() -> None:
    assert the("Namespace", "sample-app")["metadata"]["annotations"] == {"linkerd.io/inject": "enabled"}
    assert {one["metadata"].get("namespace", "sample-app") for one in manifests()} == {"sample-app"}


@pytest.mark.parametrize(
    ("deployment", "replicas", "image", "limits"),
    [
        ("frontend", 2, "nginx:alpine", {"cpu": "250m", "memory": "128Mi"}),
        ("backend-api", 3, "hashicorp/http-echo:1.0", {"cpu": "100m", "memory": "64Mi"}),
        ("backend-api-v1", 3, "hashicorp/http-echo:1.0", {"cpu": "100m", "memory": "64Mi"}),
        ("backend-api-v2", 3, "hashicorp/http-echo:1.0", {"cpu": "100m", "memory": "64Mi"}),
    ],
)
def test_the_deployments(deployment: str, replicas: int, image: str, limits: dict[str, str]) -> None:
    assert the("Deployment", deployment)["spec"]["replicas"] == replicas
    assert container(deployment)["image"] == image
    assert container(deployment)["resources"]["limits"] == limits


@pytest.mark.parametrize("name", ["frontend", "backend-api", "backend-api-v1", "backend-api-v2"])
def test_each_service_selects_the_pods_of_one_deployment(name: str) -> None:
    selector = the("Service", name)["spec"]["selector"]
    chosen = [
        one["metadata"]["name"]
        for one in manifests()
        if one["kind"] == "Deployment"
        and selector.items() <= one["spec"]["template"]["metadata"]["labels"].items()
    ]
    assert chosen == [name]


def test_apex_and_leaves_have_the_same_port() -> None:
    names = ("backend-api", "backend-api-v1", "backend-api-v2")
    assert [the("Service", name)["spec"]["ports"][0]["port"] for name in names] == [8080, 8080, 8080]


def test_the_split_starts_at_900_to_100() -> None:
    split = the("TrafficSplit", "backend-api-split")
    assert split["apiVersion"] == "split.smi-spec.io/v1alpha2"
    assert split["spec"] == {
        "service": "backend-api",
        "backends": [
            {"service": "backend-api-v1", "weight": 900},
            {"service": "backend-api-v2", "weight": 100},
        ],
    }


def test_the_profile_has_the_routes_and_leaves_the_weights_to_the_adaptor() -> None:
    spec = the("ServiceProfile", "backend-api.sample-app.svc.cluster.local")["spec"]
    told = {
        route["name"]: (route.get("isRetryable", False), route.get("timeout")) for route in spec["routes"]
    }
    assert told == {"GET /api": (True, "5s"), "POST /api/upload": (False, "30s"), "POST /api": (False, None)}
    assert "dstOverrides" not in spec


@pytest.mark.servers
def test_a_real_api_server_takes_every_file(control_plane: ControlPlane) -> None:
    control_plane.apply(NAMESPACE)
    control_plane.kubectl("apply", "--dry-run=server", "-f", str(SAMPLE_APP))
