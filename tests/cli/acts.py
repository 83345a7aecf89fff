"""What hands can do to the objects of a cluster, as functions that do it when they are called with hands."""

from collections.abc import Callable
from typing import Any

from canary.cluster.kinds import DEPLOYMENTS, Kind
from canary.cluster.objects import Raw
from tests.cli.builders import NAMESPACE
from tests.cli.sample import Hands

Act = Callable[[Hands], None]


def merged(kind: Kind, name: str, body: Raw, namespace: str = NAMESPACE) -> Act:
    return lambda hands: hands.patch(kind, namespace, name, body)


def annotated(kind: Kind, name: str, **annotations: str | None) -> Act:
    return merged(kind, name, {"metadata": {"annotations": annotations}})


def scaled(name: str, replicas: int, namespace: str = NAMESPACE) -> Act:
    return merged(DEPLOYMENTS, name, {"spec": {"replicas": replicas}}, namespace)


def gone(kind: Kind, name: str, namespace: str = NAMESPACE) -> Act:
    return lambda hands: hands.delete(kind, namespace, name)


def made(kind: Kind, name: str, body: Raw, namespace: str = NAMESPACE) -> Act:
    head = {"apiVersion": kind.api_version, "kind": kind.kind}
    about = {"name": name, "namespace": namespace, **body.get("metadata", {})}
    return lambda hands: hands.make(kind, {**head, **body, "metadata": about})


def lost(kind: Kind, name: str) -> tuple[Act, Act]:
    """Deleted, and made again as it was."""
    kept: list[Raw] = []

    def delete(hands: Hands) -> None:
        kept.append(fresh(hands.get(kind, NAMESPACE, name)))
        hands.delete(kind, NAMESPACE, name)

    return delete, lambda hands: hands.make(kind, kept.pop())


def fresh(raw: Raw) -> Raw:
    """To be made again."""
    about = {
        key: raw["metadata"][key]
        for key in ("name", "namespace", "labels", "annotations")
        if key in raw["metadata"]
    }
    spec = {key: value for key, value in raw["spec"].items() if key not in ("clusterIP", "clusterIPs")}
    return {"apiVersion": raw["apiVersion"], "kind": raw["kind"], "metadata": about, "spec": spec}


def changed(kind: Kind, name: str, change: Callable[[Raw], Any]) -> Act:
    """Deleted, and made anew with a change: for what cannot be patched."""

    def act(hands: Hands) -> None:
        raw = fresh(hands.get(kind, NAMESPACE, name))
        change(raw["spec"])
        hands.delete(kind, NAMESPACE, name)
        hands.make(kind, raw)

    return act


def in_turn(*acts: Act) -> Act:
    def act(hands: Hands) -> None:
        for one in acts:
            one(hands)

    return act


def the_template(change: Raw) -> Raw:
    return {"spec": {"template": change}}
