"""Whether Linkerd and its extensions are there, and split."""

import re

from canary.rollout.checkup.facts import Unread
from canary.rollout.checkup.row import Finding, Row, fail, listed, ok, warn
from canary.rollout.checkup.survey import Survey

CONTROL_PLANE = ("linkerd-destination", "linkerd-identity", "linkerd-proxy-injector")
TESTED = ((2, 16), (2, 20))
"""First and last minor release of Linkerd whose metrics and behaviour this product was checked against."""

RELEASE = re.compile(r"(?:stable-|enterprise-|version-)?(\d+)\.(\d+)")
EDGE = re.compile(r"(?:edge-)?(\d\d)\.(\d+)\.")
SMI = (
    "helm repo add l5d-smi https://linkerd.github.io/linkerd-smi\n"
    "helm install linkerd-smi l5d-smi/linkerd-smi -n linkerd-smi --create-namespace"
)


def control_plane(survey: Survey) -> Finding:
    parts = {part.name: part for part in survey.parts()}
    if missing := [name for name in CONTROL_PLANE if name not in parts]:
        return fail(
            f"Linkerd's control plane lacks {listed(missing)}: nothing would split or measure traffic",
            "linkerd install --crds | kubectl apply -f -\nlinkerd install | kubectl apply -f -\nlinkerd check",
        )
    if down := [name for name in CONTROL_PLANE if not parts[name].available]:
        return fail(
            f"of Linkerd's control plane {listed(down)} is not available: proxies keep the weights they have",
            "\n".join(parts[name].revival for name in down),
        )
    return ok("Linkerd's control plane is available")


def version(survey: Survey) -> Finding:
    told = {part.version for part in survey.parts() if part.version}
    if not told:
        raise Unread("Linkerd's Deployments have no label app.kubernetes.io/version")
    for one in sorted(told):
        match = RELEASE.match(one)
        if EDGE.match(one):
            return warn(
                f"Linkerd {one} is an edge release: what it measures may differ from what this was checked against",
                "linkerd version; use a release from 2.16 to 2.20 where you can",
            )
        if match and not TESTED[0] <= (int(match[1]), int(match[2])) <= TESTED[1]:
            return warn(
                f"Linkerd {one} is not among the releases this was checked against (2.16 to 2.20)",
                "linkerd upgrade | kubectl apply -f -",
            )
    return ok(f"Linkerd is {listed(told)}")


def split_api(survey: Survey) -> Finding:
    if survey.splits() is None:
        return fail(
            "TrafficSplit v1alpha1 is not served: linkerd-smi's CRD is missing, or another one's is there",
            SMI,
        )
    return ok("TrafficSplits are served")


def smi_adaptor(survey: Survey) -> Finding:
    found = survey.adaptor()
    if found is None:
        return fail("smi-adaptor is not installed: no TrafficSplit would ever reach the mesh", SMI)
    if not found.available:
        return fail(
            "smi-adaptor is not available: weights do not reach the mesh",
            found.revival,
        )
    return ok("smi-adaptor is available")


def viz(survey: Survey) -> Finding:
    found = survey.viz()
    if found is None:
        return warn(
            "Linkerd's viz extension is not installed: give canary the address of another Prometheus that scrapes the proxies",
            "linkerd viz install | kubectl apply -f -",
        )
    if not found.available:
        return warn(
            "the Prometheus of Linkerd's viz extension is not available: rollouts hold",
            found.revival,
        )
    return ok("Linkerd's viz extension is there")


def malformed_splits(survey: Survey) -> Finding:
    """Measured: one weight that is no Quantity stops smi-adaptor for all splits, while it goes on calling itself ready."""
    bad = survey.malformed()
    if not bad:
        return ok("every weight of every TrafficSplit in the cluster is a number")
    return fail(
        f"TrafficSplit {listed('/'.join(one) for one in bad)} has a weight that is no number: it stops smi-adaptor for every"
        " split of the cluster",
        "\n".join(
            f"kubectl edit trafficsplits.split.smi-spec.io {name} -n {namespace}" for namespace, name in bad
        ),
    )


CLUSTER_ROWS = (
    Row("control-plane", control_plane, fatal=True),
    Row("linkerd-version", version),
    Row("split-api", split_api, fatal=True),
    Row("smi-adaptor", smi_adaptor, fatal=True),
    Row("viz", viz),
    Row("malformed-splits", malformed_splits, fatal=True),
)
