"""
One file per kind of gate: a frozen spec that says what it counts, how much it tolerates, and how it is called.

To add one, write `<kind>.py` and name it in `AnyGate`: that is all the policy and the fold need.
"""

from canary.evidence.gates.errors import Errors
from canary.evidence.gates.gate import Gate, Measure
from canary.evidence.gates.latency import Latency, LatencyObjective
from canary.evidence.gates.objective import Objective

AnyGate = Errors | Objective | Latency | LatencyObjective
"""What a policy may ask for."""

__all__ = ["AnyGate", "Errors", "Gate", "Latency", "LatencyObjective", "Measure", "Objective"]
