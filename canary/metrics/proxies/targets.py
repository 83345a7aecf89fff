"""Whose pages are read: the proxies of the clients, or of the pods behind the backends, or both."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from canary.errors import Invalid

PORT = 4191
PATH = "/metrics"
ADDRESS = re.compile(
    r"(?:(?P<namespace>[a-z0-9-]+)/(?P<deployment>[a-z0-9.-]+)=)?"
    r"(?P<url>http://)?(?P<host>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(?::(?P<port>[0-9]{1,5}))?(?P<path>/[A-Za-z0-9._~/-]*)?"
)


@dataclass(frozen=True, slots=True)
class Target:
    """
    One proxy.

    Attributes:
        pod: with the namespace what it is known by from scrape to scrape.
        deployment: whose counts these are; "" = without a name, all such count as one client workload.
        url: of its page; a fetch that reads pages otherwise needs none.
    """

    namespace: str
    pod: str
    deployment: str = ""
    url: str = ""

    def __str__(self) -> str:
        return "/".join(filter(None, (self.namespace, self.pod))) or self.url


class Targets(Protocol):
    """Asked at every scrape, so that pods may come and go."""

    def __call__(self) -> Iterable[Target]:
        """
        Every proxy to be asked now.

        Raises:
            Unavailable: nobody knows at the moment; the interval is unknown.
        """


def twice(targets: Iterable[Target]) -> str:
    """The sentence about a pod that is listed more than once, which would count it as often; "" where none is."""
    listed = Counter((target.namespace, target.pod) for target in targets)
    pod, times = max(listed.items(), key=lambda one: one[1], default=(("", ""), 0))
    return f"pod {'/'.join(pod)} is listed {times} times to be scraped; list it once" if times > 1 else ""


def addressed(addresses: Iterable[str]) -> Sequence[Target]:
    """
    Targets of given addresses, `[NAMESPACE/DEPLOYMENT=]HOST[:PORT][/PATH]`; each counts as a pod named like its host.

    Raises:
        Invalid: one is no such address.
    """
    return tuple(_addressed(address) for address in addresses)


def _addressed(address: str) -> Target:
    match = ADDRESS.fullmatch(address)
    if match is None or int(match["port"] or PORT) not in range(1, 65536):
        raise Invalid(
            f"{address!r} is no address of a proxy",
            hint="write NAMESPACE/DEPLOYMENT=HOST:PORT, for instance shop/front=10.244.2.9:4191",
        )
    host, port = match["host"], match["port"] or PORT
    url = f"http://{host}:{port}{match['path'] or PATH}"
    return Target(match["namespace"] or "", f"{host}:{port}", match["deployment"] or "", url)
