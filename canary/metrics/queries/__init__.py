"""
The PromQL of this product; nothing else in it writes any.

Values come from objects that others wrote. Only names that Kubernetes allows are let in (RFC 1123). Their characters
mean nothing to a PromQL string, and but for the dot nothing to a regular expression, so that checking them is escaping
them. They are compared by `=`, and by `=~` over alternatives; numbers are written by ourselves.
"""

from canary.metrics.queries.checkup import askers, pages, scrapes
from canary.metrics.queries.counts import answers, answers_and_troubles, latencies, queues, troubles
from canary.metrics.queries.freshness import Sight, freshness
from canary.metrics.queries.scope import COLUMNS, Columns, Scope, refusal
from canary.metrics.queries.start import proxies, tails
from canary.metrics.queries.tls import by_tls

__all__ = [
    "COLUMNS",
    "Columns",
    "Scope",
    "Sight",
    "answers",
    "answers_and_troubles",
    "askers",
    "by_tls",
    "freshness",
    "latencies",
    "pages",
    "proxies",
    "queues",
    "refusal",
    "scrapes",
    "tails",
    "troubles",
]
