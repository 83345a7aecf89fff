"""`canary check`: read all there is, judge it, tell it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from random import Random

from canary.cli.shell.entry import screen_of
from canary.cli.shell.prometheus import Asking
from canary.cli.shell.world import Access, Server, World
from canary.cli.work import checkreport
from canary.cli.work.counting import Window, newest, pairs, window
from canary.cli.work.metering import address, timing
from canary.cli.work.shelf import find
from canary.cluster import surveying
from canary.errors import CanaryError, Stalled
from canary.metrics.meter import Probe
from canary.metrics.queries.checkup import WORKLOADS
from canary.metrics.source import Timing
from canary.replay.plan import Service
from canary.replay.plan.prospects import prospects
from canary.rollout.checkup.facts import Answering, Asker, Fact, Prospect, Rights, Traffic, fact, unread
from canary.rollout.checkup.survey import Survey
from canary.routes.route import Route
from canary.terms import Exit, Word

WINDOW_SECONDS = 60
NEWEST = 3
"""Intervals in which a client that does not follow must have asked: whoever was mended is clean after so many."""

MOST_FAILING = 0.5
"""Beyond it there is nothing to plan with."""

LEAST_SECONDS = 5
"""Of an interval, when it is asked whether there is enough traffic: shorter ones only take longer to play."""

ME = "me"
"""Stands for the account of a daemon that runs with the caller's own credentials."""

NO_PROMETHEUS = "no Prometheus was named: --prometheus URL"


@dataclass(frozen=True, slots=True)
class Wishes:
    """
    Attributes:
        route: "" = about the cluster alone.
        policy: None = the one the route names.
        daemon: `namespace/account`, or a user.
    """

    route: str
    asking: Asking
    policy: str | None
    daemon: str
    domain: str
    output: str
    policies: Path


def checked(world: World, access: Access, wishes: Wishes) -> int:
    """Read, judge, print; 1 where a row fails."""
    grid = timing(wishes.asking, None, world.clock.now())
    server = world.connect(access)
    try:
        survey = Survey(
            namespace=access.namespace or server.namespace,
            name=wishes.route,
            domain=wishes.domain,
            account=wishes.daemon,
            scrape=grid.scrape,
            interval=grid.interval,
            caller=surveying.caller(server, access.namespace or server.namespace),
            daemon=_daemon(world, access, wishes.daemon),
        )
        survey = surveying.surveyed(server, survey)
    finally:
        server.close()
    survey = _with_policy(survey, wishes)
    report = checkreport.reported(_with_source(world, survey, wishes, grid))
    if wishes.output == "json":
        screen_of(world).line(json.dumps(report.model_dump(mode="json", by_alias=True), indent=2))
    else:
        checkreport.show(report, screen_of(world))
    return Exit.ERROR if report.failed else Exit.OK


def _daemon(world: World, access: Access, account: str) -> Fact[Rights]:
    """Asked in its name, for which impersonation must be allowed; `me` is whoever asks."""
    if account == ME:
        return _asked_as_us(world, access)
    namespace, slash, name = account.partition("/")
    user = f"system:serviceaccount:{namespace}:{name}" if slash else account
    server: Server | None = None
    try:
        server = world.connect(replace(access, as_user=user))
        return surveying.daemon(server, user)
    except CanaryError as error:
        return unread(str(error))
    finally:
        if server:
            server.close()


def _asked_as_us(world: World, access: Access) -> Fact[Rights]:
    server = world.connect(access)
    try:
        return surveying.read(server.whoami).then(lambda user: surveying.daemon(server, user))
    finally:
        server.close()


def _with_policy(survey: Survey, wishes: Wishes) -> Survey:
    route = _route(survey)
    named = wishes.policy or (route.annotations.get(Word.POLICY.key, "") if route else "")
    if not named:
        return replace(
            survey, policy=unread("no policy is named: by the route's annotation, or --policy NAME")
        )
    try:
        return replace(survey, policy=fact(find(named, wishes.policies).policy))
    except CanaryError as error:
        return replace(survey, policy=unread(str(error)), policy_problem=str(error))


