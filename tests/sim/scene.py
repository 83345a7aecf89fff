"""The scenario's services in the model: a frontend of two pods, a stable backend of three, a canary of one."""

from collections.abc import Mapping

from canary.sim.mesh import Client, Endpoint, Mesh

NAMESPACE = "sample-app"
APEX = "backend-api"
STABLE = "backend-api-v1"
CANARY = "backend-api-v2"
EPOCH = 1_790_000_000.0

FRONTEND = ("frontend-7d9c-1", "frontend-7d9c-2")
STABLE_PODS = tuple(
    Endpoint(f"{STABLE}-5f6d-{number}", f"127.1.0.{number}", STABLE, "5f6d") for number in (1, 2, 3)
)
CANARY_PODS = tuple(
    Endpoint(f"{CANARY}-6b8f-{number}", f"127.1.1.{number}", CANARY, "6b8f") for number in (1, 2)
)


def a_client(rate: float = 200.0, *, busy: bool = False, pods: tuple[str, ...] = FRONTEND) -> Client:
    return Client(NAMESPACE, "frontend", pods, APEX, rate=rate, busy=busy)


def a_mesh(
    weights: Mapping[str, int] | None = None,
    *,
    client: Client | None = None,
    canaries: int = 1,
    seed: int = 1,
) -> Mesh:
    """All is well; clients ask 200 times a second."""
    mesh = Mesh(seed, EPOCH)
    mesh.service(NAMESPACE, APEX, STABLE_PODS)
    mesh.service(NAMESPACE, STABLE, STABLE_PODS)
    mesh.service(NAMESPACE, CANARY, CANARY_PODS[:canaries])
    mesh.profile(NAMESPACE, APEX, weights)
    mesh.client(client or a_client())
    return mesh


def weights(stable: int, canary: int) -> dict[str, int]:
    return {STABLE: stable, CANARY: canary}


def reweigh(mesh: Mesh, stable: int, canary: int) -> None:
    mesh.profile(NAMESPACE, APEX, weights(stable, canary))


def got(mesh: Mesh, service: str | None = None, outcome: str | None = None) -> int:
    """How many requests ended so."""
    return sum(
        count
        for sent, count in mesh.sent.items()
        if service in {None, sent.service} and outcome in {None, sent.outcome}
    )


def clients(mesh: Mesh) -> str:
    """The pages of all client pods, one after the other."""
    return "".join(mesh.page(NAMESPACE, pod) for pod in FRONTEND)
