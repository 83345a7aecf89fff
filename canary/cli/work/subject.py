"""Between which two backends a route splits or split its traffic: by its stamp, its weights, or by what was said."""

from dataclasses import dataclass

from canary.cli.shell.prometheus import Reading
from canary.cli.shell.target import Target
from canary.cli.shell.world import World
from canary.cli.work.route import Seen, look
from canary.cli.work.session import opened
from canary.errors import Invalid, Missing
from canary.rollout.policy import Policy
from canary.rollout.stamp import Stamp
from canary.terms import Phase


@dataclass(frozen=True, slots=True)
class Roles:
    """Services; "" = not said, or not known."""

    stable: str = ""
    canary: str = ""

    @property
    def whole(self) -> bool:
        return bool(self.stable and self.canary)


@dataclass(frozen=True, slots=True)
class Subject:
    """
    Attributes:
        route: for sentences and output, `namespace/name`.
        apex: Service in front of both; "" where the route is gone.
        stamp: what is remembered on the route, if anything is.
    """

    route: str
    namespace: str
    roles: Roles
    apex: str = ""
    stamp: Stamp | None = None

    def begun(self, policy: Policy) -> Stamp:
        """The stamp with which a rollout of the policy would begin: from it follows what the source is asked."""
        pins = self.stamp.pins if self.stamp else {}
        return Stamp(
            uid="", id="replay", phase=Phase.WAITING, apex=self.apex, policy=policy, pins=pins,
            stable=self.roles.stable, canary=self.roles.canary,
        )  # fmt: skip


def subject(world: World, target: Target, reading: Reading) -> Subject:
    """
    The route and its two backends. A route that was deleted is none, if both were said.

    Raises:
        Invalid: nobody knows which backends are meant.
        Missing: there is no such route, and not both were said.
    """
    said = Roles(reading.stable, reading.canary)
    with opened(world, target) as session:
        route = f"{session.place.namespace}/{session.place.name}"
        try:
            found = look(session.server, session.place)
        except Missing as error:
            if said.whole:
                return Subject(route, session.place.namespace, said)
            hint = "of a route that was deleted: --stable SERVICE --canary SERVICE"
            raise Missing(str(error), at=error.at, hint=hint) from error
    return Subject(route, session.place.namespace, _roles(found, said), found.route.apex, found.stamp)


def _roles(found: Seen, said: Roles) -> Roles:
    """What was said, then what was stamped, then the backend with most weight and the one beside it."""
    told = _stamped(found)
    stable = said.stable or told.stable or _heaviest(found)
    others = [service for service in found.route.weights if service != stable]
    known = told.canary if told.canary != stable else ""
    canary = said.canary or known or (others[0] if len(others) == 1 else "")
    if not stable or not canary or stable == canary:
        raise Invalid(
            "nobody knows which backends are stable and canary",
            at=str(found.route),
            hint="--stable SERVICE --canary SERVICE",
        )
    return Roles(stable, canary)


def _stamped(found: Seen) -> Roles:
    """As they were while the rollout ran: a promotion has swapped them."""
    head = found.stamp or found.newer
    if head is None:
        return Roles()
    swapped = found.stamp is not None and found.stamp.phase is Phase.PROMOTED
    return Roles(head.canary, head.stable) if swapped else Roles(head.stable, head.canary)


def _heaviest(found: Seen) -> str:
    weights = {service: weight or 0 for service, weight in found.route.weights.items()}
    heaviest = [service for service, weight in weights.items() if weight == max(weights.values())]
    return heaviest[0] if len(heaviest) == 1 else ""
