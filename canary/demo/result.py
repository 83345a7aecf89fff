"""What `-o json` prints: public, fields are added and never renamed."""

from typing import Literal

from canary.rollout.model import Frozen


class DemoDecision(Frozen):
    """
    One decision of the daemon, while it is played.

    Attributes:
        at: virtual seconds after the rollout was asked for.
        weights: of all backends, where it wrote them.
    """

    api_version: Literal["canary.delivery/v1alpha1"] = "canary.delivery/v1alpha1"
    kind: Literal["DemoDecision"] = "DemoDecision"
    at: float
    phase: str
    step: int
    reason: str
    message: str
    weights: dict[str, int | None] | None


class Cost(Frozen):
    """Requests that clients sent to the canary while it was on trial."""

    requests: int
    failed: int


class Weighed(Frozen):
    """Weights from a moment on, virtual seconds after the rollout was asked for."""

    at: float
    stable: int
    canary: int


class Flagger(Frozen):
    """
    Flagger's rule on the same traffic, in a model.

    Attributes:
        interval_seconds, threshold: its settings.
        rolled_back_after: virtual seconds; null = never.
        failed: failed requests of the canary until then.
    """

    interval_seconds: int
    threshold: int
    rolled_back_after: int | None
    failed: int


class DemoResult(Frozen):
    """
    How a scene ended.

    Attributes:
        expected: whether it ended as the scene says; null with another policy than the one it was made for.
        virtual_seconds: from the request to the end.
        intervals_to_verdict: evidence intervals, from when what decides it began.
    """

    api_version: Literal["canary.delivery/v1alpha1"] = "canary.delivery/v1alpha1"
    kind: Literal["DemoResult"] = "DemoResult"
    scene: str
    seed: int
    policy: str
    phase: str
    reason: str
    message: str
    exit_code: int
    expected: bool | None
    virtual_seconds: float
    intervals_to_verdict: int
    canary: Cost
    weights: tuple[Weighed, ...]
    flagger_model: tuple[Flagger, ...]
