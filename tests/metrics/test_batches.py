"""Many rollouts in one question: how often it is asked, and whom an answer that fails concerns."""

from collections.abc import Callable

import pytest

from canary.errors import Unavailable
from canary.metrics.prometheus import Prometheus
from canary.metrics.rounds import HALVINGS
from canary.metrics.source import Leaves
from tests.metrics.mesh import FIRST, LAST, WEB, Mesh, asked
from tests.metrics.scripted import Question, Reply, ScriptedServer, failure, text


@pytest.mark.parametrize(("rollouts", "questions"), [(1, 2), (100, 2), (101, 3), (1000, 11)])
def test_100_rollouts_cost_one_question_and_all_of_them_one_more(
    scripted: ScriptedServer, source: Prometheus, rollouts: int, questions: int
) -> None:
    scripted.says = Mesh()
    wanted = [Leaves("shop", f"web{n}-v1", f"web{n}-v2") for n in range(rollouts)]
    assert len(source.increments(wanted, FIRST, LAST)) == rollouts
    assert len(scripted.asked) == questions


def poisoned(names: set[str], reply: Reply) -> Callable[[Question], Reply]:
    """A Prometheus that gives this reply to whoever asks for the counts of one of these."""
    mesh = Mesh()

    def says(question: Question) -> Reply:
        hit = asked(question) == "counts" and any(name in question.form["query"] for name in names)
        return reply if hit else mesh(question)

    return says


MANY = [Leaves("shop", f"web{n}-v1", f"web{n}-v2") for n in range(100)]
SAMPLES = failure(422, "execution", "query processing would load too many samples into memory")
TIMED_OUT = failure(503, "timeout", "query timed out in expression evaluation")


def test_a_failed_batch_leaves_the_others_known(scripted: ScriptedServer, source: Prometheus) -> None:
    scripted.says = poisoned({"web0-v1"}, failure(500, "internal", "poison"))
    found = source.increments([*MANY, WEB], FIRST, LAST)
    assert all("poison" in interval.why for leaves in MANY for interval in found[leaves])
    assert all(interval.strata for interval in found[WEB])


@pytest.mark.parametrize("reply", [SAMPLES, TIMED_OUT], ids=["too many samples", "timed out"])
def test_one_dear_rollout_is_unknown_and_no_other_of_its_batch(
    scripted: ScriptedServer, source: Prometheus, reply: Reply
) -> None:
    scripted.says = poisoned({"web77-v1"}, reply)
    found = source.increments(MANY, FIRST, LAST)
    unknown = {leaves.stable for leaves in MANY if found[leaves][0].strata is None}
    assert unknown == {"web77-v1"}
    assert len(scripted.asked) < 25


def test_where_all_are_too_dear_it_is_not_asked_about_each(
    scripted: ScriptedServer, source: Prometheus
) -> None:
    scripted.says = poisoned({"web"}, SAMPLES)
    with pytest.raises(Unavailable, match="too many samples"):
        source.increments(MANY, FIRST, LAST)
    assert len(scripted.asked) == 2 + 2 * HALVINGS


def test_a_prometheus_that_is_away_is_not_asked_in_halves(
    scripted: ScriptedServer, source: Prometheus
) -> None:
    scripted.says = poisoned({"web"}, text("upstream connect error", 503))
    with pytest.raises(Unavailable, match="503"):
        source.increments(MANY, FIRST, LAST)
    assert len(scripted.asked) == 2


def test_the_halves_of_a_dear_batch_are_asked_about_after_all_others(
    scripted: ScriptedServer, source: Prometheus
) -> None:
    scripted.says = poisoned({"web77-v1"}, TIMED_OUT)
    source.increments([*MANY, WEB], FIRST, LAST)
    counts = [question.form["query"] for question in scripted.asked if asked(question) == "counts"]
    assert ["web77-v1" in query for query in counts[:3]] == [True, False, False]
    assert "web-v1" in counts[1]
