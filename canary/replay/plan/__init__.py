"""
A policy against the future: how long would its steps take at a given traffic, and how soon would they see what is bad?

Answered by playing it: the product's own evidence over made-up traffic. A formula for the mean would be quicker and wrong
where it matters, at little traffic, where a step waits for a few requests.
"""

from canary.replay.plan.dice import Dice
from canary.replay.plan.forecast import Catch, Plan, Stage, plan
from canary.replay.plan.measured import measured
from canary.replay.plan.outlook import Outlook, outlook
from canary.replay.plan.traffic import HEALTHY, REGRESSIONS, Regression, Service

__all__ = [
    "HEALTHY",
    "REGRESSIONS",
    "Catch",
    "Dice",
    "Outlook",
    "Plan",
    "Regression",
    "Service",
    "Stage",
    "measured",
    "outlook",
    "plan",
]
