"""Which backend an abort gives everything to, and whether anybody is there to take it."""

from canary.cli.shell.world import Server
from canary.cli.work.route import Seen
from canary.cluster import views
from canary.cluster.kinds import ENDPOINT_SLICES
from canary.errors import CanaryError, Invalid, Stalled
from canary.rollout.stamp import DEFAULT_TOTAL
from canary.routes.route import WEIGHT_SUM_LIMIT


def stable_of(found: Seen, said: str) -> str:
    """
    The stamp knows, in every version of it. Without one: whom the user named, else the backend with most weight.

    Raises:
        Invalid: nobody knows, or the user and the stamp disagree.
    """
    told, services = _told(found), tuple(found.route.weights)
    if told in services:
        return _agreed(found, told, said)
    if said:
        return _backend(found, said)
    if told or found.lost:
        raise _ask(found, found.lost or f"{told}, which was stable, is no longer a backend")
    return _heaviest(found)


def everything_to(found: Seen, stable: str) -> dict[str, int]:
    """Explicit weights, with the sum that is there, where it can be one."""
    known = [weight for weight in found.route.weights.values() if weight is not None]
    total = sum(known) if len(known) == len(found.route.weights) else 0
    if not 0 < total < WEIGHT_SUM_LIMIT:
        total = (found.stamp.total if found.stamp else 0) or DEFAULT_TOTAL
    return dict.fromkeys(found.route.weights, 0) | {stable: total}


def check_ready(server: Server, found: Seen, stable: str) -> None:
    """
    Refuse to send more traffic to a backend that has no ready endpoint, or of which nobody knows.

    Raises:
        Stalled: it has none.
        CanaryError: the API server did not tell.
    """
    if found.route.share(stable) == 1.0:
        return
    hint = found.place.command("abort", "--force")
    try:
        listing = server.list(ENDPOINT_SLICES, found.place.namespace, f"{views.SERVICE_NAME}={stable}")
    except CanaryError as error:
        message = f"nobody knows whether {stable} has a ready endpoint: {error}"
        raise type(error)(message, at=error.at, hint=hint) from error
    slices = [slice_ for raw in listing.items if (slice_ := views.endpoints(raw))]
    if not any(slice_.ready for slice_ in slices):
        raise Stalled(
            f"{stable} has no ready endpoint: all traffic would go to nothing", at=str(found.route), hint=hint
        )


def _told(found: Seen) -> str:
    head = found.stamp or found.newer
    return head.stable if head else ""


def _agreed(found: Seen, told: str, said: str) -> str:
    if said in ("", told):
        return told
    raise Invalid(f"{told} is stable, by the stamp on the route, and not {said}", at=str(found.route))


def _backend(found: Seen, said: str) -> str:
    services = tuple(found.route.weights)
    if said in services:
        return said
    raise Invalid(f"{said} is no backend of the route; they are {', '.join(services)}", at=str(found.route))


def _heaviest(found: Seen) -> str:
    weights = found.route.weights
    known = [weight for weight in weights.values() if weight is not None]
    heaviest = [service for service, weight in weights.items() if weight == max(known, default=None)]
    if len(known) < len(weights) or len(heaviest) != 1:
        raise _ask(found, "nothing was stamped yet, and no backend has most weight")
    return heaviest[0]


def _ask(found: Seen, why: str) -> Invalid:
    return Invalid(
        f"{why}: say which backend is stable",
        at=str(found.route),
        hint=found.place.command("abort", "--stable", "SERVICE"),
    )
