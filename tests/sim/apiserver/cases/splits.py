"""TrafficSplits to talk about."""

from tests.sim.apiserver.talk import Object, Talk

API = "split.smi-spec.io/v1alpha1"


def splits(talk: Talk, version: str = "v1alpha1") -> str:
    return f"/apis/split.smi-spec.io/{version}/namespaces/{talk.namespace}/trafficsplits"


def a_split(name: str = "web", **about: object) -> Object:
    """At 900/100."""
    return {
        "apiVersion": API,
        "kind": "TrafficSplit",
        "metadata": {"name": name, **about},
        "spec": {"service": "web", "backends": backends(900, 100)},
    }


def backends(stable: int, canary: int) -> list[Object]:
    return [{"service": "web-v1", "weight": stable}, {"service": "web-v2", "weight": canary}]
