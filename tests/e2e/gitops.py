"""
Tools that bring the sample app's split back to what is in Git every second, as Argo CD and Flux do.

What they leave alone they read in the very files of examples/gitops. They write by the same means as the real ones: Argo
CD by kubectl's own apply, by server-side apply or by a replace, Flux by server-side apply after it has taken over whatever
belonged to a manager called `kubectl…`.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import yaml

from canary.terms import Word
from tests.beds.api import Away, Object, Refused
from tests.beds.patience import CLOCK, rest
from tests.e2e.daemon import ROOT
from tests.e2e.world import NAMESPACE, SAMPLE_APP, SPLIT, World, split_path

GITOPS = ROOT / "examples" / "gitops"
ARGO, FLUX = "argocd-controller", "kustomize-controller"
ONCE = "kustomize.toolkit.fluxcd.io/ssa"
EVERY = 1.0
"""Seconds between two looks."""


@dataclass
class Git:
    """
    What is in Git about the split.

    Attributes:
        words: our annotations on it, by word; write to it to make a commit.
        foreign: other annotations on it.
    """

    words: dict[str, str] = field(default_factory=dict)
    foreign: dict[str, str] = field(default_factory=dict)

    def manifest(self) -> Object:
        made: Object = yaml.safe_load((SAMPLE_APP / "6-backend-api-split.yaml").read_text())
        ours = {Word(word).key: value for word, value in self.words.items()}
        made["metadata"]["annotations"] = {**ours, **self.foreign}
        return made


def ignored_by_argo() -> list[str]:
    """Fields that an Application leaves as they are, in the comparison and in the sync."""
    spec = yaml.safe_load((GITOPS / "argocd" / "application.yaml").read_text())["spec"]
    assert "RespectIgnoreDifferences=true" in spec["syncPolicy"]["syncOptions"]
    return [path for rule in spec["ignoreDifferences"] if _ours(rule) for path in rule["jsonPointers"]]


def ignored_by_flux() -> list[str]:
    spec = yaml.safe_load((GITOPS / "flux" / "kustomization.yaml").read_text())["spec"]
    return [path for rule in spec["ignore"] if _ours(rule["target"]) for path in rule["paths"]]


def created_once() -> dict[str, str]:
    """The annotation by which Flux makes an object once."""
    about = yaml.safe_load((GITOPS / "flux" / "split-once.yaml").read_text())["metadata"]
    return {key: value for key, value in about["annotations"].items() if key == ONCE}


def _ours(target: Object) -> bool:
    return (target["group"], target["kind"]) == ("split.smi-spec.io", "TrafficSplit")


def argo_applies(world: World, wanted: Object) -> None:
    """kubectl's apply, which compares with what it applied last."""
    world.plane.kubectl("apply", f"--field-manager={ARGO}", "-f", "-", stdin=yaml.safe_dump(wanted))


def argo_applies_on_the_server(world: World, wanted: Object) -> None:
    world.plane.admin.apply(split_path(SPLIT), wanted, ARGO)


def argo_replaces(world: World, wanted: Object) -> None:
    """Sync option Replace: what is not in Git is gone."""
    about = {**wanted["metadata"], "resourceVersion": world.split()["metadata"]["resourceVersion"]}
    world.plane.admin.put(split_path(SPLIT), {**wanted, "metadata": about}, ARGO)


def argo(
    world: World,
    git: Git,
    apply: Callable[[World, Object], None] = argo_applies,
    ignored: list[str] | None = None,
) -> None:
    """One look; it writes where something differs that is not ignored."""
    live, wanted = world.split(), git.manifest()
    for pointer in ignored or ():
        _copy(pointer, live, wanted)
    if not _within(wanted, live):
        apply(world, wanted)


def flux(world: World, git: Git, ignored: list[str] | None = None) -> None:
    """
    One look: everything is applied by force, but for what is ignored and belongs to somebody else by now.

    An apply that changes nothing makes no version.
    """
    wanted = git.manifest()
    if wanted["metadata"]["annotations"].get(ONCE) == "IfNotPresent":
        return  # it is there
    live = _taken_over(world, world.split())
    for pointer in ignored or ():
        if not _owns(live, pointer):
            _drop(pointer, wanted)
    world.plane.admin.apply(split_path(SPLIT), wanted, FLUX)


def _taken_over(world: World, live: Object) -> Object:
    """
    What belonged to `kubectl…` belongs to Flux, so that its next apply removes what is not in Git.

    Its entry gets a new time, or the history would take this version for one of whoever wrote last.
    """
    entries = live["metadata"]["managedFields"]
    theirs = [entry for entry in entries if entry["manager"].startswith("kubectl")]
    if not theirs:
        return live
    own = next(
        (entry for entry in entries if (entry["manager"], entry["operation"]) == (FLUX, "Apply")), None
    )
    now = CLOCK.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    merged = {**(own or theirs[0]), "manager": FLUX, "operation": "Apply", "time": now}
    for entry in theirs:
        merged["fieldsV1"] = _union(merged["fieldsV1"], entry["fieldsV1"])
    kept = [entry for entry in entries if entry not in theirs and entry is not own]
    about = {"managedFields": [*kept, merged], "resourceVersion": live["metadata"]["resourceVersion"]}
    return world.plane.admin.patch(split_path(SPLIT), {"metadata": about}, FLUX)


def _owns(live: Object, pointer: str) -> bool:
    fields = [e["fieldsV1"] for e in live["metadata"]["managedFields"] if e["manager"] == FLUX]
    return any(_at(found, [f"f:{part}" for part in pointer.split("/")[1:]]) is not None for found in fields)


def _at(value: Any, path: list[str]) -> Any:  # noqa: ANN401 - JSON
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _copy(pointer: str, source: Object, to: Object) -> None:
    *path, last = pointer.split("/")[1:]
    _at(to, path)[last] = deepcopy(_at(source, path)[last])


def _drop(pointer: str, of: Object) -> None:
    *path, last = pointer.split("/")[1:]
    del _at(of, path)[last]


def _union(one: Object, other: Object) -> Object:
    shared = {key: _union(one[key], other[key]) for key in one.keys() & other.keys()}
    return {**one, **other, **shared}


def _within(wanted: Any, live: Any) -> bool:  # noqa: ANN401 - JSON
    """Whether all that is wanted is there."""
    if isinstance(wanted, dict) and isinstance(live, dict):
        return all(key in live and _within(value, live[key]) for key, value in wanted.items())
    return bool(wanted == live)


@contextmanager
def healing(look: Callable[[], None]) -> Iterator[None]:
    """The tool looks every second; a write that came too late is made at the next look."""
    stop = threading.Event()

    def run() -> None:
        while not rest(EVERY, stop):
            with suppress(Away, Refused):
                look()

    thread = threading.Thread(target=run, name=f"GitOps in {NAMESPACE}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
