"""What is asked about Prometheus itself: whose pages it reads, how often, and under which labels."""

from canary.metrics.queries.exact import PROXY, STARTED, remembered, window
from canary.metrics.queries.scope import Scope, one_of
from canary.metrics.source import Timing

WORKLOADS = (
    "deployment",
    "statefulset",
    "daemonset",
    "replicaset",
    "replicationcontroller",
    "k8s_job",
    "cronjob",
)
"""Labels that Linkerd's scrape job makes of `linkerd.io/proxy-…`; a pod has one of them, or is nobody's."""


def pages(namespace: str, timing: Timing) -> str:
    """Pods of a namespace whose proxy was scraped within the last two scrapes."""
    return (
        f"group by (pod) (present_over_time({PROXY}{{{one_of('namespace', [namespace])}}}[{window(timing)}]))"
    )


def scrapes(namespace: str) -> str:
    """When each of the proxies there was scraped last."""
    return f"timestamp({STARTED}{{{one_of('namespace', [namespace])}}})"


def askers(scope: Scope) -> str:
    """The targets that asked these backends, by the labels that tell clients apart."""
    labels = ", ".join(("job", "instance", "namespace", "pod", *WORKLOADS))
    return f"group by ({labels}) ({remembered(scope.responses())})"