def _route(survey: Survey) -> Route | None:
    return next(iter(survey.route.values), None)


def _with_source(world: World, survey: Survey, wishes: Wishes, grid: Timing) -> Survey:
    url = address(world, wishes.asking)
    if not url:
        return _without_source(survey, NO_PROMETHEUS)
    meter = world.meter(url, grid)
    try:
        ahead = meter.time() - world.clock.now().timestamp()
    except CanaryError as error:
        answering = Answering(str(error), error.hint or f"curl {error.at or url}/-/ready")
        return replace(_without_source(survey, str(error)), source=fact(answering))
    survey = replace(survey, source=fact(Answering(ahead=ahead)))
    route = _route(survey)
    return _measured(survey, meter, grid, route) if route and len(route.weights) > 1 else survey


def _without_source(survey: Survey, why: str) -> Survey:
    return replace(
        survey,
        source=unread(why),
        pages=unread(why),
        spacing=unread(why),
        doubt=unread(why),
        askers=unread(why),
        secured=unread(why),
        traffic=unread(why),
        prospects=unread(why),
    )


def _measured(survey: Survey, meter: Probe, grid: Timing, route: Route) -> Survey:
    asked = pairs(route)
    seen = surveying.read(lambda: window(meter, asked, grid, newest(meter, grid), WINDOW_SECONDS))
    traffic = seen.then(lambda found: surveying.read(lambda: _traffic(found, route)))
    survey = replace(
        survey,
        pages=surveying.read(lambda: meter.pages(survey.namespace)),
        spacing=surveying.read(lambda: meter.spacing(survey.namespace)),
        doubt=surveying.read(lambda: meter.doubts(asked[0])),
        askers=surveying.read(lambda: tuple(map(_asker, meter.askers(asked[0])))),
        secured=surveying.read(lambda: meter.secured(asked, WINDOW_SECONDS)),
        traffic=traffic,
    )
    return replace(survey, prospects=surveying.read(lambda: _prospects(survey)))


def _asker(labels: Mapping[str, str]) -> Asker:
    workload = next((labels[label] for label in WORKLOADS if labels.get(label)), "")
    job, instance, namespace, pod = (labels.get(name, "") for name in ("job", "instance", "namespace", "pod"))
    return Asker(job, instance, namespace, pod, workload)


def _traffic(found: Window, route: Route) -> Traffic:
    """
    Raises:
        Stalled: nothing is known of it.
    """
    if not found.known:
        raise Stalled(found.why)
    heaviest = max(route.weights, key=lambda service: route.weights[service] or 0)
    requests = failures = stables = 0.0
    for number, (leaves, told) in enumerate(found.told.items()):
        for stratum in (stratum for interval in told for stratum in interval.strata or ()):
            arms = {leaves.canary: stratum.canary} | ({} if number else {leaves.stable: stratum.stable})
            requests += sum(arm.requests for arm in arms.values())
            stables += arms[heaviest].requests if heaviest in arms else 0
            failures += arms[heaviest].failures if heaviest in arms else 0
    told = next(iter(found.told.values()))
    strangers = {one.client for interval in told[-NEWEST:] for one in interval.astray if one.requests}
    seconds = found.seconds * found.known / found.asked
    rate = min(MOST_FAILING, failures / stables) if stables else 0.0
    return Traffic(requests / seconds, rate, tuple(sorted(strangers)))


def _prospects(survey: Survey) -> tuple[Prospect, ...]:
    """Nothing where nobody asks, or where policy or traffic are not known: rows say so."""
    if not (survey.policy.values and survey.traffic.values and survey.traffic().rps):
        return ()
    policy, traffic = survey.policy(), survey.traffic()
    service = Service.under(policy.gates, traffic.rps, traffic.error_rate)
    return prospects(policy, service, timedelta(seconds=max(LEAST_SECONDS, survey.interval)), Random(1))  # noqa: S311 - made-up traffic
