"""Whether weights that are stored have arrived in the mesh: the apex' ServiceProfile shows them."""

import threading
from dataclasses import dataclass

from canary.cli.work.route import Seen
from canary.cli.work.session import Session
from canary.cluster.kinds import SERVICE_PROFILES
from canary.errors import Missing, Stalled, Unavailable
from canary.routes import serviceprofile
from canary.routes.route import Route

FIRST, LONGEST = 0.02, 0.5
"""Seconds between two looks, doubled from one to the next; 20-70 ms is what smi-adaptor was measured to take."""


@dataclass(frozen=True, slots=True)
class Mesh:
    """
    Attributes:
        domain: the cluster's DNS domain.
        timeout: seconds to wait.
    """

    session: Session
    domain: str
    timeout: float

    def wait(self, found: Seen) -> str:
        """Wait until the mesh was seen to follow the route's weights; a sentence if it was not, "" if it was."""
        clock = self.session.clock
        ends, pause = clock.monotonic() + self.timeout, FIRST
        while True:
            why, hopeless = self._look(found.route)
            left = ends - clock.monotonic()
            if not why or hopeless or left <= 0:
                return why
            clock.wait(threading.Event(), min(pause, left))
            pause = min(2 * pause, LONGEST)

    def _look(self, route: Route) -> tuple[str, bool]:
        """Why it does not follow, and whether waiting is of no use."""
        name = serviceprofile.name(route.apex, route.namespace, self.domain)
        try:
            profile = serviceprofile.read(self.session.server.get(SERVICE_PROFILES, route.namespace, name))
        except Missing as error:
            return f"{error}: is linkerd-smi running?", False
        except Unavailable as error:
            return str(error), False
        except Stalled as error:
            return str(error), True
        return serviceprofile.astray(profile, route, self.domain), profile.skipped
