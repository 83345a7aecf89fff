"""`canary policy`: what it prints about policies, right and wrong ones, and which code it ends with."""

import json
from pathlib import Path

import pytest
import yaml

from canary.cli.shell.world import World
from canary.rollout.policyfile import read
from canary.rollout.schema import schema
from tests.cli.conftest import Call, Result
from tests.files.project import ROOT

SHIPPED = ROOT / "policies"
FOLDER = ("--policies", str(SHIPPED))

WRONG = """\
apiVersion: canary.delivery/v1alpha1
kind: RolloutPolicy
metadata: {name: wrong}
spec:
  steps:
    - {share: 10%, bake: {min: 30}}
    - {share: 50%, speed: 1}
  onFailure: ignore
"""

RIGHT = """\
# For: a test, and nobody else.
apiVersion: canary.delivery/v1alpha1
kind: RolloutPolicy
metadata: {name: right}
spec:
  steps: [{share: 12.5%, bake: {min: 10s, max: 1m}}, {share: 50%, approval: true}]
  gates: [{kind: errors}, {kind: objective, p99: 250ms}]
"""


WITH_WINDOWS = (
    RIGHT
    + """\
  onInconclusive: advance
  capacity: 50%
  confidence: {alpha: 0.1%}
  windows:
    - {cron: 0 9 * * mon-thu, duration: 8h, zone: Europe/Berlin}
    - {cron: 0 9 * * fri, duration: 5h}
"""
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "right.yaml").write_text(RIGHT)
    return tmp_path


@pytest.fixture
def policy(call: Call) -> Call:
    """`policy("list", …)`."""

    def called(*arguments: str) -> Result:
        return call(World.real(), "policy", *arguments)

    return called


def test_without_a_subcommand_its_help_is_shown(policy: Call) -> None:
    said = policy()
    assert said.code == 2
    assert all(f"\n  {name} " in said.err for name in ("list", "show", "validate", "schema", "plan"))


@pytest.mark.parametrize("name", ["list", "show", "validate", "schema", "plan"])
def test_every_subcommand_has_help(policy: Call, name: str) -> None:
    assert policy(name, "-h").code == 0


def test_a_list_says_for_whom_each_policy_is(policy: Call, folder: Path) -> None:
    said = policy("list", "--policies", str(folder))
    assert (said.code, said.err) == (0, "")
    assert said.out == "NAME   STEPS           FOR\nright  12.5% 50% 100%  a test, and nobody else.\n"


def test_a_list_as_json(policy: Call, folder: Path) -> None:
    whole = json.loads(policy("list", "--policies", str(folder), "-o", "json").out)
    assert (whole["apiVersion"], whole["kind"]) == ("canary.delivery/v1alpha1", "PolicyList")
    assert whole["items"] == [
        {
            "name": "right",
            "file": f"{folder}/right.yaml",
            "for": "a test, and nobody else.",
            "shares": [0.125, 0.5, 1.0],
        }
    ]


def test_a_broken_policy_does_not_hide_the_others_from_the_list(policy: Call, folder: Path) -> None:
    (folder / "a.yaml").write_text(WRONG)
    said = policy("list", "--policies", str(folder))
    assert said.code == 1
    assert f"at: {folder}/a.yaml:6:32" in said.err
    assert "right" in said.out


def test_an_empty_folder_is_an_empty_list(policy: Call, tmp_path: Path) -> None:
    assert policy("list", "--policies", str(tmp_path)).out == "NAME  STEPS  FOR\n"


def test_a_folder_that_is_not_there_is_an_error_and_no_empty_list(policy: Call, tmp_path: Path) -> None:
    said = policy("list", "--policies", str(tmp_path / "polices"))
    assert (said.code, said.out) == (1, "")
    assert f"at: {tmp_path}/polices" in said.err


def test_a_policy_is_shown_with_what_it_leaves_to_defaults(policy: Call, folder: Path) -> None:
    said = policy("show", "right", "--policies", str(folder))
    assert said.code == 0
    for line in (
        "right: a test, and nobody else.",
        "1     12.5%  10s to 1m",
        "2     50%    1m to 10m  a person approves it before",
        "3     100%   1m to 10m",
        "objective  99 % within 250ms",
        "deadline         6h",
        "stableFloor      50%",
        "confidence       alpha 1%, beta 5%",
        "windows          none",
    ):
        assert f"\n{line}\n" in f"\n{said.out}"
    assert (
        said.err == "note: objective p99: 250ms is judged at 300 ms, the next bound of Linkerd's histogram\n"
    )


def test_what_a_policy_says_in_several_words_is_shown_on_one_line(policy: Call, folder: Path) -> None:
    (folder / "right.yaml").write_text(WITH_WINDOWS)
    shown = policy("show", "right", "--policies", str(folder)).out.splitlines()
    assert (
        "windows          cron 0 9 * * mon-thu, duration 8h, zone Europe/Berlin; cron 0 9 * * fri, duration 5h, zone UTC"
        in shown
    )
    assert "confidence       alpha 0.1%, beta 5%" in shown


