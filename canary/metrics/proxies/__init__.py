"""Counts read from the proxies' own pages: a `Source` for clusters without a Prometheus, and for the demo."""

from canary.metrics.proxies.pages import Pages
from canary.metrics.proxies.proxies import Proxies
from canary.metrics.proxies.scraper import Fetch, Spread
from canary.metrics.proxies.targets import Target, Targets, addressed

__all__ = ["Fetch", "Pages", "Proxies", "Spread", "Target", "Targets", "addressed"]
