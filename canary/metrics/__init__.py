"""Where counts come from: one file per source, all answering the `Source` protocol. I/O lives here, opinions do not."""
