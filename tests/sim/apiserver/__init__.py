"""The in-memory API server is held to the real one, by one suite of cases that both answer."""
