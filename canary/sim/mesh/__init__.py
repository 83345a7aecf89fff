"""
A model of Linkerd: proxies in front of clients and servers, in virtual time, no I/O.

It is held to what was measured on Linkerd 2.20 by one test per fact (`tests/sim/`). A figure that rests on it is
a figure of the model; what it does not model is said where it would be expected.

Not modelled: HTTPRoutes and the `outbound_http_route_*` series of client-policy mode, retries, timeouts, gRPC,
opaque TCP, outages of the control plane, the coalescing of many updates in a short time (that is the adaptor's
client), the balancer's preference for faster endpoints, slow bodies (the real latency ends at the first frame).
"""

from canary.sim.mesh.mesh import Mesh
from canary.sim.mesh.parts import Behaviour, Client, Endpoint, Sent, Trouble

__all__ = ["Behaviour", "Client", "Endpoint", "Mesh", "Sent", "Trouble"]
