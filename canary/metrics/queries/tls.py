"""Whether requests travel encrypted."""

from canary.metrics.queries.exact import exact
from canary.metrics.queries.scope import Scope
from canary.metrics.source import Timing

REASON = "no_tls_reason"


def by_tls(scope: Scope, timing: Timing) -> str:
    """Answers of one interval, by backend, by whether they came over mTLS, and by why they did not."""
    labels = ", ".join((*scope.columns.backend, "tls", REASON))
    return f"sum by ({labels}) ({exact(scope.responses(), timing)})"
