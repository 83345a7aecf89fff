"""`canary replay` on files: what it prints, and what it says about files it cannot use."""

import json
from pathlib import Path

from canary.cli.shell.world import World
from tests.cli.conftest import Call
from tests.files.project import ROOT
from tests.replay.recordings import a_line, text

POLICIES = ("--policies", str(ROOT / "policies"))


def a_recording(folder: Path, name: str, failures: int = 0) -> Path:
    arm = {"requests": 250, "failures": failures}
    path = folder / name
    path.write_text("\n".join(text(a_line(number, canary=arm) for number in range(120))))
    return path


def test_each_file_of_a_folder_is_one_line_of_json(call: Call, tmp_path: Path) -> None:
    a_recording(tmp_path, "a.jsonl")
    a_recording(tmp_path, "b.jsonl", failures=80)
    said = call(
        World.real(), "replay", "--policy", "standard", "--increments", str(tmp_path), *POLICIES, "-o", "json"
    )
    assert (said.code, said.err) == (0, "")
    good, bad = map(json.loads, said.out.splitlines())
    assert (good["verdict"], bad["verdict"]) == ("Promoted", "Rollback")
    assert bad.keys() == {
        "apiVersion", "kind", "file", "verdict", "at", "step", "intervals", "evidence", "gate", "message",
    }  # fmt: skip
    assert (bad["at"], bad["intervals"], bad["gate"]) == (1_700_000_010, 3, "errors")


def test_a_person_reads_when_and_why(call: Call, tmp_path: Path) -> None:
    path = a_recording(tmp_path, "b.jsonl", failures=80)
    said = call(World.real(), "replay", "--policy", "standard", "--increments", str(path), *POLICIES)
    first, second = said.out.splitlines()
    assert first == f"{path}: Rollback 2023-11-14 22:13:30Z, step 1, after 3 intervals"
    assert second.strip().startswith("errors: 32.00 % of the canary's requests failed")


def test_that_metric_gates_are_not_replayed_is_told(call: Call, tmp_path: Path) -> None:
    path, folder = a_recording(tmp_path, "b.jsonl", failures=80), tmp_path / "policies"
    folder.mkdir()
    (folder / "p.yaml").write_text(
        "apiVersion: canary.delivery/v1alpha1\nkind: RolloutPolicy\nmetadata: {name: p}\n"
        "spec: {steps: [{share: 10%}], gates: [{kind: errors}, {kind: metric, name: m, query: x, max: 1}]}\n"
    )
    said = call(World.real(), "replay", "--policy", "p", "--increments", str(path), "--policies", str(folder))
    assert said.out.splitlines()[-1].endswith("(metric gates are not replayed)")


def test_a_broken_file_does_not_hide_the_others(call: Call, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("{")
    a_recording(tmp_path, "b.jsonl")
    said = call(World.real(), "replay", "--policy", "standard", "--increments", str(tmp_path), *POLICIES)
    assert said.code == 1
    assert f"at: {tmp_path}/a.jsonl:1" in said.err
    assert "Promoted" in said.out


def test_what_is_not_there_is_told(call: Call, tmp_path: Path) -> None:
    for policy, increments, expected in (
        ("standart", str(tmp_path), "there is no policy standart"),
        ("standard", str(tmp_path / "no.jsonl"), "cannot be read: No such file or directory"),
        ("standard", str(tmp_path), "there is no *.jsonl file in the folder"),
    ):
        said = call(World.real(), "replay", "--policy", policy, "--increments", increments, *POLICIES)
        assert said.code == 1
        assert expected in said.err
