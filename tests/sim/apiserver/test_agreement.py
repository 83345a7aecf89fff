"""One suite of cases, asked of the in-memory API server and of the real one: both must say the same."""

from pathlib import Path

import pytest

from tests.beds.controlplane import ControlPlane
from tests.sim.apiserver.cases import CASES, Case
from tests.sim.apiserver.plain import Plain, contained, without_words
from tests.sim.apiserver.talk import Object, Talk

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def real(control_plane: ControlPlane) -> Path:
    return control_plane.kubeconfig("admin")


def told(kubeconfig: Path, case: Case, namespace: str) -> list[Object]:
    talk = Talk.by(kubeconfig, namespace)
    talk.post("/api/v1/namespaces", {"metadata": {"name": namespace}})
    talk.replies.clear()
    case.run(talk)
    talk.close()
    plain = Plain(case.exact).replies(talk.replies)
    return plain if case.words else without_words(plain)


@pytest.mark.parametrize(("number", "case"), list(enumerate(CASES)), ids=str)
def test_both_servers_say_the_same(in_memory: Path, real: Path, number: int, case: Case) -> None:
    namespace = f"case-{number}"
    here, there = told(in_memory, case, namespace), told(real, case, namespace)
    if case.exact:
        assert here == there
    else:
        assert contained(here, there) == []


def test_every_conversation_is_held_once() -> None:
    print(f"{len(CASES)} conversations with both servers")
    assert len({str(case) for case in CASES}) == len(CASES)
