"""
The fields of `-o json`: public for ever.

A new field is added to its list here as well: from then on it is kept.
"""

from pydantic import BaseModel

from canary.cli.work.attempts import Attempt, RolloutHistory
from canary.cli.work.checkreport import CheckReport, CheckRow
from canary.cli.work.ends import End
from canary.cli.work.explanation import Decided, EvidenceNow, GateNow, Next, RolloutExplanation, Why
from canary.cli.work.report import Backend, Name, Pending, Rollout, RolloutList, RolloutStatus
from canary.cli.work.slots import Slot
from canary.cli.work.statreport import BackendStat, RouteStat
from canary.rollout.record import Entry

KEPT: dict[type[BaseModel], set[str]] = {
    RolloutStatus: {
        "apiVersion", "kind", "route", "policy", "requested", "rollout", "backends", "pending", "problems", "end",
    },
    RolloutList: {"apiVersion", "kind", "items"},
    Name: {"kind", "namespace", "name", "apex"},
    Rollout: {
        "id", "attempt", "phase", "step", "steps", "share", "ladder", "stable", "canary", "policy", "paused", "driftedBy",
        "needsPerson", "reason", "message", "changedAt",
    },
    Backend: {"service", "weight", "share", "role"},
    Pending: {"word", "value"},
    Slot: {"apiVersion", "kind", "route", "free", "stable", "share", "rollout", "message"},
    RolloutHistory: {"apiVersion", "kind", "route", "recorded", "problem", "attempts"},
    Attempt: {
        "record", "id", "attempt", "phase", "step", "steps", "policy", "stable", "canary", "requestedBy", "because",
        "reason", "message", "beganAt", "changedAt", "decisions",
    },
    Entry: {
        "time", "rule", "verdict", "odds", "phase", "step", "reason", "message", "gates", "weightsBefore", "weightsAfter",
        "actor", "write",
    },
    End: {"exitCode", "outcome", "message"},
    RolloutExplanation: {"apiVersion", "kind", "status", "why", "evidence", "next", "decisions", "unknown"},
    Why: {"reason", "message", "means", "opens"},
    EvidenceNow: {
        "knownFrom", "through", "against", "limit", "outcome", "message", "requests", "leastRequests", "intervals",
        "leastIntervals", "gates",
    },
    GateNow: {"name", "message", "against", "within", "needed", "passed", "k", "bursts"},
    Next: {"step", "share", "approval", "seconds", "undecided", "message"},
    Decided: {"at", "reason", "message"},
    CheckReport: {"apiVersion", "kind", "namespace", "route", "rows"},
    CheckRow: {"name", "level", "fatal", "message", "remedy"},
    RouteStat: {
        "apiVersion", "kind", "route", "until", "seconds", "intervals", "known", "why", "pastTheSplitRps", "backends",
    },
    BackendStat: {
        "service", "weight", "share", "observedShare", "ready", "successRate", "rps", "p50", "p95", "p99", "mtls",
    },
}  # fmt: skip


def test_every_field_of_the_json_output_is_still_there() -> None:
    found = {model: {str(field.alias) for field in model.model_fields.values()} for model in KEPT}
    assert found == KEPT


def test_its_version_and_kind_are_what_scripts_look_for() -> None:
    defaults = {name: field.default for name, field in RolloutStatus.model_fields.items()}
    assert (defaults["api_version"], defaults["kind"]) == ("canary.delivery/v1alpha1", "RolloutStatus")
