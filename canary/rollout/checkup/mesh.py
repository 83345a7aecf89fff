"""Whether all traffic between clients and backends is seen by the mesh, and splits."""

import re

from canary.rollout.checkup.facts import Pod, Unread
from canary.rollout.checkup.row import Finding, Row, fail, listed, ok, warn
from canary.rollout.checkup.survey import Survey

SPAN = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?", re.ASCII)
OPAQUE, SKIPPED = "config.linkerd.io/opaque-ports", "config.linkerd.io/skip-inbound-ports"


def backends_meshed(survey: Survey) -> Finding:
    pods = _behind(survey)
    if outside := [pod for pod in pods if not pod.meshed]:
        return fail(
            f"{listed(pod.name for pod in outside)} run without Linkerd's proxy: what they answer is not encrypted, and a"
            " client's retries and timeouts see another kind of endpoint",
            "\n".join(_inject(survey, outside)),
        )
    if waiting := [pod for pod in pods if not pod.proxy_ready]:
        return fail(
            f"the proxies of {listed(pod.name for pod in waiting)} are not ready",
            "\n".join(
                f"kubectl logs -n {survey.namespace} {pod.name} -c linkerd-proxy --tail=20" for pod in waiting
            ),
        )
    return ok(f"all {len(pods)} pods behind the backends are meshed")


def clients_meshed(survey: Survey) -> Finding:
    askers = survey.askers()
    if not askers:
        return warn(
            "no meshed client has asked the backends lately: without its proxy nothing splits and nothing is counted",
            f"kubectl annotate namespace CLIENTS linkerd.io/inject=enabled\nkubectl rollout restart deployment -n CLIENTS\n{_stat(survey)}",
        )
    return ok(
        f"{listed(f'{one.namespace}/{one.workload}' for one in askers)} asks the backends through the mesh"
    )


def mtls(survey: Survey) -> Finding:
    secured = survey.secured()
    if not any(sum(how.values()) for how in secured.values()):
        raise Unread("nobody has asked the backends lately, so nobody knows how requests travel")
    plain = {
        service: listed(why for why, count in how.items() if why and count)
        for service, how in secured.items()
    }
    plain = {service: why for service, why in plain.items() if why}
    if not plain:
        return ok("every request to the backends travels over mTLS")
    told = "; ".join(f"{service} ({why})" for service, why in sorted(plain.items()))
    return fail(
        f"requests travel without mTLS to {told}",
        f"linkerd viz edges deployment -n {survey.namespace}\n" + _restart(survey, sorted(plain)),
    )


def opaque_ports(survey: Survey) -> Finding:
    return _annotated(survey, OPAQUE, "opaque: Linkerd sees bytes there, no requests to split or count")


def skipped_ports(survey: Survey) -> Finding:
    return _annotated(
        survey, SKIPPED, "skipped by the proxy: what they answer is neither encrypted nor counted"
    )


def clients_follow(survey: Survey) -> Finding:
    """Measured: a client whose connections are older than the first split keeps asking the apex until they were idle for 5 s."""
    strangers, apex = survey.traffic().strangers, survey.splitting.apex
    if not strangers:
        return ok(f"all requests to {apex} are split")
    commands = (_restart_of(name) for name in sorted(strangers))
    return fail(
        f"requests of {listed(strangers)} go to {apex} past the split: their connections are older than it",
        "\n".join(commands),
    )


def _annotated(survey: Survey, key: str, what: str) -> Finding:
    commands: dict[str, str] = {}
    for name in dict.fromkeys((survey.found.apex, *survey.found.weights)):
        service = survey.services().get(name)
        if service is None:
            continue
        if _among(service.annotations.get(key, ""), service.ports):
            commands[f"service/{name}"] = f"kubectl annotate service {name} -n {survey.namespace} {key}-"
        for pod in survey.behind(name):
            if _among(pod.annotations.get(key, ""), service.targets):
                made = survey.controller(pod)
                commands[made] = (
                    f"kubectl patch {made} -n {survey.namespace} --type=merge -p '{_without(key)}'"
                )
    if commands:
        return fail(f"ports of {listed(commands)} are {what}", "\n".join(commands.values()))
    return ok(f"no port of the backends stands in {key}")


def _among(value: str, ports: frozenset[int]) -> bool:
    """Whether one of them is in `8080`, `8080,9090` or `8000-9000`; what is none of these Linkerd does not read either."""
    spans = map(SPAN.fullmatch, value.replace(" ", "").split(","))
    return any(int(span[1]) <= port <= int(span[2] or span[1]) for span in spans if span for port in ports)


def _without(annotation: str) -> str:
    return f'{{"spec":{{"template":{{"metadata":{{"annotations":{{"{annotation}":null}}}}}}}}}}'


def _behind(survey: Survey) -> list[Pod]:
    return [pod for service in survey.found.weights for pod in survey.behind(service)]


def _inject(survey: Survey, pods: list[Pod]) -> list[str]:
    """As `linkerd inject` does; the restart makes new pods, with the proxy."""
    made = sorted({survey.controller(pod) for pod in pods})
    return [
        f"kubectl get {one} -n {survey.namespace} -o yaml | linkerd inject - | kubectl apply -f -"
        for one in made
    ]


def _restart(survey: Survey, services: list[str]) -> str:
    made = {survey.controller(pod) for service in services for pod in survey.behind(service)}
    return "\n".join(f"kubectl rollout restart {one} -n {survey.namespace}" for one in sorted(made))


def _restart_of(client: str) -> str:
    namespace, _, name = client.rpartition("/")
    return f"kubectl rollout restart deployment/{name} -n {namespace}"


def _stat(survey: Survey) -> str:
    return f"linkerd viz stat deployment -n {survey.namespace}"


ROWS = (
    Row("backends-meshed", backends_meshed, fatal=True),
    Row("clients-meshed", clients_meshed),
    Row("mtls", mtls),
    Row("opaque-ports", opaque_ports, fatal=True),
    Row("skipped-ports", skipped_ports, fatal=True),
    Row("clients-follow", clients_follow),
)