def test_a_plan_says_that_windows_are_not_in_it_and_how_little_is_enough(policy: Call, folder: Path) -> None:
    (folder / "right.yaml").write_text(WITH_WINDOWS)
    said = policy("plan", "right", "--rps", "1", "--policies", str(folder)).out
    assert "with a *, without the time in which none of its windows is open." in said
    assert "has seen 50 canary requests, or fewer of which none failed, and nothing speaks against it" in said


@pytest.mark.parametrize("text", [RIGHT, WITH_WINDOWS], ids=["short", "long"])
@pytest.mark.parametrize("form", ["yaml", "json"])
def test_a_policy_is_shown_as_a_file_that_says_the_same(
    policy: Call, folder: Path, form: str, text: str
) -> None:
    (folder / "right.yaml").write_text(text)
    said = policy("show", "right", "--policies", str(folder), "-o", form)
    assert read(said.out, "shown") == read(text, "right.yaml")
    assert yaml.safe_load(said.out)["spec"]["deadline"] == "6h"


def test_a_policy_is_found_by_its_name_wherever_it_stands_and_as_a_file(policy: Call, folder: Path) -> None:
    (folder / "right.yaml").rename(folder / "other.yaml")
    assert policy("show", "right", "--policies", str(folder)).code == 0
    assert policy("show", f"{folder}/other.yaml", *FOLDER).code == 0
    said = policy("show", "other", "--policies", str(folder))
    assert (said.code, said.err.splitlines()[0]) == (1, "error: there is no policy other")


def test_a_policy_that_is_not_there_is_told_with_those_that_are(policy: Call) -> None:
    said = policy("show", "standart", *FOLDER)
    assert said.code == 1
    assert "try: known are blue-green, cautious, fast" in said.err


@pytest.mark.parametrize("name", ["a" * 300, "a/" * 3000, "a\x00b", "", ".", "/"])
def test_a_name_that_no_file_can_have_is_told_like_any_other(policy: Call, name: str) -> None:
    said = policy("show", name, *FOLDER)
    assert (said.code, said.err.startswith("error: there is no policy")) == (1, True)
    assert policy("validate", "a" * 300).err.startswith("error: cannot be read: File name too long")


def test_every_error_of_a_file_is_told_with_its_place(policy: Call, folder: Path) -> None:
    (folder / "wrong.yaml").write_text(WRONG)
    said = policy("validate", str(folder))
    assert said.code == 1
    places = [line for line in said.err.splitlines() if line.startswith("at: ")]
    assert places == [f"at: {folder}/wrong.yaml:{place}" for place in ("6:32", "7:27", "8:14")]
    assert "30 is no duration: write 90s, 10m or 1h30m" in said.err
    assert "speed: is no word we know; known here: share, bake, approval" in said.err
    assert said.out.splitlines() == [
        f"{folder}/right.yaml: policy right is right",
        "    note: objective p99: 250ms is judged at 300 ms, the next bound of Linkerd's histogram",
    ]


def test_errors_as_json_are_one_object_for_each_file(policy: Call, folder: Path) -> None:
    (folder / "wrong.yaml").write_text(WRONG)
    right, wrong = map(json.loads, policy("validate", str(folder), "-o", "json").out.splitlines())
    assert right.keys() == {"apiVersion", "kind", "file", "policy", "valid", "errors", "notes"}
    assert (right["policy"], right["valid"], right["errors"], len(right["notes"])) == ("right", True, [], 1)
    assert (wrong["policy"], wrong["valid"], len(wrong["errors"])) == (None, False, 3)
    assert wrong["errors"][0].keys() == {"message", "at", "hint"}


def test_a_file_that_is_not_called_like_its_policy_is_remarked_on(policy: Call, folder: Path) -> None:
    (folder / "right.yaml").rename(folder / "other.yaml")
    said = policy("validate", str(folder))
    assert said.code == 0
    assert "note: routes name this policy right, as its metadata do, not other" in said.out


def test_two_policies_of_one_name_are_an_error(policy: Call, folder: Path) -> None:
    (folder / "z.yaml").write_text(RIGHT)
    said = policy("validate", str(folder))
    assert said.code == 1
    assert f"policy right stands in {folder}/right.yaml already" in said.err


def test_files_that_cannot_be_read_are_told(policy: Call, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"name: \xff")
    said = policy("validate", f"{tmp_path}/no.yaml", f"{tmp_path}/a.yaml")
    assert said.code == 1
    assert "cannot be read: No such file or directory" in said.err
    assert f"at: {tmp_path}/a.yaml:1:7" in said.err
    (tmp_path / "a.yaml").unlink()
    assert "there is no *.yaml file in the folder" in policy("validate", str(tmp_path)).err


METERED = RIGHT.replace("right", "metered").replace(
    "{kind: objective, p99: 250ms}",
    "{kind: metric, name: depth, query: 'max(depth{app=\"{{canary}}\"})', min: 1, max: 9, of: 6}",
)


