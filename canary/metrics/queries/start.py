"""What is asked once, before a rollout starts."""

from canary.metrics.queries.exact import PROXY, offset, remembered
from canary.metrics.queries.scope import Scope
from canary.metrics.source import Timing

LASTING_SCRAPES = 3
"""A target that is gone stays on record for a bit more than two: until then its successor looks like a second one."""


def tails(scope: Scope) -> str:
    """Answers of the last hour within each bound."""
    return f"sum by (le) (increase({scope.responses('response_latency_ms_bucket')}[1h]))"


def proxies(scope: Scope, timing: Timing) -> str:
    """
    The proxies that are counted for these backends, each as often as it is on record, now and some scrapes ago.

    A pod of a StatefulSet that was restarted has its old name at a new address, and one whose labels changed has new
    ones: for a moment that looks as if two scraped it.
    """
    counted = remembered(scope.responses())
    lasting = f"{PROXY} and {PROXY}{offset(LASTING_SCRAPES * timing.scrape)}"
    return f"count by (namespace, pod, job, instance) ({lasting} and on (job, instance) {counted})"
