"""What the answers before a start say: how slow stable is, and whether anything is counted twice."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from canary.metrics.answers import Sample, number


class Proxy(NamedTuple):
    """One target on record."""

    job: str
    instance: str
    pod: str


def shares_slower(buckets: Iterable[Sample]) -> Mapping[float, float]:
    """
    The part (0-1) of responses slower than each bound (ms), from responses within each `le`.

    Both spellings of a bound (Prometheus 2 and 3) add up: over an hour in which it changed each saw its part.
    """
    within: dict[float, float] = defaultdict(float)
    for bucket in buckets:
        le, responses = bucket.labels.get("le", ""), number(bucket.value)
        if responses is None or not (le == "+Inf" or number(le) is not None):
            return {}
        within[float(le)] += responses
    total = within.pop(math.inf, 0.0)
    if total <= 0:
        return {}
    return {bound: min(1.0, max(0.0, 1 - within[bound] / total)) for bound in sorted(within)}


def twice(targets: Iterable[Sample]) -> str:
    """
    A sentence if one proxy is on record more than once.

    Args:
        targets: each with how often it is there, by namespace, pod, job and instance.
    """
    names: dict[str, set[Proxy]] = defaultdict(set)
    for target in targets:
        labels = target.labels
        pod = "/".join(filter(None, (labels.get("namespace", ""), labels.get("pod", ""))))
        proxy = Proxy(labels.get("job", ""), labels.get("instance", ""), pod)
        if number(target.value) != 1:
            return (
                f"Prometheus has the proxy of {pod or proxy.instance} more than once, as replicas behind one address do,"
                " and every request would count as often; give the daemon the address of a single replica"
            )
        for name in {proxy.instance, pod if labels.get("pod") else ""} - {""}:
            names[name].add(proxy)
    for name, proxies in sorted(names.items()):
        if len(proxies) > 1:
            jobs = ", ".join(sorted({proxy.job for proxy in proxies}))
            return (
                f"Prometheus scrapes the proxy of {name} more than once (jobs: {jobs}), and every request would count"
                " as often; let one scrape job keep the port linkerd-admin"
            )
    return ""
