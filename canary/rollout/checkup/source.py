"""Whether the counts can be believed."""

from canary.rollout.checkup.facts import Unread
from canary.rollout.checkup.row import Finding, Row, fail, listed, ok, warn
from canary.rollout.checkup.survey import Survey

MOST_APART = 5.0
"""Seconds between the clocks; counts go by Prometheus' alone, windows and deadlines by the daemon's."""

SLACK = 1.25
"""By how much of itself a spacing of scrapes may exceed what was said: a scrape is late now and then."""

RELABEL = (
    "give Prometheus the scrape job linkerd-proxy as Linkerd's viz extension has it, whose relabel_configs set"
    " namespace, pod and deployment:\n"
    "kubectl get configmap prometheus-config -n linkerd-viz -o yaml"
)


def prometheus(survey: Survey) -> Finding:
    found = survey.source()
    return fail(found.problem, found.remedy) if found.problem else ok("Prometheus answers")


def clock(survey: Survey) -> Finding:
    found = survey.source()
    if found.problem:
        raise Unread(found.problem)
    if abs(found.ahead) <= MOST_APART:
        return ok(f"this machine's clock and Prometheus' are {abs(found.ahead):.1f} s apart")
    way = "ahead of" if found.ahead > 0 else "behind"
    return warn(
        f"Prometheus' clock is {abs(found.ahead):.0f} s {way} this machine's: times that are told do not match what is seen",
        "sudo timedatectl set-ntp true    # on the nodes, and here",
    )


def scraped(survey: Survey) -> Finding:
    pages, meshed = survey.pages(), {pod.name for pod in survey.pods() if pod.meshed and pod.proxy_ready}
    if not pages:
        return fail(f"Prometheus has no page of any proxy in {survey.namespace}: nothing is counted", RELABEL)
    if missing := meshed - pages:
        return fail(
            f"Prometheus does not scrape the proxies of {listed(missing)}: what they count is missing",
            f"linkerd viz check --proxy -n {survey.namespace}\nlinkerd viz allow-scrapes -n {survey.namespace} | kubectl apply -f -",
        )
    return ok(f"Prometheus scrapes the proxies of all {len(meshed)} meshed pods in {survey.namespace}")


def scrape_interval(survey: Survey) -> Finding:
    spacing = survey.spacing()
    if spacing is None:
        raise Unread("Prometheus holds too few scrapes yet to tell how often it makes them")
    said = f"{survey.scrape}s"
    if spacing > SLACK * survey.scrape:
        return fail(
            f"proxies are scraped every {spacing:.0f} s, and not every {said} as the daemon was told:"
            " intervals without a scrape are unknown",
            f"canary run --scrape-interval {spacing:.0f}s",
        )
    if spacing * SLACK < survey.scrape:
        return warn(
            f"proxies are scraped every {spacing:.0f} s: the daemon, told {said}, is slower than it could be",
            f"canary run --scrape-interval {spacing:.0f}s",
        )
    return ok(f"proxies are scraped every {spacing:.0f} s, and evidence is judged every {survey.interval} s")


def scraped_once(survey: Survey) -> Finding:
    if doubt := survey.doubt():
        sentence, _, remedy = doubt.partition("; ")
        return fail(sentence, remedy)
    return ok("each client's proxy is on record once")


def target_labels(survey: Survey) -> Finding:
    """The queries tell clients apart by namespace and deployment, and endpoints' proxies by pod."""
    askers = survey.askers()
    if not askers:
        raise Unread("no client is on record yet, whose labels could be looked at")
    for label, lacking in (
        ("namespace", [one for one in askers if not one.namespace]),
        ("pod", [one for one in askers if not one.pod]),
        ("deployment (or the like)", [one for one in askers if not one.workload]),
    ):
        if lacking:
            return fail(
                f"targets {listed(one.instance for one in lacking)} have no label {label}: their clients cannot be told apart",
                RELABEL,
            )
    return ok("targets have the labels that the queries need")


ROWS = (
    Row("prometheus", prometheus, fatal=True),
    Row("clock", clock),
    Row("scraped", scraped, fatal=True),
    Row("scrape-interval", scrape_interval, fatal=True),
    Row("scraped-once", scraped_once, fatal=True),
    Row("target-labels", target_labels, fatal=True),
)
