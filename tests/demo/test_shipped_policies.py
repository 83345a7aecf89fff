"""Each policy that comes with the program, in the demo: the real daemon with a good version and with a bad one."""

import json

import pytest

from canary.cli import program
from canary.cli.shell.entry import execute
from canary.cli.shell.world import World
from canary.terms import Exit
from tests.files.project import ROOT

NAMES = sorted(path.stem for path in (ROOT / "policies").glob("*.yaml"))
LONG = {"blue-green", "cautious", "low-traffic", "strict-slo"}
"""From ten minutes to over an hour of virtual time."""

ENDS = {"manual": Exit.NEEDS_PERSON}
"""Of a good version, unless it is promoted: nobody approves here."""


def played(scene: str, policy: str, said: pytest.CaptureFixture[str]) -> tuple[int, str]:
    arguments = (
        "demo",
        scene,
        "--policy",
        policy,
        "--policies",
        str(ROOT / "policies"),
        "--for",
        "2h",
        "-o",
        "json",
    )
    code = execute(program, arguments, World.real())
    return code, json.loads(said.readouterr().out.splitlines()[-1])["phase"]


@pytest.mark.parametrize(
    "policy", [pytest.param(name, marks=[pytest.mark.full] if name in LONG else []) for name in NAMES]
)
def test_a_good_version_gets_as_far_as_nobody_has_to_be_asked(
    policy: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _ = played("good", policy, capsys)
    assert code == ENDS.get(policy, Exit.OK)


@pytest.mark.parametrize("policy", NAMES)
def test_a_version_that_fails_is_taken_back(policy: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, phase = played("errors", policy, capsys)
    assert (code, phase) == (Exit.ROLLED_BACK, "RolledBack")
