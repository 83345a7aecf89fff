"""What the web server may see of a daemon: enough to say how it is, nothing to change anything with."""

from typing import Protocol


class View(Protocol):
    """A daemon from outside; asked from the web server's thread."""

    def living(self) -> bool:
        """Its loop came round lately."""

    def ready(self) -> str:
        """Why it does not work yet; "" = it does."""

    def remarks(self) -> str:
        """What it works without, and should not have to; "" = nothing."""

    def metrics(self) -> bytes:
        """Its own metrics, as Prometheus reads them."""
