"""
The ServiceProfile in which smi-adaptor hands a TrafficSplit to Linkerd: read only, to see whether it did.

A TrafficSplit has no status. That its weights arrived shows in `spec.dstOverrides` of the profile named after the
apex, as Quantities in canonical spelling (1000 reads back as `1k`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from canary.routes.quantity import parse
from canary.routes.route import Route

SKIP = "smi.linkerd.io/skip"


@dataclass(frozen=True, slots=True)
class Profile:
    """
    Attributes:
        overrides: authority without port → weight; empty = no split is in force.
        skipped: smi-adaptor was told to leave it alone.
    """

    overrides: Mapping[str, Fraction | None]
    skipped: bool = False

    def shows(self, weights: Mapping[str, int | None], namespace: str, domain: str) -> bool:
        """Whether Linkerd was handed exactly `weights` (Service → weight)."""
        wanted = {name(service, namespace, domain): weight for service, weight in weights.items()}
        return None not in weights.values() and dict(self.overrides) == wanted


def name(service: str, namespace: str, domain: str) -> str:
    """The name of a Service's profile, which is also its authority without port."""
    return f"{service}.{namespace}.svc.{domain}"


def read(obj: Mapping[str, Any]) -> Profile:
    """What a ServiceProfile object says about splitting."""
    overrides = (obj.get("spec") or {}).get("dstOverrides") or ()
    entries = (entry for entry in overrides if isinstance(entry, Mapping))
    return Profile(
        overrides={
            str(entry.get("authority", "")).partition(":")[0]: parse(entry.get("weight")) for entry in entries
        },
        skipped=SKIP in ((obj.get("metadata") or {}).get("annotations") or {}),
    )


def astray(profile: Profile | None, route: Route, domain: str) -> str:
    """Why Linkerd was not seen to follow the weights of a TrafficSplit; "" = it was."""
    if profile is None or not profile.overrides:
        return f"smi-adaptor has not written the split into the ServiceProfile of {route.apex}: is linkerd-smi running?"
    if profile.skipped:
        return f"the ServiceProfile of {route.apex} tells smi-adaptor to leave it alone ({SKIP})"
    if not profile.shows(route.weights, route.namespace, domain):
        return f"the ServiceProfile of {route.apex} shows other weights: smi-adaptor is not reconciling"
    return ""
