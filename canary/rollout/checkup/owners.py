"""Whether anybody else moves the same traffic, or takes our weights back."""

from math import ceil

from canary.rollout.checkup.facts import Keeper, Unread
from canary.rollout.checkup.row import Finding, Row, fail, listed, ok, warn
from canary.rollout.checkup.survey import Survey
from canary.routes import serviceprofile

SPLITS = "trafficsplits.split.smi-spec.io"
PROFILES = "serviceprofiles.linkerd.io"

ARGO = """\
kubectl patch applications.argoproj.io {name} -n {namespace} --type=merge -p '
spec:
  ignoreDifferences:
    - group: split.smi-spec.io
      kind: TrafficSplit
      jsonPointers: [/spec/backends]
  syncPolicy:
    syncOptions: [RespectIgnoreDifferences=true]'"""
FLUX = (
    "kubectl annotate {resource} {route} -n {namespace} kustomize.toolkit.fluxcd.io/ssa=IfNotPresent --overwrite\n"
    "# and the same annotation in the manifest that Flux applies"
)


def weights_in_mesh(survey: Survey) -> Finding:
    found, profile = survey.found, survey.profile()
    name = serviceprofile.name(found.apex, found.namespace, survey.domain)
    if profile is not None and profile.skipped:
        return fail(
            f"the ServiceProfile of {found.apex} tells smi-adaptor to leave it alone: weights do not reach the mesh",
            f"kubectl annotate {PROFILES} {name} -n {found.namespace} {serviceprofile.SKIP}-",
        )
    if why := serviceprofile.astray(profile, found, survey.domain):
        return fail(
            why, f"kubectl annotate {SPLITS} {found.name} -n {found.namespace} nudged=$(date +%s) --overwrite"
        )
    return ok(f"the ServiceProfile of {found.apex} shows the route's weights")


def profile_shadow(survey: Survey) -> Finding:
    found, shadows = survey.found, survey.shadows()
    name = serviceprofile.name(found.apex, found.namespace, survey.domain)
    if shadows:
        return fail(
            f"namespace {listed(shadows)} has a ServiceProfile of the same name: its clients go by that one, without the split",
            "\n".join(f"kubectl delete {PROFILES} {name} -n {one}" for one in sorted(shadows)),
        )
    return ok("no other namespace has a ServiceProfile for the apex")


def second_split(survey: Survey) -> Finding:
    found, splits = survey.found, survey.splits() or ()
    rivals = [
        one
        for one in splits
        if (one.namespace, one.apex) == (found.namespace, found.apex) and one.uid != found.uid
    ]
    if rivals:
        nudge = f"kubectl annotate {SPLITS} {found.name} -n {found.namespace} nudged=$(date +%s) --overwrite"
        deletions = (f"kubectl delete {SPLITS} {one.name} -n {one.namespace}" for one in rivals)
        return fail(
            f"{listed(rivals)} splits {found.apex} too: whichever changed last wins",
            "\n".join((*deletions, nudge)),
        )
    return ok(f"no other TrafficSplit splits {found.apex}")


def gateway_route(survey: Survey) -> Finding:
    """Measured: the split wins, once connections were idle for 5 s; until then the other does."""
    if routes := survey.gateway():
        return fail(
            f"HTTPRoute {listed(routes)} has {survey.found.apex} for its parent: which of the two a client follows"
            " depends on the age of its connections",
            "\n".join(
                f"kubectl delete httproutes.gateway.networking.k8s.io {one} -n {survey.namespace}"
                for one in sorted(routes)
            ),
        )
    return ok(f"no HTTPRoute has {survey.found.apex} for its parent")


def other_controllers(survey: Survey) -> Finding:
    if claims := survey.claims():
        told = listed(f"{claim.tool} ({claim.name})" for claim in claims)
        commands = sorted(
            {f"kubectl delete {one.resource} {one.name} -n {survey.namespace}" for one in claims}
        )
        return fail(
            f"{told} moves the traffic or replaces the pods of {listed(claim.about for claim in claims)}",
            "\n".join(commands),
        )
    return ok("no other delivery controller names the route's Services or workloads")


def gitops(survey: Survey) -> Finding:
    keeper = survey.keeper()
    if keeper is None:
        return ok("no GitOps tool applies the route")
    named = f"{keeper.tool} ({keeper.name})" if keeper.name else keeper.tool
    if not keeper.known:
        raise Unread(f"{named} applies the route, and whether it leaves the weights alone could not be read")
    if keeper.lets_go:
        return ok(f"{named} applies the route, and leaves its weights alone")
    return warn(f"{named} applies the route, and will write its own weights back", _recipe(survey, keeper))


def _recipe(survey: Survey, keeper: Keeper) -> str:
    if keeper.tool == "Argo CD":
        return ARGO.format(name=keeper.name, namespace=keeper.namespace or "argocd")
    return FLUX.format(resource=SPLITS, route=survey.name, namespace=survey.namespace)


def autoscalers(survey: Survey) -> Finding:
    """An autoscaler shrinks stable while it loses traffic; below the floor nothing is added any more."""
    policy, ready = survey.policy(), survey.ready()
    for service in survey.found.weights:
        made = {survey.controller(pod) for pod in survey.behind(service)}
        floor = ceil(policy.stable_floor * ready.get(service, 0))
        low = [one for one in survey.autoscalers() if one.target in made and one.minimum < floor]
        if low:
            return warn(
                f"HorizontalPodAutoscaler {listed(one.name for one in low)} may shrink {service} below {floor} pods, the floor"
                f" of policy {policy.name} ({policy.stable_floor:.0%} of {ready[service]}): the rollout would hold",
                "\n".join(
                    f'kubectl patch hpa {one.name} -n {survey.namespace} --type=merge -p \'{{"spec":{{"minReplicas":{floor}}}}}\''
                    for one in low
                ),
            )
    return ok("no autoscaler goes below the floor of the policy")


ROWS = (
    Row("weights-in-mesh", weights_in_mesh, fatal=True),
    Row("profile-shadow", profile_shadow, fatal=True),
    Row("second-split", second_split, fatal=True),
    Row("gateway-route", gateway_route, fatal=True),
    Row("other-controllers", other_controllers, fatal=True),
    Row("gitops", gitops),
    Row("autoscalers", autoscalers),
)
