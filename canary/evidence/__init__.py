"""Increments of counters in, a verdict and the sentence that explains it out. No clock, no I/O."""

from canary.evidence.confidence import Bake, Confidence
from canary.evidence.fold import Evidence
from canary.evidence.gates import AnyGate, Errors, Gate, Latency, LatencyObjective, Objective
from canary.evidence.increments import Arm, Interval, Stratum
from canary.evidence.verdict import Verdict

__all__ = [
    "AnyGate",
    "Arm",
    "Bake",
    "Confidence",
    "Errors",
    "Evidence",
    "Gate",
    "Interval",
    "Latency",
    "LatencyObjective",
    "Objective",
    "Stratum",
    "Verdict",
]
