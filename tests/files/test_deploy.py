"""deploy/ starts the daemon there is, and its files agree with each other and with policies/."""

from typing import Any

import yaml
from aiohttp import web

import canary
from canary.cli.run import command
from canary.cli.shell.options import duration
from canary.daemon.settings import Settings
from canary.metrics.refusal import POLICY, Account
from canary.web.server import application
from tests.deploy.manifests import ACCOUNT, USER, container, pod_spec, read, the
from tests.files.project import ROOT

DAEMON = read("base/daemon.yaml")
DEPLOYMENT = the("Deployment", DAEMON)
CONTAINER = container(DEPLOYMENT)
PORT = 8080


def given() -> dict[str, Any]:
    """What `canary run` makes of the container's arguments."""
    name, *arguments = CONTAINER["args"]
    assert name == command.name
    return dict(command.make_context(name, arguments).params)


def settings() -> Settings:
    found = given()
    for name in ("scrape_interval", "min_interval"):
        found[name] = duration(found[name], name)
    return Settings(**found)


def test_the_deployment_starts_the_daemon_with_options_that_it_has() -> None:
    assert set(given()) == set(Settings.model_fields)
    assert settings().address == ("0.0.0.0", PORT)
    assert settings().prometheus == given()["prometheus"] == command_default("prometheus")
    assert CONTAINER.get("env", []) == []


def command_default(option: str) -> object:
    return next(one for one in command.params if one.name == option).default


def test_policies_are_where_the_daemon_looks_for_them() -> None:
    (mounted,) = CONTAINER["volumeMounts"]
    (volume,) = pod_spec(DEPLOYMENT)["volumes"]
    assert mounted["mountPath"] == str(settings().policies)
    assert volume["configMap"]["name"] == config_map()["name"]


def config_map() -> dict[str, Any]:
    (made,) = yaml.safe_load((ROOT / "policies" / "Kustomization").read_text())["configMapGenerator"]
    return dict(made)


def test_every_policy_is_in_the_config_map() -> None:
    assert config_map()["files"] == sorted(path.name for path in (ROOT / "policies").glob("*.yaml"))


class Nothing:
    """A view with nothing to see."""

    def living(self) -> bool:
        return True

    def ready(self) -> str:
        return ""

    def remarks(self) -> str:
        return ""

    def metrics(self) -> bytes:
        return b""


def served() -> set[str]:
    routes = application(Nothing()).router.routes()
    return {route.resource.canonical for route in routes if isinstance(route.resource, web.PlainResource)}


def test_probes_and_scrapes_ask_for_pages_that_are_served() -> None:
    probes = [CONTAINER[probe]["httpGet"] for probe in ("readinessProbe", "livenessProbe")]
    assert [probe["path"] for probe in probes] == ["/readyz", "/healthz"]
    (scraped,) = read("podmonitor/podmonitor.yaml")[0]["spec"]["podMetricsEndpoints"]
    assert {*(probe["path"] for probe in probes), scraped["path"]} <= served()
    (port,) = CONTAINER["ports"]
    assert port["containerPort"] == PORT
    assert {port["name"]} == {*(probe["port"] for probe in probes), scraped["port"]}


def test_whoever_reaches_a_port_finds_the_daemon_behind_it() -> None:
    (policy,), service = read("base/network.yaml"), the("Service", DAEMON)
    (came,) = policy["spec"]["ingress"]
    assert {"port": PORT} in came["ports"]
    labels = DEPLOYMENT["spec"]["template"]["metadata"]["labels"]
    budget = the("PodDisruptionBudget", DAEMON)
    (monitor,) = read("podmonitor/podmonitor.yaml")
    selectors = [one["spec"]["selector"]["matchLabels"] for one in (DEPLOYMENT, budget, monitor)]
    assert [*selectors, service["spec"]["selector"], policy["spec"]["podSelector"]["matchLabels"]] == [
        labels
    ] * 5


def test_one_account_is_named_everywhere() -> None:
    rights = read("base/rights.yaml")
    account = the("ServiceAccount", rights)["metadata"]
    assert {"kind": "ServiceAccount", **account} == ACCOUNT
    assert the("ClusterRoleBinding", rights)["subjects"] == [ACCOUNT]
    assert read("namespaced/binding.yaml")[0]["subjects"] == [ACCOUNT]
    assert read("base/prometheus.yaml")[0]["spec"]["requiredAuthenticationRefs"] == [ACCOUNT]
    assert pod_spec(DEPLOYMENT)["serviceAccountName"] == ACCOUNT["name"]
    guard = the("ValidatingAdmissionPolicy", read("guards/policies.yaml"))
    (exempt,) = guard["spec"]["matchConditions"]
    assert exempt["expression"] == f"request.userInfo.username != '{USER}'"


def test_the_image_has_the_version_of_the_program() -> None:
    (image,) = read("base/kustomization.yaml")[0]["images"]
    assert image == {"name": CONTAINER["image"], "newTag": canary.__version__}


def test_the_pod_is_confined() -> None:
    spec = pod_spec(DEPLOYMENT)
    assert spec["securityContext"]["runAsUser"] >= 10000
    assert CONTAINER["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert set(CONTAINER["resources"]["limits"]) == {"cpu", "memory"}


def test_a_node_drains_although_there_is_one_replica() -> None:
    assert DEPLOYMENT["spec"]["replicas"] == 1
    assert the("PodDisruptionBudget", DAEMON)["spec"]["maxUnavailable"] == 1


def test_who_is_refused_by_prometheus_is_told_the_shipped_policy() -> None:
    account = Account()
    told = POLICY.format(name=account.name, namespace=account.namespace).partition("\n\n")[2]
    assert yaml.safe_load(told) == read("base/prometheus.yaml")[0]
