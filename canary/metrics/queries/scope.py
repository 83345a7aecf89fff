"""Which series tell about some backends, and by which labels."""

import math
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

from canary.errors import Invalid
from canary.metrics.source import Leaves, View

LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


class Columns(NamedTuple):
    """
    Labels that tell what a row counts.

    Attributes:
        client: of the workload that asked; none where the series do not know it.
    """

    namespace: str
    service: str
    pod: str
    client: tuple[str, ...]

    @property
    def backend(self) -> tuple[str, str]:
        return self.namespace, self.service


COLUMNS: dict[View, Columns] = {
    "clients": Columns("dst_namespace", "dst_service", "dst_pod", ("namespace", "deployment")),
    "servers": Columns("namespace", "deployment", "pod", ()),
}

SIDE: dict[View, tuple[str, ...]] = {
    "clients": ('direction="outbound"',),
    "servers": ('direction="inbound"', 'tls="true"', 'target_port!="4191"'),
}
"""
A server's proxy also counts the kubelet's probes, which have no identity, and scrapes of its own admin port, which a
meshed Prometheus makes with one. Both always succeed: an idle canary would look healthy.
"""


@dataclass(frozen=True, slots=True)
class Scope:
    """
    Some backends in one view.

    Attributes:
        services: names of Services, or in the servers' view of the Deployments behind them, whose proxies
            carry no Service on their series.
        apexes: Services in front of them, of which only the answers are asked.
    """

    view: View
    namespaces: frozenset[str]
    services: frozenset[str]
    apexes: frozenset[str] = frozenset()

    @classmethod
    def of(cls, asked: Collection[Leaves]) -> Self:
        """All of these backends; they are of one view."""
        views = {leaves.view for leaves in asked}
        if len(views) != 1:
            raise ValueError(f"a question has one view, not {len(views)}")
        services = (service for leaves in asked for service in backends(leaves))
        namespaces = frozenset(leaves.namespace for leaves in asked)
        apexes = frozenset(leaves.apex for leaves in asked if leaves.apex)
        return cls(views.pop(), namespaces, frozenset(services), apexes)

    @classmethod
    def of_stable(cls, leaves: Leaves) -> Self:
        """Only its stable backend."""
        return cls(leaves.view, frozenset([leaves.namespace]), frozenset([backends(leaves)[0]]))

    def only(self, troubled: Iterable[tuple[str, str, int]]) -> Self:
        """Of these backends those."""
        services = frozenset(service for _, service, _ in troubled)
        return replace(self, services=self.services & services)

    @property
    def whole(self) -> Self:
        """The apexes among the backends."""
        return replace(self, services=self.services | self.apexes)

    @property
    def columns(self) -> Columns:
        return COLUMNS[self.view]

    def responses(self, metric: str = "response_total", *more: str) -> str:
        """A selector of one of the older generation's families."""
        return f"{metric}{{{','.join((*SIDE[self.view], *self.named(*self.columns.backend), *more))}}}"

    def named(self, namespace: str, service: str) -> tuple[str, str]:
        """Matchers for these labels."""
        return one_of(namespace, self.namespaces), one_of(service, self.services)


def backends(leaves: Leaves) -> tuple[str, str]:
    """What stable and canary are called on the series of this view."""
    if leaves.view == "servers" and leaves.workloads:
        return leaves.workloads
    return leaves.stable, leaves.canary


def refusal(leaves: Leaves) -> str:
    """Why these cannot be asked for; "" where they can."""
    names = [leaves.namespace, leaves.stable, leaves.canary, *leaves.workloads]
    if leaves.apex:
        names.append(leaves.apex)
    if not all(allowed(name) for name in names):
        return "a backend has no name that Kubernetes allows"
    if not all(math.isfinite(bound) and bound > 0 for bound in leaves.bounds):
        return f"no responses are slower or faster than {leaves.bounds} ms"
    return ""


def allowed(name: str) -> bool:
    """A Service's name is one label, a Deployment's may be several with dots between them."""
    return len(name) <= 253 and all(LABEL.fullmatch(label) for label in name.split("."))


def one_of(label: str, names: Iterable[str]) -> str:
    """A matcher; only names in which nothing but a dot means anything to a regular expression."""
    alternatives = sorted(set(names))
    for name in alternatives:
        if not allowed(name):
            raise Invalid(f"{name!r} is no name of a Kubernetes object", at=label)
    if len(alternatives) == 1:
        return f'{label}="{alternatives[0]}"'
    return f'{label}=~"{"|".join(alternatives).replace(".", "[.]")}"'
