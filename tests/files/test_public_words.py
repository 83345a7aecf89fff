"""
What scripts match, alerts name and stamps store. None of it may ever go or change.

A new word is added to its list here as well: from then on it is kept.
"""

import ast

from canary import terms
from canary.cluster import crd
from canary.cluster.kinds import RECORDS
from canary.rollout import checkup, record
from canary.rollout.record import conditions, model
from tests.files.project import ROOT

KEPT = {
    terms.Word: {
        "policy", "rollout", "canary", "rule", "pause", "resume", "promote", "abort", "retry", "undo", "approve",
        "reason", "requested-by", "state",
    },
    terms.Phase: {
        "Waiting", "Progressing", "Paused", "AwaitingApproval", "Baking", "Promoted", "RolledBack", "FailedHeld",
        "Aborted", "Superseded", "Rejected",
    },
    terms.Outcome: {"Rollback", "Hold", "Continue", "Advance", "TooQuiet"},
    checkup.Level: {"ok", "warn", "fail", "unknown"},
}  # fmt: skip

EXIT_CODES = {
    "OK": 0,
    "ERROR": 1,
    "USAGE": 2,
    "ROLLED_BACK": 10,
    "ABORTED": 11,
    "SUPERSEDED": 12,
    "REJECTED": 13,
    "TIMEOUT": 14,
    "NEEDS_PERSON": 15,
    "NOT_PICKED_UP": 16,
    "NOT_SEEN_IN_MESH": 17,
    "INTERRUPTED": 130,
}

REASONS = {
    "Aborted", "Approved", "AwaitingApproval", "BadRequest", "BadWeights", "Baking", "CanaryAmbiguous",
    "CanaryChanged", "CanaryGone", "CanaryIsStable", "CanaryNotReady", "CanaryReady", "CanaryUnknown",
    "CanaryTooSmall", "CanaryUnreachable",
    "ClaimedByOthers", "ClientsNotFollowing", "DeadlineExceeded", "Drifted", "GateFailed", "IdReused",
    "Idle", "MetricFailed", "MetricUnknown", "NotObserved", "NothingNew", "NothingToSplit", "Paused", "PolicyMissing", "PromoteRequested",
    "Promoted", "Resumed", "Retried", "ScrapedTwice", "SourceAway", "StableAmbiguous", "StableChanged",
    "StableGone", "StableNotReady", "StableShrunk", "StampLost", "StampNewer", "Started", "Superseded",
    "Terminating", "ThirdBackend", "TooQuiet", "UndoRefused", "Undone", "UnknownTooLong", "Unmanaged", "Unsettled",
    "WeightsDiffer", "WindowShut", "Withdrawn", "WorkloadAmbiguous", "WorkloadUnclear",
}  # fmt: skip

RECORD = {
    "Spec": {
        "route", "id", "attempt", "policy", "stable", "canary", "revisions", "requestedBy", "reason", "seal",
    },
    "RouteRef": {"kind", "name", "uid"},
    "Pin": {"kind", "name", "uid", "generation", "revision"},
    "Status": {
        "observedGeneration", "phase", "step", "steps", "share", "weights", "reason", "message", "conditions",
        "decisions", "totals", "seal",
    },
    "Condition": {"type", "status", "reason", "message", "lastTransitionTime", "observedGeneration"},
    "Entry": {
        "time", "rule", "verdict", "odds", "phase", "step", "reason", "message", "gates", "weightsBefore",
        "weightsAfter", "actor", "write",
    },
    "Gate": {"name", "against", "within", "canary", "stable"},
    "Arm": {"bad", "of"},
    "Totals": {"decisions", "intervals", "canaryRequests", "stableRequests"},
}  # fmt: skip
"""The fields of a record, by model."""
ROWS = {
    "autoscalers", "backends-meshed", "caller-rights", "clients-follow", "clients-meshed", "clock", "control-plane",
    "daemon-rights", "endpoints", "gateway-route", "gitops", "linkerd-version", "malformed-splits", "mtls",
    "opaque-ports", "other-controllers", "policy", "profile-shadow", "prometheus", "retries", "route", "scrape-interval",
    "scraped", "scraped-once", "second-split", "selectors", "service-ports", "services", "skipped-ports", "smi-adaptor",
    "split-api", "target-labels", "timeouts", "traffic", "viz", "weights-in-mesh", "workloads",
}  # fmt: skip
"""Of `canary check`."""


def strings_of_the_rules() -> set[str]:
    """Every string that stands in them by itself; a reason always does."""
    trees = [ast.parse(path.read_text()) for path in (ROOT / "canary" / "rollout" / "rules").glob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_reason_ever_given_is_still_given() -> None:
    assert REASONS - strings_of_the_rules() == set()


def test_every_row_of_the_check_ever_shown_is_still_shown() -> None:
    assert {row.name for row in checkup.ROWS} == ROWS


def test_every_public_word_is_still_there_and_means_the_same() -> None:
    assert {words: {word.value for word in words} for words in KEPT} == KEPT
    assert {code.name: code.value for code in terms.Exit} == EXIT_CODES
    assert terms.Word.STATE.key == "canary.delivery/state"
    assert (terms.DAEMON_MANAGER, terms.CLI_MANAGER) == ("canary", "canary-cli")


def test_records_are_still_called_and_labelled_and_read_the_same() -> None:
    assert (str(RECORDS), RECORDS.resource, RECORDS.api_version, crd.SHORT_NAME) == (
        "CanaryRollout",
        "canaryrollouts.canary.delivery",
        "canary.delivery/v1alpha1",
        "cro",
    )
    assert (record.ROUTE_LABEL, record.ID_LABEL) == ("canary.delivery/route", "canary.delivery/id")
    types = (conditions.RECONCILING, conditions.STALLED, conditions.READY, conditions.SUCCEEDED)
    assert types == ("Reconciling", "Stalled", "Ready", "Succeeded")


def test_every_field_a_record_ever_had_is_still_there() -> None:
    for name, fields in RECORD.items():
        known = {str(field.alias) for field in crd.MODELS[name].model_fields.values()}
        assert fields - known == set(), name
    assert set(crd.MODELS) == RECORD.keys()
    assert model.DECISIONS_LIMIT == 50
