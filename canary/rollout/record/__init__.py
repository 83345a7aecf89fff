"""
The record: one object for each attempt of a rollout, which tells what was asked and what became of it.

It tells, and decides nothing: weights follow from the stamp on the route alone. Only where that is lost may the records
of a route make us more careful (`recall`), never less.
"""

from canary.rollout.record.model import (
    DECISIONS_LIMIT,
    Arm,
    Condition,
    Entry,
    Gate,
    Record,
    RouteRef,
    Spec,
    Status,
    Totals,
)
from canary.rollout.record.naming import ID_LABEL, ROUTE_LABEL, label, labels, name, seal

__all__ = [
    "DECISIONS_LIMIT",
    "ID_LABEL",
    "ROUTE_LABEL",
    "Arm",
    "Condition",
    "Entry",
    "Gate",
    "Record",
    "RouteRef",
    "Spec",
    "Status",
    "Totals",
    "label",
    "labels",
    "name",
    "seal",
]
