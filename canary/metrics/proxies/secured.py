"""How answers travelled, by what the pages say."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from canary.errors import Unavailable
from canary.metrics.meter import UNTOLD, Secured
from canary.metrics.proxies.page import Page
from canary.metrics.queries.tls import REASON
from canary.metrics.source import Leaves


def secured(pages: Iterable[Page | Unavailable], asked: Sequence[Leaves]) -> Secured:
    """As `Meter.secured`, of all that the pages count."""
    wanted = {(leaves.namespace, service) for leaves in asked for service in (leaves.stable, leaves.canary)}
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for page in pages:
        for series, count in page.answers.items() if isinstance(page, Page) else ():
            if series.subject.backend in wanted:
                labels, service = dict(series.labels), series.subject.backend.service
                how = "" if labels.get("tls") == "true" else labels.get(REASON) or UNTOLD
                found[service][how] = found[service].get(how, 0.0) + count
    return found
