"""
Who we are and where the API server is: kubeconfig, context and exec plugins, or the pod's service account.

The official loader reads all of it. An exec plugin is a program of the user's choice and runs as long as it likes.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from kubernetes.client.configuration import Configuration
from kubernetes.config import ConfigException, load_incluster_config
from kubernetes.config.kube_config import KubeConfigLoader, KubeConfigMerger

from canary.errors import Stalled

DEFAULT_PATH = "~/.kube/config"
DEFAULT_NAMESPACE = "default"
OURSELVES = "localhost,127.0.0.0/8,::1"
"""Never reached through the proxy of the environment: kubectl does not either, whatever NO_PROXY says."""

OWN_NAMESPACE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")


@dataclass(frozen=True, slots=True)
class Login:
    """
    Attributes:
        namespace: the default namespace of the context or pod.
    """

    configuration: Configuration
    namespace: str


def log_in(kubeconfig: str | None, context: str | None) -> Login:
    """As kubectl does: the file named, else $KUBECONFIG, else the home's, else the pod's own account."""
    paths = kubeconfig or os.environ.get("KUBECONFIG") or DEFAULT_PATH
    if kubeconfig or context or any_exists(paths):
        return from_kubeconfig(paths, context)
    return from_pod()


def any_exists(paths: str) -> bool:
    return any(Path(path).expanduser().exists() for path in paths.split(os.pathsep) if path)


def from_kubeconfig(paths: str, context: str | None) -> Login:
    configuration = Configuration()
    configuration.no_proxy = ",".join(filter(None, (configuration.no_proxy, OURSELVES)))
    with explained(f"kubeconfig {paths}", "kubectl config get-contexts"):
        loader = kubeconfig_loader(paths, context)
        loader.load_and_set(configuration)  # type: ignore[no-untyped-call]
        chosen = loader.current_context["context"]
    return Login(configuration, chosen.get("namespace") or DEFAULT_NAMESPACE)


def kubeconfig_loader(paths: str, context: str | None) -> KubeConfigLoader:
    """The library's convenience function hides the context it chose, and with it the namespace."""
    merged = KubeConfigMerger(paths)  # type: ignore[no-untyped-call]
    if merged.config is None:
        raise ConfigException("no such file")
    return KubeConfigLoader(  # type: ignore[no-untyped-call]
        merged.config, context, config_base_path=None, config_persister=merged.save_changes
    )


def from_pod() -> Login:
    configuration = Configuration()
    with explained("no kubeconfig, and no service account of a pod", "canary --kubeconfig FILE …"):
        load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
    return Login(
        configuration, OWN_NAMESPACE.read_text().strip() if OWN_NAMESPACE.exists() else DEFAULT_NAMESPACE
    )


@contextmanager
def explained(at: str, hint: str) -> Iterator[None]:
    try:
        yield
    except (ConfigException, yaml.YAMLError, OSError, ValueError, TypeError, AttributeError) as error:
        raise Stalled(f"no way to log in to a cluster: {error}", at=at, hint=hint) from error
