"""Why Prometheus will not talk to us, and what a person does about it."""

from dataclasses import dataclass

from canary.errors import Stalled


@dataclass(frozen=True, slots=True)
class Account:
    """The ServiceAccount the daemon runs as; the mesh knows it by this name."""

    name: str = "canary"
    namespace: str = "canary-system"


POLICY = """\
Linkerd viz lets only its own metrics-api ask its Prometheus. Run the daemon in a meshed pod and allow its account:

apiVersion: policy.linkerd.io/v1alpha1
kind: AuthorizationPolicy
metadata:
  name: prometheus-admin-{name}
  namespace: linkerd-viz
spec:
  targetRef:
    group: policy.linkerd.io
    kind: Server
    name: prometheus-admin
  requiredAuthenticationRefs:
    - kind: ServiceAccount
      name: {name}
      namespace: {namespace}
"""


def refused(status: int, where: str, reason: str, account: Account) -> Stalled:
    """
    The error for a 401 or 403.

    Args:
        reason: what the proxy in front of Prometheus says (`l5d-proxy-error`), may be "".
    """
    said = f" ({reason})" if reason else ""
    if status == 401:
        hint = "it, or a proxy in front of it, wants credentials: give the daemon an address that needs none"
        return Stalled(f"Prometheus at {where} wants to know who asks: 401{said}", at=where, hint=hint)
    hint = POLICY.format(name=account.name, namespace=account.namespace)
    return Stalled(f"Prometheus at {where} refuses to answer us: 403{said}", at=where, hint=hint)
