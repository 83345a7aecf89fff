"""`canary check`: the sample application with each fault planted one by one; exactly its row tells, and its remedy mends it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from canary.cli.shell.world import Access, Server
from canary.cluster.kinds import DEPLOYMENTS, SERVICE_PROFILES, TRAFFIC_SPLITS
from canary.cluster.objects import Raw
from canary.errors import Stalled, Unavailable
from canary.evidence.increments import Astray
from canary.metrics.refusal import Account, refused
from tests.cli.builders import CANARY, NAME, NAMESPACE, STABLE
from tests.cli.conftest import Call
from tests.cli.meters import ASKER, URL, Told, arm
from tests.cli.plants import FAULTS, Fault, defined, healthy
from tests.cli.sample import Sample

CHECK = ("check", NAME, "--prometheus", URL)
DAEMON = "system:serviceaccount:canary-system:canary"


@pytest.fixture
def sample() -> Sample:
    found = Sample()
    healthy(found)
    return found


@pytest.fixture
def told(sample: Sample) -> Told:
    return a_prometheus(sample)


def a_prometheus(sample: Sample) -> Told:
    """That scrapes every pod, and goes by the same clock."""
    found = Told()
    found.scraped = pods(sample)
    found.now = sample.clock.now().timestamp()
    return found


def pods(sample: Sample) -> frozenset[str]:
    return frozenset(raw["metadata"]["name"] for raw in sample.store.list("pods", NAMESPACE))


def rows(call: Call, sample: Sample, told: Told, *more: str) -> dict[str, Raw]:
    found = json.loads(call(told.beside(sample.world()), *CHECK, "-o", "json", *more).out)
    return {row["name"]: row for row in found["rows"]}


def told_of(found: dict[str, Raw]) -> dict[str, str]:
    """Rows that say that something is wrong; those that lack what the fault took away are unknown."""
    return {name: row["level"] for name, row in found.items() if row["level"] in ("warn", "fail")}


def levels(found: dict[str, Raw]) -> set[str]:
    return {row["level"] for row in found.values()}


def test_a_healthy_service_has_nothing_but_rows_that_are_ok(call: Call, sample: Sample, told: Told) -> None:
    assert levels(rows(call, sample, told)) == {"ok"}
    assert call(told.beside(sample.world()), *CHECK).code == 0


def test_the_sample_as_it_comes_is_warned_of_its_retries(call: Call) -> None:
    sample = Sample()
    assert told_of(rows(call, sample, a_prometheus(sample), "--policy", "seed-900-100")) == {
        "retries": "warn"
    }


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_fault_is_told_by_its_row_alone_and_its_remedy_mends_it(
    call: Call, sample: Sample, told: Told, fault: Fault
) -> None:
    defined(sample, fault)
    fault.plant(sample)
    told.scraped = pods(sample)
    found = rows(call, sample, told)
    assert told_of(found) == {fault.row: fault.level}
    assert fault.says in found[fault.row]["remedy"]
    fault.mend(sample)
    told.scraped = pods(sample)
    assert levels(rows(call, sample, told)) == {"ok"}


@dataclass(frozen=True)
class Flaw:
    """A fault of Prometheus, of rights or of traffic; `spoil` changes what is told, and a fresh one is mended."""

    what: str
    row: str
    level: str
    says: str
    spoil: Callable[[Sample, Told], None]

    def __str__(self) -> str:
        return self.what


def put(**what: object) -> Callable[[Sample, Told], None]:
    return lambda _, told: told.__dict__.update(what)


def deny(user: str) -> Callable[[Sample, Told], None]:
    return lambda sample, _: sample.denied.add((user, "patch", TRAFFIC_SPLITS.resource))


def asker(**labels: str) -> tuple[Raw, ...]:
    return ({**ASKER, **labels},)


FLAWS = (
    Flaw("you may not patch splits", "caller-rights", "fail", "--verb=patch --resource=trafficsplits.split.smi-spec.io", deny("alice")),
    Flaw("the daemon may not patch splits", "daemon-rights", "fail", "--serviceaccount=canary-system:canary", deny(DAEMON)),
    Flaw("TrafficSplits are not served", "split-api", "fail", "helm install linkerd-smi", lambda sample, _: sample.unserved.add(TRAFFIC_SPLITS)),
    Flaw("Prometheus refuses", "prometheus", "fail", "kind: AuthorizationPolicy", put(gone=refused(403, "p:9090", "", Account()))),
    Flaw("Prometheus is away", "prometheus", "fail", "curl", put(gone=Unavailable("Prometheus did not answer", at="p:9090"))),
    Flaw("the clocks differ", "clock", "warn", "set-ntp", lambda _, told: setattr(told, "now", told.now + 60)),
    Flaw("Prometheus scrapes no proxy", "scraped", "fail", "linkerd-proxy", put(scraped=frozenset())),
    Flaw("Prometheus misses a proxy", "scraped", "fail", "linkerd viz allow-scrapes", lambda _, told: setattr(told, "scraped", told.scraped - {f"{CANARY}-1"})),
    Flaw("scrapes are rarer than was said", "scrape-interval", "fail", "--scrape-interval 30s", put(spaced=30.0)),
    Flaw("scrapes are more frequent than was said", "scrape-interval", "warn", "--scrape-interval 5s", put(spaced=5.0)),
    Flaw("proxies are scraped twice", "scraped-once", "fail", "let one scrape job keep the port", put(doubt="Prometheus scrapes the proxy of p more than once; let one scrape job keep the port linkerd-admin")),
    Flaw("targets have no namespace", "target-labels", "fail", "relabel_configs", put(asks=asker(namespace=""))),
    Flaw("targets have no workload", "target-labels", "fail", "relabel_configs", put(asks=asker(deployment=""))),
    Flaw("no meshed client asks", "clients-meshed", "warn", "linkerd.io/inject=enabled", put(asks=())),
    Flaw("requests travel in the clear", "mtls", "fail", "linkerd viz edges", put(secured_by={STABLE: {"": 900}, CANARY: {"not_provided_by_service_discovery": 100}})),
    Flaw("clients do not follow", "clients-follow", "fail", "kubectl rollout restart deployment/frontend -n sample-app", put(astray=(Astray("sample-app/frontend", 7),))),
    Flaw("nobody asks", "traffic", "warn", "canary policy plan", put(stable=arm(0), canary=arm(0))),
    Flaw("too few ask", "traffic", "warn", "canary policy plan low-traffic --rps 0.1", put(stable=arm(0.9), canary=arm(0.1))),
)  # fmt: skip


@pytest.mark.parametrize("flaw", FLAWS, ids=str)
def test_a_flaw_is_told_by_its_row_alone(call: Call, sample: Sample, told: Told, flaw: Flaw) -> None:
    flaw.spoil(sample, told)
    found = rows(call, sample, told)
    assert told_of(found) == {flaw.row: flaw.level}
    assert flaw.says in found[flaw.row]["remedy"]
    sample.denied.clear()
    sample.unserved.clear()
    assert levels(rows(call, sample, a_prometheus(sample))) == {"ok"}


def test_what_cannot_be_read_is_unknown_with_a_sentence(call: Call, sample: Sample, told: Told) -> None:
    sample.refused |= {("list", DEPLOYMENTS.resource), ("get", SERVICE_PROFILES.resource)}
    found = rows(call, sample, told)
    assert told_of(found) == {}
    unknown = {name for name, row in found.items() if row["level"] == "unknown"}
    assert {"control-plane", "linkerd-version", "smi-adaptor", "viz", "weights-in-mesh", "retries"} <= unknown
    assert found["control-plane"]["message"] == "alice may not list deployments.apps"


def test_without_prometheus_its_rows_are_unknown(call: Call, sample: Sample, told: Told) -> None:
    found = json.loads(call(sample.world(), "check", NAME, "-o", "json").out)
    unknown = {row["name"]: row["message"] for row in found["rows"] if row["level"] == "unknown"}
    assert {"prometheus", "clock", "scraped", "mtls", "clients-follow", "traffic"} <= set(unknown)
    assert set(unknown.values()) == {"no Prometheus was named: --prometheus URL"}


def test_who_may_not_act_as_the_daemon_does_not_know_its_rights(
    call: Call, sample: Sample, told: Told
) -> None:
    world = told.beside(sample.world())
    connect = world.connect

    def refusing(access: Access) -> Server:
        if access.as_user:
            raise Stalled("alice may not impersonate")
        return connect(access)

    found = json.loads(call(replace(world, connect=refusing), *CHECK, "-o", "json").out)["rows"]
    assert [row["level"] for row in found if row["name"] == "daemon-rights"] == ["unknown"]


def test_without_a_route_it_is_about_the_cluster(call: Call, sample: Sample, told: Told) -> None:
    found = call(told.beside(sample.world()), "check", "--prometheus", URL)
    assert found.code == 0
    assert [line.split()[1] for line in found.out.splitlines()[:-1]] == [
        "caller-rights", "daemon-rights", "control-plane", "linkerd-version", "split-api", "smi-adaptor", "viz",
        "malformed-splits", "prometheus", "clock",
    ]  # fmt: skip
    assert found.out.splitlines()[-1] == "10 ok"


def test_a_failing_row_is_exit_code_1_and_shows_its_remedy(call: Call, sample: Sample, told: Told) -> None:
    told.gone = refused(403, "p:9090", "", Account())
    found = call(told.beside(sample.world()), *CHECK)
    assert found.code == 1
    assert "\n                       targetRef:" in found.out.replace(
        "                              ", "                       "
    )


def test_there_are_two_dozen_faults_at_least(capsys: pytest.CaptureFixture[str]) -> None:
    for fault in (*FAULTS, *FLAWS):
        print(f"{fault.row:<18}  {fault.level:<4}  {fault.what}")
    assert len(capsys.readouterr().out.splitlines()) >= 24
