"""
What scripts match, alerts name and stamps store. None of it may ever go or change.

A new word is added to its list here as well: from then on it is kept.
"""

from canary import terms

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


def test_every_public_word_is_still_there_and_means_the_same() -> None:
    assert {words: {word.value for word in words} for words in KEPT} == KEPT
    assert {code.name: code.value for code in terms.Exit} == EXIT_CODES
    assert terms.Word.STATE.key == "canary.delivery/state"
    assert (terms.DAEMON_MANAGER, terms.CLI_MANAGER) == ("canary", "canary-cli")
