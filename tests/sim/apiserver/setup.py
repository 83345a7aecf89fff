"""An in-memory cluster with the kinds of Linkerd, SMI and our own, as the test control plane has them."""

from pathlib import Path

import yaml

from canary.sim.store import Store

ROOT = Path(__file__).parents[3]
CRDS = ROOT / "canary" / "sim" / "crds"
DEFINITIONS = (*sorted(CRDS.glob("*.yaml")), ROOT / "deploy" / "base" / "crd.yaml")


def with_definitions(store: Store) -> Store:
    for path in DEFINITIONS:
        store.create("customresourcedefinitions.apiextensions.k8s.io", yaml.safe_load(path.read_text()))
    return store
