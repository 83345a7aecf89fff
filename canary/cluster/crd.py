"""
The CustomResourceDefinition of records, made from their models, so that it cannot say anything else.

    python -m canary.cluster.crd > deploy/base/crd.yaml

A structural schema has no references, no titles, no closed objects (what it does not name is pruned) and no null types.
"""

import sys
from typing import Any

import yaml

from canary.cluster.kinds import RECORDS
from canary.cluster.objects import Raw
from canary.rollout.record import Arm, Condition, Entry, Gate, RouteRef, Spec, Status, Totals
from canary.rollout.schema import told
from canary.rollout.stamp import Pin

SHORT_NAME = "cro"
HEADER = "# Made by `python -m canary.cluster.crd`; what it says comes from canary/rollout/record/model.py.\n"

MODELS = {
    model.__name__: model for model in (RouteRef, Pin, Spec, Arm, Gate, Entry, Condition, Totals, Status)
}

COLUMNS = (
    ("Route", "string", ".spec.route.name", 0),
    ("Id", "string", ".spec.id", 0),
    ("Try", "integer", ".spec.attempt", 0),
    ("Phase", "string", ".status.phase", 0),
    ("Step", "integer", ".status.step", 0),
    ("Of", "integer", ".status.steps", 0),
    ("Share", "string", ".status.share", 0),
    ("Reason", "string", ".status.reason", 0),
    ("Age", "date", ".metadata.creationTimestamp", 0),
    ("Canary", "string", ".spec.canary", 1),
    ("Policy", "string", ".spec.policy", 1),
    ("Message", "string", ".status.message", 1),
)
"""Name, type, where, and from which width on `kubectl get` shows it."""

UNWANTED = ("title", "default", "description", "additionalProperties")
"""What the generator says of a value that a structural schema may not say, or says better."""


def definition() -> Raw:
    """The whole object."""
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": RECORDS.resource},
        "spec": {
            "group": RECORDS.group,
            "scope": "Namespaced",
            "names": {
                "kind": RECORDS.kind,
                "listKind": f"{RECORDS.kind}List",
                "plural": RECORDS.plural,
                "singular": RECORDS.kind.lower(),
                "shortNames": [SHORT_NAME],
            },
            "versions": [
                {
                    "name": RECORDS.version,
                    "served": True,
                    "storage": True,
                    "subresources": {"status": {}},
                    "additionalPrinterColumns": [_column(*column) for column in COLUMNS],
                    "schema": {"openAPIV3Schema": _schema()},
                }
            ],
        },
    }


def _column(name: str, kind: str, path: str, priority: int) -> Raw:
    return {"name": name, "type": kind, "jsonPath": path, **({"priority": priority} if priority else {})}


def _schema() -> Raw:
    return {
        "type": "object",
        "description": "One attempt of a rollout: what was asked and what became of it. It decides nothing.",
        "required": ["spec"],
        "properties": {"spec": _structural(Spec), "status": _structural(Status)},
    }


def _structural(model: Any) -> Raw:  # noqa: ANN401 - any of MODELS
    made: Raw = model.model_json_schema(by_alias=True, mode="serialization")
    return _inlined(made, made.pop("$defs", {}))


def _inlined(part: Raw, parts: Raw) -> Raw:
    """The schema of one value, with all it refers to in its place."""
    if "$ref" in part:
        part = parts[part["$ref"].rpartition("/")[2]]
    if "properties" not in part:
        return _value(part, parts)
    meaning = told(MODELS[part["title"]])
    fields = {
        key: {"description": meaning[key], **_inlined(its, parts)} for key, its in part["properties"].items()
    }
    return {key: value for key, value in part.items() if key not in UNWANTED} | {"properties": fields}


def _value(part: Raw, parts: Raw) -> Raw:
    kept = {key: value for key, value in part.items() if key not in UNWANTED or isinstance(value, dict)}
    for inner in ("items", "additionalProperties"):
        if isinstance(kept.get(inner), dict):
            kept[inner] = _inlined(kept[inner], parts)
    return kept


def main() -> None:
    """Print it."""
    sys.stdout.write(HEADER + rendered())


def rendered() -> str:
    """As YAML that repeats itself rather than refer to itself."""
    return yaml.dump(definition(), Dumper=Plain, sort_keys=False, width=110, allow_unicode=True)


class Plain(yaml.SafeDumper):
    """Without anchors and aliases."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        return True


if __name__ == "__main__":
    main()
