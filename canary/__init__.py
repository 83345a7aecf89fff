"""Progressive delivery for services in a Linkerd mesh."""

__version__ = "0.1.0"
