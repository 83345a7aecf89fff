"""What a route says and what it should say, one file per kind: read and render, no I/O."""
