"""docs/policies.md names every key there is, with its default, and no other; and the commands in it work."""

import re
from collections.abc import Iterator, Mapping

import pytest

from canary.cli import program
from canary.cli.shell.entry import execute
from canary.cli.shell.world import World
from canary.rollout.gates import ErrorsGate, LatencyGate, ObjectiveGate
from canary.rollout.metric import MetricGate
from canary.rollout.model import Frozen
from canary.rollout.policy import Bake, Certainty, Policy, Step
from canary.rollout.policyfile import read
from canary.rollout.schema import told, written
from canary.rollout.windows import Window
from tests.files.project import ROOT

TEXT = (ROOT / "docs" / "policies.md").read_text()

SECTIONS: Mapping[str, type[Frozen]] = {
    "## `spec`": Policy,
    "### `steps`": Step,
    "### `bake`, `finalBake`": Bake,
    "### `windows`": Window,
    "### `confidence`": Certainty,
    "### Gate `errors`": ErrorsGate,
    "### Gate `objective`": ObjectiveGate,
    "### Gate `latency`": LatencyGate,
    "### Gate `metric`": MetricGate,
}

ROW = re.compile(r"\| `(?P<key>\w+)` \| (?P<default>[^|]+) \| (?P<unit>[^|]+) \| (?P<why>[^|]+) \|")
COMMAND = re.compile(r"canary (policy (?:list|(?:show|plan|validate) [^`#\n]+))")


def rows(title: str) -> dict[str, re.Match[str]]:
    section = re.split(r"^#+ ", TEXT.partition(f"{title}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    found = [match for line in section.splitlines() if (match := ROW.fullmatch(line))]
    assert len(found) == sum(line.startswith("| `") for line in section.splitlines())
    return {match["key"]: match for match in found}


def keys(model: type[Frozen]) -> set[str]:
    return {str(field.alias) for field in model.model_fields.values()} - (
        {"name"} if model is Policy else set()
    )


@pytest.mark.parametrize("title", SECTIONS)
def test_every_key_is_told_and_none_that_is_not_there(title: str) -> None:
    assert rows(title).keys() == keys(SECTIONS[title])
    assert all(row["unit"].strip() and len(row["why"]) > 10 for row in rows(title).values())


def defaults() -> Iterator[tuple[str, str, object]]:
    for title, model in SECTIONS.items():
        yield from ((title, key, default) for key, default in written(model).items())


def spelled(default: object) -> str:
    if isinstance(default, dict):
        return "{" + ", ".join(f"{key}: {value}" for key, value in default.items()) + "}"
    if isinstance(default, bool):
        return str(default).lower()
    part = isinstance(default, float) and default < 1
    return f"{100 * default:g}%" if part and isinstance(default, float) else str(default)


OWN_WORDS = {"gates": "errors, and objective 99 %", "bounds": "chosen at the start"}
"""Defaults that are no single value."""


@pytest.mark.parametrize(("title", "key", "default"), list(defaults()))
def test_a_default_is_the_one_of_the_model(title: str, key: str, default: object) -> None:
    expected = "–" if default is None else OWN_WORDS.get(key) or f"`{spelled(default)}`"
    assert rows(title)[key]["default"] == expected


@pytest.mark.parametrize("model", SECTIONS.values())
def test_the_models_say_what_each_of_their_keys_means(model: type[Frozen]) -> None:
    assert told(model).keys() >= keys(model) - {"kind"}


def test_the_example_is_a_policy() -> None:
    example = TEXT.partition("```yaml\n")[2].partition("```")[0]
    assert read(example, "docs/policies.md").name == "standard"


@pytest.mark.parametrize("command", sorted(set(COMMAND.findall(TEXT))))
def test_a_command_that_it_names_works(command: str) -> None:
    arguments = command.replace("policies/", f"{ROOT}/policies/").split()
    assert execute(program, arguments, World.real()) == 0
