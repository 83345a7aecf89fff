"""An in-memory cluster with the kinds of Linkerd and SMI, as the test control plane has them."""

from pathlib import Path

import yaml

from canary.sim.store import Store

CRDS = Path(__file__).parents[3] / "canary" / "sim" / "crds"


def with_definitions(store: Store) -> Store:
    for path in sorted(CRDS.glob("*.yaml")):
        store.create("customresourcedefinitions.apiextensions.k8s.io", yaml.safe_load(path.read_text()))
    return store
