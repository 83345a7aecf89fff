"""Arms, strata and halves of one line of a recording, strictly."""

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import Any, NamedTuple

from canary.errors import Invalid
from canary.evidence import Arm, Interval, Stratum

FIELDS = frozenset({"requests", "failures", "timed", "slow"})
NO_ARM = "no data"


class Bounds(NamedTuple):
    """
    The bounds of a file.

    Attributes:
        ms: ascending.
        names: as the file spells them, in the same order.
    """

    ms: tuple[float, ...]
    names: tuple[str, ...]

    @classmethod
    def of(cls, raws: Iterable[Mapping[str, Any]]) -> "Bounds":
        """Those of the first arm that names any; all others must name the same."""
        for raw in raws:
            for arm in _arms(raw):
                slow = arm.get("slow") if isinstance(arm, Mapping) else None
                if isinstance(slow, Mapping) and slow and all(_bound(name) for name in slow):
                    names = tuple(sorted(slow, key=float))
                    return cls(tuple(map(float, names)), names)
        return cls((), ())


def interval(raw: Mapping[str, Any], index: int, bounds: Bounds, at: str) -> Interval:
    """
    One line.

    Raises:
        Invalid: with `at`.
    """
    if "strata" in raw:
        return _of_strata(raw, index, bounds, at)
    if "canary" not in raw or "stable" not in raw:
        raise Invalid("an interval has canary and stable (null = no data), or strata", at=at)
    return _of_pairs([raw], index, bounds, at)


def _of_strata(raw: Mapping[str, Any], index: int, bounds: Bounds, at: str) -> Interval:
    if "canary" in raw or "stable" in raw:
        raise Invalid("strata stand instead of canary and stable, not beside them", at=at)
    strata = raw["strata"]
    if strata is None:
        return Interval(index, None, why=NO_ARM)
    if not isinstance(strata, list) or not all(
        isinstance(one, dict) and one.keys() == {"canary", "stable"} for one in strata
    ):
        raise Invalid('strata is a list of {"canary": …, "stable": …}', at=at)
    return _of_pairs(strata, index, bounds, at)


def _of_pairs(pairs: list[Any], index: int, bounds: Bounds, at: str) -> Interval:
    if any(pair[arm] is None for pair in pairs for arm in ("canary", "stable")):
        return Interval(index, None, why=NO_ARM)
    strata = tuple(
        Stratum(_arm(pair["canary"], bounds, at, "canary"), _arm(pair["stable"], bounds, at, "stable"))
        for pair in pairs
    )
    return Interval(index, strata, _halves([pair["stable"] for pair in pairs], bounds, at))


def _halves(arms: list[Mapping[str, Any]], bounds: Bounds, at: str) -> tuple[Arm, Arm] | None:
    """Of all callers together; none, unless each of them tells its own."""
    given = [arm["halves"] for arm in arms if arm.get("halves") is not None]
    if not given or len(given) < len(arms):
        return None
    if not all(isinstance(halves, list) and len(halves) == 2 for halves in given):
        raise Invalid("stable.halves are two arms", at=at)
    one, other = (
        [_arm(halves[side], bounds, at, f"stable.halves[{side}]") for halves in given] for side in (0, 1)
    )
    return together(one), together(other)


def together(arms: Sequence[Arm]) -> Arm:
    """Their counts, added up."""
    if len(arms) == 1:
        return arms[0]
    slow = tuple(map(sum, zip(*(arm.slow for arm in arms), strict=True)))
    requests, failures, timed = (
        sum(arm.requests for arm in arms),
        sum(arm.failures for arm in arms),
        sum(arm.timed for arm in arms),
    )
    return Arm(requests, failures, timed, slow)


def _arm(raw: object, bounds: Bounds, at: str, where: str) -> Arm:
    if not isinstance(raw, dict):
        raise Invalid(f'{where} must be {{"requests": …, "failures": …}} or null', at=at)
    if unknown := sorted(raw.keys() - FIELDS - {"halves"}):
        raise Invalid(
            f"{where} has an unknown field {unknown[0]!r}",
            at=at,
            hint=f"known are {', '.join(sorted(FIELDS))}",
        )
    requests, failures = (
        _count(raw.get(field), at, f"{where}.{field}") for field in ("requests", "failures")
    )
    if failures > requests:
        raise Invalid(f"{where} has more failures than requests", at=at)
    slow = _slow(raw.get("slow"), bounds, at, where)
    timed = _count(raw["timed"], at, f"{where}.timed") if "timed" in raw else requests if slow else 0.0
    if any(count > timed for count in slow):
        raise Invalid(f"{where} has more slow responses than responses with a latency (timed)", at=at)
    return Arm(requests, failures, timed, slow)


def _slow(raw: object, bounds: Bounds, at: str, where: str) -> tuple[float, ...]:
    if raw is None:
        return ()
    if not isinstance(raw, dict) or set(raw) != set(bounds.names):
        known = ", ".join(bounds.names) or 'milliseconds: {"100": 3}'
        raise Invalid(f"{where}.slow must count for the same bounds on every line: {known}", at=at)
    return tuple([_count(raw[name], at, f"{where}.slow.{name}") for name in bounds.names])


def _count(value: object, at: str, where: str) -> float:
    if type(value) not in (int, float) or not (isfinite(value) and 0 <= value <= 2.0**53):  # type: ignore[arg-type, operator]
        raise Invalid(f"{where} must be a number of responses, from 0 on", at=at)
    return float(value)  # type: ignore[arg-type]


def _bound(name: str) -> bool:
    try:
        return isfinite(float(name)) and float(name) > 0
    except ValueError:
        return False


def _arms(raw: Mapping[str, Any]) -> list[Any]:
    pairs = raw.get("strata") if isinstance(raw.get("strata"), list) else [raw]
    return [
        pair.get(arm) for pair in pairs or () if isinstance(pair, Mapping) for arm in ("canary", "stable")
    ]
