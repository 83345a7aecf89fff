"""Gates as a policy writes them: which questions the evidence must answer, and how much is tolerated."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from canary.evidence.bounds import MOST
from canary.rollout.metric import MetricGate
from canary.rollout.model import Duration, Frozen, Part

SLOWEST = timedelta(seconds=50)
"""The largest bound of Linkerd's histogram: beyond it nothing can be told."""

WARMUP = timedelta(seconds=60)
"""How long a new version may be slow before its latency counts."""

Bound = Annotated[Duration, Field(ge=timedelta(milliseconds=1), le=SLOWEST)]


class ErrorsGate(Frozen):
    """
    The canary may fail at most `ratio` times as often as stable does for the same callers, plus `margin`.

    Attributes:
        ratio: how many times stable's failure rate is still accepted.
        margin: part of requests that may fail in addition, 0-1.
    """

    kind: Literal["errors"]
    ratio: Annotated[float, Field(ge=1, le=100, strict=True)] = 1.5
    margin: Annotated[Part, Field(gt=0, lt=1)] = 0.002


class ObjectiveGate(Frozen):
    """
    What the canary must reach whatever stable does; silent while stable misses it too. One target an entry.

    Attributes:
        success: part of requests that must succeed, 0-1; written `99%` in YAML.
        p50, p90, p95, p99, p999: within which time that part of the requests must be answered; written `300ms`.
    """

    kind: Literal["objective"]
    success: Annotated[Part, Field(ge=0.5, lt=1)] | None = None
    p50: Bound | None = None
    p90: Bound | None = None
    p95: Bound | None = None
    p99: Bound | None = None
    p999: Bound | None = None

    ALLOWED: ClassVar[Mapping[str, float]] = {"p50": 0.5, "p90": 0.1, "p95": 0.05, "p99": 0.01, "p999": 0.001}
    """Part of the requests that may be slower, by percentile."""

    @model_validator(mode="after")
    def _one_target(self) -> "ObjectiveGate":
        if len(self._given()) != 1:
            known = ", ".join(("success", *self.ALLOWED))
            raise ValueError(f"an objective has exactly one target, one of {known}: write one entry for each")
        return self

    @model_serializer(mode="wrap")
    def _what_is_given(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in whole(self).items() if value is not None}

    @property
    def target(self) -> str:
        """`success`, or which percentile."""
        return self._given()[0]

    @property
    def within(self) -> timedelta | None:
        """In which time a percentile must be answered; None for `success`."""
        found: timedelta | None = None if self.target == "success" else getattr(self, self.target)
        return found

    @property
    def allowed(self) -> float:
        """Part of the requests that may miss it."""
        return round(1 - self.success, 9) if self.success is not None else self.ALLOWED[self.target]

    def _given(self) -> list[str]:
        return [name for name in ("success", *self.ALLOWED) if getattr(self, name) is not None]


class LatencyGate(Frozen):
    """
    At none of some bounds may more of the canary's requests be slower than `ratio` times stable's part, plus `margin`.

    Attributes:
        ratio: how many times stable's part of slow requests is still accepted.
        margin: part of requests that may be slow in addition, 0-1.
        bounds: which ones; none: chosen at the start, by how fast stable was in the hour before.
        warmup: how long new endpoints of the canary may be slow: caches are cold, code is not compiled yet.
    """

    kind: Literal["latency"]
    ratio: Annotated[float, Field(ge=1, le=100, strict=True)] = 1.5
    margin: Annotated[Part, Field(gt=0, lt=1)] = 0.002
    bounds: Annotated[tuple[Bound, ...], Field(max_length=MOST)] = ()
    warmup: Duration = WARMUP

    @model_validator(mode="after")
    def _rising(self) -> "LatencyGate":
        if any(low >= high for low, high in zip(self.bounds, self.bounds[1:], strict=False)):
            raise ValueError("bounds must rise")
        return self


Gate = Annotated[ErrorsGate | ObjectiveGate | LatencyGate | MetricGate, Field(discriminator="kind")]
