"""`canary run`: what the options become."""

from pathlib import Path

from canary.cli.run import VIZ
from canary.cli.shell.shipped import shipped
from canary.rollout import policyfile
from tests.cli.conftest import Call
from tests.cli.fakes import Memory


def test_the_policies_that_come_with_the_program_are_found_and_good() -> None:
    names = {policyfile.read(path.read_text(), path.name).name for path in shipped().glob("*.yaml")}
    assert "standard" in names


def test_the_default_prometheus_is_linkerd_s_own(call: Call) -> None:
    said = " ".join(call(Memory(), "run", "--help").out.split())
    assert VIZ.replace(" ", "") in said.replace(" ", "")
    assert "CANARY_PROMETHEUS" in said


def test_a_folder_of_policies_that_is_not_there_is_told(call: Call, tmp_path: Path) -> None:
    said = call(Memory(), "run", "--policies", str(tmp_path / "none"), "--scrape-interval", "5s")
    assert (said.code, said.out) == (1, "")
    assert f"at: {tmp_path}/none\n" in said.err
