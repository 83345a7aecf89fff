"""
Cumulative buckets read as "slower than".

Prometheus 3 writes `le="50.0"` where Prometheus 2 wrote `le="50"`. After an upgrade both stand beside each other for
as long as a counter is remembered, and the new one began, on a target that was known, with a lifetime of responses.
`+Inf` is written alike by both. So while an endpoint's buckets are written in two ways it has no timed responses:
ten minutes without evidence on latency, instead of one interval with wrong one.
"""

import math
from collections.abc import Mapping, Sequence

Buckets = Mapping[str, float]
"""Increments by `le` as Prometheus writes it."""


def timed(buckets: Buckets, bounds: Sequence[float]) -> tuple[float, tuple[float, ...]]:
    """How many responses were timed, and how many of these took longer than each bound (ms); nothing may be `amiss`."""
    within = _by_number(buckets)
    if not within:
        return 0.0, (0.0,) * len(bounds)
    total = within[math.inf]
    return total, tuple(total - within[bound] for bound in bounds)


def amiss(buckets: Buckets, bounds: Sequence[float]) -> str:
    """Why these buckets do not tell how many were slower than the bounds; "" where they do."""
    within = _by_number(buckets)
    if within is None:
        return ""
    if math.inf not in within:
        return "Prometheus has answers but no response_latency_ms_bucket that counts them"
    for bound in bounds:
        if bound not in within:
            return f"the proxies have no latency bucket of {bound:g} ms"
        if within[bound] > within[math.inf]:
            return f"Prometheus counts more responses within {bound:g} ms than responses"
    return ""


def _by_number(buckets: Buckets) -> Mapping[float, float] | None:
    """None where one bound is written in two ways."""
    within = {float(le): responses for le, responses in buckets.items()}
    return within if len(within) == len(buckets) else None