def test_a_metric_is_shown_with_its_query_and_limits(policy: Call, folder: Path) -> None:
    (folder / "metered.yaml").write_text(METERED)
    said = policy("show", "metered", "--policies", str(folder))
    line = 'metric  depth: not 3 of the last 6 points outside 1 to 9, of max(depth{app="{{canary}}"})'
    assert f"\n{line}\n" in said.out
    whole = policy("show", "metered", "--policies", str(folder), "-o", "yaml").out
    assert read(whole, "shown") == read(METERED, "metered.yaml")
    assert policy("validate", f"{folder}/metered.yaml").code == 0


def test_a_plan_says_that_metrics_are_not_played(policy: Call, folder: Path) -> None:
    (folder / "metered.yaml").write_text(METERED)
    said = policy("plan", "metered", "--rps", "100", "--policies", str(folder))
    told = "Metric depth is not played. No step is left before its 6 points are known, after 1m at least.\n"
    assert told in said.out


def test_the_shipped_policies_are_right(policy: Call) -> None:
    said = policy("validate", str(SHIPPED))
    assert (said.code, said.err) == (0, "")


def test_the_schema_is_printed(policy: Call) -> None:
    assert json.loads(policy("schema").out) == schema()


def test_a_plan_is_a_table_with_a_row_for_each_step(policy: Call, folder: Path) -> None:
    said = policy("plan", "right", "--rps", "100", "--policies", str(folder))
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[0] == "right at 100 rps, 0.1 % of which fail usually; evidence every 10s"
    assert lines[2].split()[:4] == ["STEP", "SHARE", "TAKES", "REQUESTS"]
    assert [line.split()[:2] for line in lines[3:6]] == [["1", "12.5%"], ["2*", "50%"], ["3", "100%"]]
    assert "and what people take to approve the steps with a *" in said.out


def test_a_plan_as_json(policy: Call, folder: Path) -> None:
    arguments = ("plan", "right", "--rps", "50", "--error-rate", "0.5%", "--interval", "5s", "-o", "json")
    whole = json.loads(policy(*arguments, "--policies", str(folder)).out)
    assert whole.keys() == {
        "apiVersion", "kind", "policy", "measured", "rps", "errorRate", "burst", "slower", "interval", "seconds", "steps",
    }  # fmt: skip
    assert (whole["kind"], whole["rps"], whole["errorRate"], whole["interval"]) == (
        "PolicyPlan",
        50,
        0.005,
        5,
    )
    assert whole["steps"][0].keys() == {
        "step", "share", "approval", "seconds", "slowest", "requests", "undecided", "takenBack", "by", "regressions",
    }  # fmt: skip
    assert whole["steps"][0]["regressions"][0].keys() == {"name", "caught", "seconds", "passed"}


def test_a_plan_is_the_same_each_time_unless_its_seed_is_another(policy: Call, folder: Path) -> None:
    arguments = ("plan", "right", "--rps", "7", "--policies", str(folder))
    assert policy(*arguments).out == policy(*arguments).out != policy(*arguments, "--seed", "2").out


def test_a_plan_says_what_little_traffic_cannot_show(policy: Call) -> None:
    said = policy("plan", "standard", "--rps", "1", *FOLDER)
    first = next(line for line in said.out.splitlines() if line.startswith("1 "))
    assert "not in 10m" in first
    assert "cannot be caught within bake.max at this traffic" in said.out


def test_a_plan_says_where_a_person_has_to_decide(policy: Call) -> None:
    said = policy("plan", "standard", "--rps", "0.2", *FOLDER)
    assert "Step 1: in 100% of healthy rollouts nothing is sure after 10m" in said.out
    assert "a person has to decide (TooQuiet)" in said.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "say for which traffic: --rps N, or --from ROUTE to measure it"),
        (("--rps", "1", "--from", "web"), "say for which traffic: --rps N, or --from ROUTE to measure it"),
        (("--from", "split/"), "names no route"),
        (("--rps", "0"), "0 is not in the range"),
        (("--rps", "nan"), "'nan' is no number of requests"),
        (("--rps", "x"), "'x' is not a valid float"),
        (("--rps", "1", "--error-rate", "x"), "'x' is no part of a whole"),
        (("--rps", "1", "--error-rate", "nan"), "'nan' is no"),
        (("--rps", "1", "--error-rate", "60%"), "'60%' is not between 0% and 50%"),
        (("--rps", "1", "--interval", "soon"), "'soon' is no duration"),
        (("--rps", "1", "--interval", "500ms"), "no number of whole seconds"),
        (("--rps", "1", "--interval", "3m"), "no number of whole seconds up to 2m"),
    ],
)
def test_a_plan_of_nonsense_is_a_usage_error(policy: Call, arguments: tuple[str, ...], told: str) -> None:
    said = policy("plan", "standard", *arguments, *FOLDER)
    assert (said.code, said.out) == (2, "")
    assert told in said.err
