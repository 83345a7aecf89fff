"""Health, metrics and later the page: a read-only view of a daemon over HTTP."""
