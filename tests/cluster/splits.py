"""TrafficSplits for these tests, healthy ones."""

from canary.cluster.kinds import TRAFFIC_SPLITS
from canary.cluster.objects import Raw, metadata
from canary.cluster.patch import RoutePatch
from canary.terms import DAEMON_MANAGER

STABLE, CANARY = "backend-api-v1", "backend-api-v2"


def a_split(name: str = "backend-api-split", namespace: str = "sample-app", **about: object) -> Raw:
    """At 900/100; `about` goes into its metadata."""
    return {
        "apiVersion": TRAFFIC_SPLITS.api_version,
        "kind": TRAFFIC_SPLITS.kind,
        "metadata": {"name": name, "namespace": namespace, **about},
        "spec": {"service": "backend-api", "backends": backends(900, 100)},
    }


def backends(stable: int, canary: int) -> list[Raw]:
    return [{"service": STABLE, "weight": stable}, {"service": CANARY, "weight": canary}]


def a_patch(seen: Raw, body: Raw | None = None, *, dry_run: bool = False, **instead: str) -> RoutePatch:
    """All traffic to the canary, written under the conditions of `seen`, or others `instead`."""
    about = metadata(seen)
    return RoutePatch(
        TRAFFIC_SPLITS,
        about["namespace"],
        about["name"],
        str(instead.get("uid", about["uid"])),
        str(instead.get("resource_version", about["resourceVersion"])),
        body if body is not None else {"spec": {"backends": backends(0, 1000)}},
        DAEMON_MANAGER,
        dry_run,
    )
