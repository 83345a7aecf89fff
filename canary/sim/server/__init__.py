"""An API server for the demo and the tests: `canary/sim/store` over HTTP on loopback."""

from canary.sim.server.server import ApiServer

__all__ = ["ApiServer"]
