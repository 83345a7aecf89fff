"""The files of deploy/, read, and rendered as `kubectl apply -k` renders them."""

from functools import cache
from typing import Any, NamedTuple

import yaml

from tests.beds.api import Object
from tests.beds.controlplane import DEPLOY, ControlPlane

VARIANTS = tuple(sorted(path.parent.name for path in DEPLOY.glob("*/kustomization.yaml")))
ACCOUNT = {"kind": "ServiceAccount", "name": "canary", "namespace": "canary-system"}
USER = "system:serviceaccount:canary-system:canary"


@cache
def read(path: str) -> tuple[Object, ...]:
    """The objects of one file, by its path in deploy/."""
    return tuple(yaml.safe_load_all((DEPLOY / path).read_text()))


def the(kind: str, objects: tuple[Object, ...]) -> Object:
    """The one of that kind."""
    (found,) = (one for one in objects if one["kind"] == kind)
    return found


def rendered(plane: ControlPlane, variant: str) -> tuple[Object, ...]:
    """What `kubectl kustomize` makes of a folder."""
    return tuple(yaml.safe_load_all(plane.kubectl("kustomize", str(DEPLOY / variant)).stdout))


def pod_spec(deployment: Object) -> dict[str, Any]:
    found: dict[str, Any] = deployment["spec"]["template"]["spec"]
    return found


def container(deployment: Object) -> dict[str, Any]:
    (found,) = pod_spec(deployment)["containers"]
    return dict(found)


class Right(NamedTuple):
    """What peers are counted by, too."""

    group: str
    resource: str
    verb: str


def rules() -> list[Object]:
    """Those of the daemon's role."""
    found: list[Object] = the("ClusterRole", read("base/rights.yaml"))["rules"]
    return found


def rights() -> list[Right]:
    """One for each group, resource and verb that they name."""
    return [
        Right(group, resource, verb)
        for rule in rules()
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    ]
