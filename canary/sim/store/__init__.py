"""
The objects of a cluster, in memory, by the API server's rules.

Synchronous and without I/O: a demo on a virtual clock works on it in lock-step, `canary/sim/server` serves it.
"""

from canary.sim.store.history import Change
from canary.sim.store.preparing import How
from canary.sim.store.refusals import Refused
from canary.sim.store.store import Store

__all__ = ["Change", "How", "Refused", "Store"]
