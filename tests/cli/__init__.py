"""The command line, in process against a cluster in memory, and as a process over real sockets."""
