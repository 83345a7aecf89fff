"""The examples for pipelines and GitOps are what their formats say, and every `canary` command in them is a real one."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml

from canary.cli import program
from canary.cli.shell.world import World
from canary.rollout.checkup.owners import ARGO
from canary.terms import Exit
from tests.files.project import ROOT

PIPELINES, GITOPS = ROOT / "examples" / "pipelines", ROOT / "examples" / "gitops"
PAGE, RECIPES = ROOT / "docs" / "pipelines.md", ROOT / "docs" / "gitops.md"
SCRIPTS = sorted(path for path in PIPELINES.iterdir())
MANIFESTS = sorted([*PIPELINES.glob("*.yaml"), *GITOPS.rglob("*.yaml")])

COMMAND = re.compile(r"""(?<![\w./-])canary(?= [a-z])(?: +(?:"[^"\n]*"|[\w./@:=-]+))+""")
"""Words and quoted texts, so it ends where a shell would end it."""

PLACEHOLDER = re.compile(r"\$\{\{.*?\}\}|\$\([\w.-]+\)|\$\w+")
SHELL = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```yaml\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| (?P<codes>\d[\d, ]*) \|", re.MULTILINE)


def commands(path: Path) -> Iterator[list[str]]:
    """The command lines in it, with a value for each variable."""
    text = path.read_text()
    if path.suffix == ".md":
        text = "".join(SHELL.findall(text))
    code = re.sub(r"(^|\s)(#|//) .*", "", text)
    for found in COMMAND.findall(PLACEHOLDER.sub("x1", code)):
        yield shlex.split(found)[1:]


def parse(arguments: list[str]) -> None:
    """
    As `canary` parses it, without doing it.

    Raises:
        click.UsageError: it does not.
    """
    context = click.Context(program, info_name="canary", obj=World.real())
    command = program.get_command(context, arguments[0])
    assert command is not None, f"there is no command {arguments[0]}"
    command.make_context(arguments[0], arguments[1:], parent=context).close()


@pytest.mark.parametrize("path", [*SCRIPTS, PAGE], ids=lambda path: path.name)
def test_every_command_is_one_that_canary_takes(path: Path) -> None:
    found = list(commands(path))
    assert found
    for arguments in found:
        parse(arguments)


def test_a_command_that_canary_does_not_take_is_found(tmp_path: Path) -> None:
    (tmp_path / "job").write_text('  - canary status "$ROUTE" --wait-for-it --id $(params.id) | tee log\n')
    (found,) = commands(tmp_path / "job")
    assert found == ["status", "x1", "--wait-for-it", "--id", "x1"]
    with pytest.raises(click.UsageError):
        parse(found)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_every_pipeline_waits_for_one_rollout_and_for_so_long(path: Path) -> None:
    waits = [arguments for arguments in commands(path) if "--wait" in arguments]
    assert waits
    assert all({"--id", "--timeout"} <= set(arguments) for arguments in waits)


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_every_manifest_can_be_read(path: Path) -> None:
    documents = [one for one in yaml.safe_load_all(path.read_text()) if one]
    assert documents
    assert all(isinstance(one, dict) for one in documents)


def test_the_recipes_that_are_shown_are_those_in_the_examples() -> None:
    examples = [path.read_text() for path in GITOPS.rglob("*.yaml")]
    shown = [block["text"] for block in BLOCK.finditer(RECIPES.read_text())]
    assert len(shown) == 3
    assert [text for text in shown if not any(text in example for example in examples)] == []


def test_the_recipe_that_check_prints_is_the_one_in_the_examples() -> None:
    printed = yaml.safe_load(ARGO.format(name="a", namespace="b").split("'")[1])["spec"]
    shipped = yaml.safe_load((GITOPS / "argocd" / "application.yaml").read_text())["spec"]
    assert printed["ignoreDifferences"] == shipped["ignoreDifferences"]
    assert printed["syncPolicy"]["syncOptions"] == shipped["syncPolicy"]["syncOptions"]


def test_every_exit_code_of_a_wait_is_told_and_no_other() -> None:
    told = {int(code) for row in ROW.findall(PAGE.read_text()) for code in row.split(",")}
    assert told == set(Exit) - {Exit.NOT_SEEN_IN_MESH}


def test_the_line_that_is_shown_is_json() -> None:
    (text,) = re.findall(r"^```json\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert json.loads(text)["end"]["exitCode"] == Exit.ROLLED_BACK
