"""Every order of steps of two daemons, people and a failing cluster, within a budget of each, looked at to the last one."""

import pytest

from canary.daemon.moves import route_patch
from canary.rollout.rules import RULES
from canary.rollout.snapshot import Decision, Snapshot
from canary.terms import Outcome
from tests.model.contents import Facts, Raw
from tests.model.ends import goes_nowhere
from tests.model.planning import PRODUCT, Product
from tests.model.search import Found, search
from tests.model.state import Budget
from tests.model.world import World

CHEAP = (
    (Budget(people=1, cluster=0, kills=1, old_reads=0), False),
    (Budget(people=0, cluster=1, kills=0, old_reads=0), False),
    (Budget(people=0, cluster=0, kills=1, old_reads=1), True),
)
LEAST = 5_000
"""States; fewer would mean that something cannot happen any more."""

DEAR = (
    (Budget(people=0, cluster=1, kills=1, old_reads=0), False),
    (Budget(people=1, cluster=1, kills=0, old_reads=0), False),
    (Budget(people=2, cluster=0, kills=0, old_reads=0), False),
    (Budget(people=1, cluster=0, kills=0, old_reads=1), True),
)


def holds(budget: Budget, keeps_old: bool) -> Found:
    """Looked at whole: nothing is broken, and everything comes to an end."""
    world = World(keeps_old=keeps_old)
    found = search(world, budget)
    print(f"{budget}: {found.states} states, {found.steps} steps, {len(world.contents)} routes")
    assert found.broken == {}
    assert found.complete
    for route, revision in {(state.route, state.facts.revision) for state in found.reached}:
        raw = world.contents.raw(route)
        for outcome in (Outcome.ROLLBACK, Outcome.ADVANCE):
            assert goes_nowhere(raw, outcome, Facts(revision=revision)) == "", raw
    return found


@pytest.mark.parametrize(("budget", "keeps_old"), CHEAP)
def test_nothing_unsafe_can_be_reached_and_everything_ends(budget: Budget, keeps_old: bool) -> None:
    assert holds(budget, keeps_old).states > LEAST


@pytest.mark.full
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("budget", "keeps_old"), DEAR)
def test_nor_when_more_goes_wrong_at_once(budget: Budget, keeps_old: bool) -> None:
    holds(budget, keeps_old)


def broken_by(product: Product, *, keeps_old: bool = False) -> str:
    """What the check says first about another product."""
    found = search(World(product, keeps_old=keeps_old), Budget(0, 0, 0, 0), until_broken=True)
    return next(iter(found.broken), "")


def without(*names: str) -> Product:
    """Rules left out."""
    rules = [rule for rule in RULES if rule.__name__ not in names]

    def decide(seen: Snapshot) -> Decision:
        answers = ((rule, rule(seen)) for rule in rules)
        rule, answer = next((rule, answer) for rule, answer in answers if answer is not None)
        return Decision(
            answer.reason, answer.message, answer.weights, answer.stamp, answer.page, rule.__name__
        )

    return PRODUCT._replace(decide=decide)


def unconditional(seen: Snapshot, body: Raw) -> Raw:
    patch = route_patch(seen, body).merge()
    about = {name: value for name, value in patch["metadata"].items() if name != "resourceVersion"}
    return {**patch, "metadata": about}


def test_a_write_for_any_version_is_found_out() -> None:
    assert broken_by(PRODUCT._replace(patch=unconditional), keeps_old=True) != ""


def test_an_advance_before_the_evidence_says_so_is_found_out() -> None:
    assert broken_by(without("baking")) != ""


def test_a_verdict_about_another_step_is_found_out() -> None:
    assert broken_by(PRODUCT._replace(about=lambda _judged, _stamp: True)) != ""


def test_a_pause_that_stands_before_a_rollback_is_found_out() -> None:
    world = World()
    found = search(world, Budget(people=1, cluster=0, kills=0, old_reads=0), most=2000)
    raws = [world.contents.raw(route) for route in {state.route for state in found.reached}]
    lost = [goes_nowhere(raw, Outcome.ROLLBACK, Facts(), without("gate_failed")) for raw in raws]
    assert any(sentence.startswith("a failing canary keeps its traffic") for sentence in lost)
