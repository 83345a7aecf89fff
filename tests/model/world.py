"""
One route, two daemons that both believe they lead, and everything that may go wrong between them.

A daemon sees (the watch tells the route, or what stands behind it, or an old version once more), reads evidence, looks,
and has a write on its way. The write arrives and is answered, arrives unanswered, or gets lost; the daemon may be killed
before, between and after, and its write may still arrive when it runs again. Nobody holds a lease here: any order of
steps of both is possible.
"""

from collections.abc import Iterator
from functools import cache

from canary.daemon.judged import identity
from canary.terms import Outcome
from tests.model.checks import checked
from tests.model.contents import Contents, Facts, Judged, Plan, a_raw, merged
from tests.model.people import PEOPLE
from tests.model.planning import AWAY, BLIND, PRODUCT, Product, Sight, planned
from tests.model.state import NOTHING, Budget, Daemon, Ghost, State, Step, forgotten, spent_read, with_daemon

OTHERWISE = (Outcome.CONTINUE, Outcome.ROLLBACK, BLIND)
"""What evidence may say at any time, beside that a step may be left."""


class World:
    """
    The steps from any state to the next ones.

    Attributes:
        contents: all routes so far.
        plans: all writes so far, by number.
    """

    def __init__(self, product: Product = PRODUCT, *, keeps_old: bool = False) -> None:
        """
        Args:
            keeps_old: a daemon goes on to look at a route that is not current any more. As a write for it is refused,
                this leads to nothing, so most searches spare it.
        """
        self._product, self._keeps_old = product, keeps_old
        self.contents = Contents()
        self.plans: list[Plan] = []
        self._numbers: dict[Plan, int] = {}
        self.planned = cache(self._planned)
        self.stored = cache(self._stored)

    def start(self, budget: Budget) -> State:
        route = self.contents.number(a_raw())
        before = route if budget.old_reads else NOTHING
        return State(route, before, Facts(), 0, (), NOTHING, (Daemon(), Daemon()), budget)

    def steps(self, state: State) -> Iterator[Step]:
        yield from self._people(state)
        yield from self._cluster(state)
        if state.adrift != NOTHING:
            arrived = self._arrives(state._replace(adrift=NOTHING), state.adrift)
            yield Step("a dead daemon's write arrives", arrived.state, arrived.broken)
            yield Step("a dead daemon's write is lost", state._replace(adrift=NOTHING))
        for number in (0, 1):
            for label, after, broken in self._daemon(state, number):
                yield Step(f"daemon {number} {label}", after, broken)

    def _people(self, state: State) -> Iterator[Step]:
        if not state.budget.people:
            return
        spent = state._replace(budget=state.budget._replace(people=state.budget.people - 1))
        for label, act in PEOPLE.items():
            route = self.contents.number(act(self.contents.raw(state.route)))
            if route != state.route:
                forgets = self.contents.stamp(route) is None
                after = self._changed(spent, route)
                yield Step(f"somebody: {label}", forgotten(after) if forgets else after)

    def _cluster(self, state: State) -> Iterator[Step]:
        facts, budget = state.facts, state.budget
        if not facts.canary_ready:
            yield Step("the canary is ready again", state._replace(facts=facts._replace(canary_ready=True)))
        if not facts.stable_ready:
            yield Step("stable is ready again", state._replace(facts=facts._replace(stable_ready=True)))
        if budget.cluster:
            spent = state._replace(budget=budget._replace(cluster=budget.cluster - 1))
            yield Step(
                "the canary loses its endpoints", spent._replace(facts=facts._replace(canary_ready=False))
            )
            yield Step("stable loses its endpoints", spent._replace(facts=facts._replace(stable_ready=False)))
            yield Step("a new revision", spent._replace(facts=facts._replace(revision=facts.revision + 1)))

    def _daemon(self, state: State, number: int) -> Iterator[tuple[str, State, tuple[str, ...]]]:
        daemon, budget = state.daemons[number], state.budget
        if daemon != Daemon() and budget.kills:
            yield "is killed", self._killed(state, number), ()
        if not daemon.current:
            told = daemon._replace(copy=state.route, current=True)
            yield "is told the route", with_daemon(state, number, told), ()
        if daemon.facts != state.facts:
            yield (
                "is told of the backends",
                with_daemon(state, number, daemon._replace(facts=state.facts)),
                (),
            )
        if budget.old_reads and state.before not in (daemon.copy, state.route, NOTHING):
            old = daemon._replace(copy=state.before, current=False)
            yield "is told an old route", spent_read(with_daemon(state, number, old)), ()
        if daemon.plan != NOTHING:
            yield from self._writes(state, number)
        elif daemon.copy != NOTHING:
            yield from self._looks(state, number)

    def _looks(self, state: State, number: int) -> Iterator[tuple[str, State, tuple[str, ...]]]:
        daemon = state.daemons[number]
        stamp = self.contents.active(daemon.copy)
        readings = {daemon.judged, None}
        if stamp is not None:
            about = identity(stamp)
            ripe = Judged(about, str(Outcome.ADVANCE))
            if stamp.settled is not None and daemon.judged != ripe:
                yield "reads Advance", with_daemon(state, number, daemon._replace(judged=ripe)), ()
            others = [*OTHERWISE, *((Outcome.TOO_QUIET,) if stamp.settled is not None else ())]
            readings |= {Judged(None, AWAY), *(Judged(about, str(outcome)) for outcome in others)}
        for judged in sorted(readings, key=str):
            plan = self.planned(daemon.copy, Sight(daemon.facts, state.facts, judged, state.base))
            if plan is not None and (daemon.current or not plan.conditional):
                decided = daemon._replace(plan=self._number(plan))
                yield (
                    f"decides by {plan.rule} ({judged.outcome if judged else 'unread'})",
                    with_daemon(state, number, decided),
                    (),
                )

    def _writes(self, state: State, number: int) -> Iterator[tuple[str, State, tuple[str, ...]]]:
        """Whether the answer to a write is lost makes no difference: the route is read before anything else."""
        daemon = state.daemons[number]
        over = with_daemon(state, number, daemon._replace(plan=NOTHING))
        yield "loses its write", over, ()
        arrived = self._arrives(over, daemon.plan)
        yield f"writes: {self.plans[daemon.plan].rule}", arrived.state, arrived.broken

    def _killed(self, state: State, number: int) -> State:
        daemon = state.daemons[number]
        left = with_daemon(state, number, Daemon())
        adrift = state.adrift if state.adrift != NOTHING else daemon.plan
        return left._replace(adrift=adrift, budget=state.budget._replace(kills=state.budget.kills - 1))

    def _arrives(self, state: State, plan: int) -> Step:
        route, ghost, broken = self.stored(state.route, plan, state.ghost)
        after = self._changed(state, route)._replace(ghost=ghost)
        return Step("", after, broken)

    def _changed(self, state: State, route: int) -> State:
        """
        A new version: nobody's copy is current any more, and writes for the one before are refused.

        A refusal leads to nothing but another look, so it is as if the write had not been tried.
        """
        one, other = (self._outdated(each) for each in state.daemons)
        before = state.route if state.budget.old_reads else NOTHING
        adrift = self._refused(state.adrift)
        return state._replace(route=route, before=before, adrift=adrift, daemons=(one, other))

    def _outdated(self, daemon: Daemon) -> Daemon:
        copy = daemon.copy if self._keeps_old else NOTHING
        return daemon._replace(copy=copy, current=False, plan=self._refused(daemon.plan))

    def _refused(self, plan: int) -> int:
        return NOTHING if plan != NOTHING and self.plans[plan].conditional else plan

    def _stored(self, route: int, number: int, ghost: Ghost) -> tuple[int, Ghost, tuple[str, ...]]:
        plan, before = self.plans[number], self.contents.raw(route)
        after = merged(before, plan)
        ghost, broken = checked(before, after, self.contents.stamp(route), plan, ghost)
        return self.contents.number(after), ghost, broken

    def _planned(self, copy: int, sight: Sight) -> Plan | None:
        plan = planned(self._product, self.contents.raw(copy), sight)
        if plan is None:
            return None
        same = self.contents.number(merged(self.contents.raw(copy), plan)) == copy
        return None if same else plan

    def _number(self, plan: Plan) -> int:
        if plan not in self._numbers:
            self._numbers[plan] = len(self.plans)
            self.plans.append(plan)
        return self._numbers[plan]
