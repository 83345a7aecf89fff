"""
`canary demo`: scenes on a cluster and a mesh in memory, with the daemon's own functions in lock-step on a virtual clock.

What is real: the daemon, its rules and evidence, its client for the API server, the reading of the proxies' pages. What is
a model: the API server (`canary/sim/store`, over HTTP on loopback) and Linkerd (`canary/sim/mesh`).
"""
