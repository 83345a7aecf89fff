"""Whether the route leads to Services, and these to pods."""

from itertools import combinations

from canary.rollout.checkup.facts import Service, Unread
from canary.rollout.checkup.row import Finding, Row, fail, listed, ok, warn
from canary.rollout.checkup.survey import Survey

FIRST = """\
kubectl apply -f - <<'END'
apiVersion: split.smi-spec.io/v1alpha2
kind: TrafficSplit
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  service: APEX
  backends:
    - {{service: STABLE, weight: 1000}}
    - {{service: CANARY, weight: 0}}
END"""


def route(survey: Survey) -> Finding:
    """Clients that are busy when the first split is made follow it late: so make it early, with everything to stable."""
    found = survey.route()
    if found is None and survey.splits() is None:
        raise Unread("TrafficSplits are not served")
    if found is None:
        return fail(
            f"there is no TrafficSplit {survey.namespace}/{survey.name}: make it before the first rollout, with all traffic"
            " to stable, since clients follow their first split only once their connections were idle for 5 s",
            FIRST.format(name=survey.name, namespace=survey.namespace),
        )
    if found.problems:
        edit = f"kubectl edit trafficsplits.split.smi-spec.io {found.name} -n {found.namespace}"
        return fail(f"the route cannot be rolled out: {found.problems[0]}", edit)
    weights = ", ".join(f"{service} {weight}" for service, weight in found.weights.items())
    return ok(f"{found} splits {found.apex} over {weights}")


def services(survey: Survey) -> Finding:
    known = survey.services()
    if missing := [name for name in _names(survey) if name not in known]:
        return fail(f"there is no Service {listed(missing)}", _made(survey, missing))
    if headless := [name for name in _names(survey) if known[name].headless]:
        deletions = (f"kubectl delete service {name} -n {survey.namespace}" for name in headless)
        return fail(
            f"Service {listed(headless)} is headless: clients reach its pods past Linkerd's split",
            "\n".join((*deletions, _made(survey, headless))),
        )
    return ok("apex and backends are Services with an address")


def service_ports(survey: Survey) -> Finding:
    """A leaf without the apex' port is asked on the very number at its pods, which answer or not."""
    known, found = survey.services(), survey.found
    apex = known.get(found.apex)
    leaves = [known[name] for name in found.weights if name in known]
    if apex is None:
        return fail(f"there is no Service {found.apex}", "see row services")
    bad = [leaf for leaf in leaves if not apex.ports <= leaf.ports]
    if bad:
        return fail(
            f"{listed(leaf.name for leaf in bad)} lacks port {listed(apex.ports)} of {apex.name}: its part of traffic goes"
            " to whatever listens there",
            "\n".join(_ports(survey, leaf, min(apex.ports)) for leaf in bad),
        )
    return ok(f"apex and backends share port {listed(apex.ports)}")


def selectors(survey: Survey) -> Finding:
    route, known = survey.found, survey.services()
    leaves = [known[name] for name in route.weights if name in known]
    for one, other in combinations(leaves, 2):
        both = {pod.name for pod in survey.behind(one.name)} & {pod.name for pod in survey.behind(other.name)}
        if both:
            remedy = "\n".join(
                f"kubectl set selector service {leaf.name} -n {survey.namespace} app={leaf.name}"
                for leaf in (one, other)
            )
            return fail(
                f"{one.name} and {other.name} both select {listed(both)}: neither can be judged by itself",
                remedy,
            )
    return ok("no pod stands behind two backends")


def workloads(survey: Survey) -> Finding:
    known = survey.services()
    for name in survey.found.weights:
        selector = known[name].selector if name in known else frozenset()
        made = [one for one in survey.controllers() if selector and selector <= one.labels]
        if len(made) > 1:
            return fail(
                f"the selector of {name} matches {listed(made)}: a rollout is of one workload",
                "\n".join(
                    f"kubectl delete {one} -n {survey.namespace}    # or give its pods other labels"
                    for one in made
                    if one.name != name
                )
                or f"kubectl set selector service {name} -n {survey.namespace} app={name}",
            )
    return ok("no backend is made of several workloads")


def endpoints(survey: Survey) -> Finding:
    ready, known = survey.ready(), survey.services()
    if missing := [name for name in survey.found.weights if name not in known]:
        raise Unread(f"there is no Service {listed(missing)}")
    empty = [name for name in survey.found.weights if not ready.get(name)]
    if not empty:
        return ok(", ".join(f"{name} has {ready[name]} ready endpoints" for name in survey.found.weights))
    commands = "\n".join(
        f"kubectl scale deployment/{name} -n {survey.namespace} --replicas=1\n"
        f"kubectl rollout status deployment/{name} -n {survey.namespace}"
        for name in empty
    )
    busy = [name for name in empty if survey.found.share(name)]
    if busy:
        return fail(
            f"{listed(busy)} has no ready endpoint: its share of the traffic hangs for 3 s and fails",
            commands,
        )
    return warn(f"{listed(empty)} has no ready endpoint: a rollout waits for one", commands)


def _names(survey: Survey) -> tuple[str, ...]:
    return tuple(dict.fromkeys((survey.found.apex, *survey.found.weights)))


def _made(survey: Survey, names: list[str]) -> str:
    """Services that select pods by a label that is usual; whose pods carry another one has to say so."""
    port = _port(survey)
    return "\n".join(
        f"kubectl create service clusterip {name} -n {survey.namespace} --tcp={port}:{port}"
        f"\nkubectl set selector service {name} -n {survey.namespace} app={name}"
        for name in names
    )


def _port(survey: Survey) -> int:
    known = survey.services()
    ports = [port for name in _names(survey) if name in known for port in known[name].ports]
    return min(ports, default=8080)


def _ports(survey: Survey, leaf: Service, port: int) -> str:
    patch = f'[{{"op":"replace","path":"/spec/ports/0/port","value":{port}}}]'
    return f"kubectl patch service {leaf.name} -n {survey.namespace} --type=json -p '{patch}'"


ROWS = (
    Row("route", route, fatal=True),
    Row("services", services, fatal=True),
    Row("service-ports", service_ports, fatal=True),
    Row("selectors", selectors, fatal=True),
    Row("workloads", workloads),
    Row("endpoints", endpoints),
)
