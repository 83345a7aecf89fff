"""The room that talks to the API server, against a real one and against one that misbehaves."""
