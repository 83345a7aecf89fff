"""Which route is meant: `ROUTE`, or `KIND/ROUTE`."""

from dataclasses import dataclass, field

from canary.cli.shell.world import Access
from canary.errors import Invalid

KINDS = {"split": "split", "trafficsplit": "split", "trafficsplits": "split"}
"""Words before the slash, and the kind each stands for; `canary.cli.work.route` says what to do with it."""

DEFAULT_KIND = "split"

NOT_YET = ("httproute", "httproutes", "grpcroute", "grpcroutes")


@dataclass(frozen=True, slots=True)
class Target:
    """
    Attributes:
        kind: one of the values of KINDS.
        access: the cluster it is in, and the namespace, if one was named.
    """

    kind: str
    name: str
    access: Access = field(default_factory=Access)


def parse(text: str) -> Target:
    """
    Read `ROUTE` or `KIND/ROUTE`.

    Raises:
        Invalid: a kind that is not known, or no name.
    """
    word, slash, name = text.rpartition("/")
    kind = KINDS.get(word.lower()) if slash else DEFAULT_KIND
    if word.lower() in NOT_YET:
        raise Invalid(
            f"{text!r} is a route of the Gateway API: only TrafficSplits are supported yet, as split/NAME"
        )
    if kind is None:
        raise Invalid(
            f"{word!r} is no kind of route known here; known: {', '.join(sorted(set(KINDS.values())))}"
        )
    if not name:
        raise Invalid(f"{text!r} names no route: write NAME or split/NAME")
    return Target(kind, name)
