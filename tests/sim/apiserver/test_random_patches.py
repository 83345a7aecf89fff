"""Patches nobody thought of, sent to both API servers: they must take and refuse the same, and store the same."""

import random
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.beds.controlplane import ControlPlane
from tests.sim.apiserver.cases.splits import a_split, splits
from tests.sim.apiserver.plain import Plain, without_words
from tests.sim.apiserver.talk import JSON_PATCH, MERGE, Object, Talk

pytestmark = pytest.mark.servers

SEEDS = range(8)
PATCHES = 25
BACKEND = {"service": "x", "weight": 1}
VALUES: tuple[Any, ...] = (
    *(None, 0, 1, 900, -1, 1.5, True, "a", "500m", [], {}),
    *(BACKEND, {"service": "x"}, [BACKEND, {"service": "y", "weight": "2"}]),
    *({"a": "b"}, {"a": None}, {"a": {"b": None}}),
)
FIELDS = {
    "spec": ("service", "backends", "unknown"),
    "metadata": ("annotations", "labels", "finalizers", "unknown", "generation"),
}
PATHS = (
    *("/kind", "/unknown", "/spec", "/spec/service", "/spec/unknown", "/spec/backends"),
    *("/spec/backends/0", "/spec/backends/-", "/spec/backends/7", "/spec/backends/0/service"),
    *("/metadata/name", "/metadata/generation", "/metadata/unknown", "/metadata/annotations"),
    *("/metadata/annotations/a", "/metadata/labels", "/metadata/labels/l", "/metadata/finalizers"),
)


def a_merge_patch(dice: random.Random) -> Object:
    patch: Object = {}
    for _ in range(dice.randint(1, 3)):
        part, value = dice.choice(["spec", "metadata", "spec and all", "status"]), a_value(dice)
        if part in FIELDS and isinstance(patch.setdefault(part, {}), dict):
            patch[part][dice.choice(FIELDS[part])] = value
        elif part not in FIELDS:
            patch[part.split()[0]] = value
    return patch


def a_json_patch(dice: random.Random) -> list[Object]:
    return [an_operation(dice) for _ in range(dice.randint(1, 3))]


def an_operation(dice: random.Random) -> Object:
    name = dice.choice(["add", "remove", "replace", "test", "move", "copy"])
    more = {"value": a_value(dice)} if name in {"add", "replace", "test"} else {"from": dice.choice(PATHS)}
    return {"op": name, "path": dice.choice(PATHS), **more}


def a_value(dice: random.Random) -> Any:  # noqa: ANN401 JSON
    return deepcopy(dice.choice(VALUES))


def some_patches(seed: int) -> list[tuple[str, object]]:
    dice = random.Random(seed)
    return [
        (MERGE, a_merge_patch(dice)) if dice.random() < 0.5 else (JSON_PATCH, a_json_patch(dice))
        for _ in range(PATCHES)
    ]


def answers(kubeconfig: Path, namespace: str, patches: list[tuple[str, object]]) -> list[list[Object]]:
    """To each patch of a new split, and what is then stored."""
    talk, found = Talk.by(kubeconfig, namespace), []
    talk.post("/api/v1/namespaces", {"metadata": {"name": namespace}})
    for kind, patch in patches:
        talk.replies.clear()
        talk.post(splits(talk), a_split(annotations={"a": "1", "b": "2"}, labels={"l": "m"}))
        talk.patch(f"{splits(talk)}/web", patch, kind)
        talk.get(f"{splits(talk)}/web")
        found.append(without_words(Plain(exact=True).replies(talk.replies)))
        talk.patch(f"{splits(talk)}/web", {"metadata": {"finalizers": None}})
        talk.delete(f"{splits(talk)}/web")
    talk.close()
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_both_servers_answer_any_patch_alike(in_memory: Path, control_plane: ControlPlane, seed: int) -> None:
    patches, namespace = some_patches(seed), f"random-{seed}"
    here = answers(in_memory, namespace, patches)
    there = answers(control_plane.kubeconfig("admin"), namespace, patches)
    for patch, ours, theirs in zip(patches, here, there, strict=True):
        assert ours == theirs, patch
