"""
The words of the product: annotation words, phases, reasons, outcomes, exit codes.

Everything here is public for ever. Scripts match these strings, alerts name them, stamps store them:
a word may be added, never renamed or removed (`tests/files/test_public_words.py` lists them).
"""

from enum import IntEnum, StrEnum

PREFIX = "canary.delivery/"

DAEMON_MANAGER = "canary"
"""Field manager of the daemon's writes."""

CLI_MANAGER = "canary-cli"
"""Field manager of the CLI's writes; not called `kubectl…`, since Flux takes over everything that is."""


class Word(StrEnum):
    """What may stand behind `canary.delivery/` on a route."""

    POLICY = "policy"
    ROLLOUT = "rollout"
    CANARY = "canary"
    RULE = "rule"
    PAUSE = "pause"
    RESUME = "resume"
    PROMOTE = "promote"
    ABORT = "abort"
    RETRY = "retry"
    UNDO = "undo"
    APPROVE = "approve"
    REASON = "reason"
    REQUESTED_BY = "requested-by"
    STATE = "state"

    @property
    def key(self) -> str:
        """The whole annotation key."""
        return PREFIX + self.value


class Phase(StrEnum):
    """Where one attempt of a rollout stands."""

    WAITING = "Waiting"
    PROGRESSING = "Progressing"
    PAUSED = "Paused"
    AWAITING_APPROVAL = "AwaitingApproval"
    BAKING = "Baking"
    PROMOTED = "Promoted"
    ROLLED_BACK = "RolledBack"
    FAILED_HELD = "FailedHeld"
    ABORTED = "Aborted"
    SUPERSEDED = "Superseded"
    REJECTED = "Rejected"

    @property
    def ended(self) -> bool:
        """Nothing more happens to this attempt by itself."""
        return self in ENDED


ENDED = frozenset({Phase.PROMOTED, Phase.ROLLED_BACK, Phase.ABORTED, Phase.SUPERSEDED, Phase.REJECTED})


class Outcome(StrEnum):
    """What the evidence alone says."""

    ROLLBACK = "Rollback"
    HOLD = "Hold"
    CONTINUE = "Continue"
    ADVANCE = "Advance"
    TOO_QUIET = "TooQuiet"


class Exit(IntEnum):
    """Exit codes of the command line."""

    OK = 0
    ERROR = 1
    USAGE = 2
    ROLLED_BACK = 10
    ABORTED = 11
    SUPERSEDED = 12
    REJECTED = 13
    TIMEOUT = 14
    NEEDS_PERSON = 15
    NOT_PICKED_UP = 16
    NOT_SEEN_IN_MESH = 17
    INTERRUPTED = 130
