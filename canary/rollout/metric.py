"""A gate on a number of one's own, as a policy writes it and as the stamp remembers it."""

import re
from hashlib import sha256
from typing import Annotated, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, field_validator, model_serializer, model_validator

from canary.rollout import promql
from canary.rollout.model import Frozen

MOST_METRICS = 4
"""Of one policy: each is a query per rollout and interval."""

MOST_POINTS = 60
"""That are looked at: ten minutes with intervals of 10 s."""

DIGEST = 16
"""Hexadecimal digits of the SHA-256 of a query that tell it from every other."""

_STAMPED = re.compile(rf"@[0-9a-f]{{{DIGEST}}}", re.ASCII)

Limit = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class MetricGate(Frozen):
    """
    A number of one's own must not be beyond its limits in `failures` of the last `of` intervals.

    Attributes:
        name: what it is called in sentences; each of a policy has another.
        query: PromQL that answers with one series; `{{canary}}` and the like stand in label matchers.
        min: below this a point fails.
        max: above this a point fails.
        failures: so many failing points of the last `of` take the canary's traffic back.
        of: how many points are looked at, one an interval; so many must be known on a step before it is left.
    """

    kind: Literal["metric"]
    name: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$")]
    query: str
    min: Limit | None = None
    max: Limit | None = None
    failures: Annotated[int, Field(ge=1, le=MOST_POINTS, strict=True)] = 3
    of: Annotated[int, Field(ge=1, le=MOST_POINTS, strict=True)] = 5

    @field_validator("query")
    @classmethod
    def _one_that_can_be_asked(cls, query: str) -> str:
        """A stamp has `@` and its digest instead, which begins no PromQL."""
        text = query.strip()
        if not _STAMPED.fullmatch(text):
            promql.parse(text)
        return text

    @model_validator(mode="after")
    def _can_fail(self) -> "MetricGate":
        if self.min is None and self.max is None:
            raise ValueError("a metric needs a limit: min, max, or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min must be at most max")
        if self.failures > self.of:
            raise ValueError("failures must be at most `of`")
        return self

    @model_serializer(mode="wrap")
    def _what_is_given(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in whole(self).items() if value is not None}

    @property
    def key(self) -> str:
        """Name and digest: the same for what a policy says and for what a stamp remembers of it."""
        return f"{self.name}{self.stamped.query}"

    @property
    def is_stamped(self) -> bool:
        """Only the digest of its query is left."""
        return _STAMPED.fullmatch(self.query) is not None

    @property
    def stamped(self) -> "MetricGate":
        """As a stamp remembers it: a query may be longer than all that has room there."""
        if self.is_stamped:
            return self
        digest = sha256(self.query.encode(errors="surrogatepass")).hexdigest()
        return self.model_copy(update={"query": f"@{digest[:DIGEST]}"})

    @property
    def limits(self) -> str:
        """What a point that fails is, in words."""
        if self.min is None:
            return f"above {self.max:g}"
        return f"below {self.min:g}" if self.max is None else f"outside {self.min:g} to {self.max:g}"

    def fails(self, value: float) -> bool:
        """Whether it is beyond a limit."""
        return (self.min is not None and value < self.min) or (self.max is not None and value > self.max)
