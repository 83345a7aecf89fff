"""
Linkerd's metrics page as text: instruments that count, and the page they are written on.

A real page mixes two generations. The older formatter prints only families that have series, `le` last, whole
milliseconds. The newer one announces every family it knows, puts its own label (`le`, `op`, `endpoint_state`)
first, prints floats, and closes the page with `# EOF`. Readers meet both at once, so the model prints both.
"""

from canary.sim.exposition.catalogue import CATALOGUE, Family
from canary.sim.exposition.instruments import Answer, Durations, Histogram, Traffic
from canary.sim.exposition.page import Page

__all__ = ["CATALOGUE", "Answer", "Durations", "Family", "Histogram", "Page", "Traffic"]
