"""
The Dockerfile's own steps, without a container: in an empty folder instead of an empty root.

What this cannot show is the base image, which a builder has to fetch.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import canary
from tests.deploy.manifests import pod_spec, read, the
from tests.files.project import ROOT, files

DOCKERFILE = (ROOT / "Dockerfile").read_text()
STEP_SECONDS = 300


def instructions(name: str, stage: str = DOCKERFILE) -> list[str]:
    return re.findall(rf"^{name} (.*)$", stage, re.MULTILINE)


def stages() -> list[str]:
    """The parts that begin with FROM."""
    return DOCKERFILE.split("\nFROM ")[1:]


def sent() -> list[Path]:
    """The files that .dockerignore lets through to the builder."""
    kept = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line[:1] == "!"
    }
    return [path for path in files() if path.relative_to(ROOT).parts[0] in kept]


def test_the_builder_gets_what_the_steps_need_and_no_tests() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in sent()}
    assert {"pyproject.toml", "LICENSE", "README.md", "requirements/run.txt", "canary/__init__.py"} <= names
    assert not any(name.startswith(("tests/", "deploy/", "docs/", ".")) for name in names)


def test_the_image_runs_as_the_user_that_the_manifests_name() -> None:
    spec = pod_spec(the("Deployment", read("base/daemon.yaml")))
    user, group = spec["securityContext"]["runAsUser"], spec["securityContext"]["runAsGroup"]
    assert instructions("USER") == [f"{user}:{group}"]


def test_the_image_is_tagged_as_the_program_wherever_it_is_named() -> None:
    pages = (DOCKERFILE, *(path.read_text() for path in (ROOT / "README.md", ROOT / "docs" / "operating.md")))
    named = [re.findall(r"canary-delivery:(\S+)", page) for page in pages]
    assert all(named)
    assert {tag for tags in named for tag in tags} == {canary.__version__}


def step(command: str, root: Path) -> None:
    """One RUN, with the folders of the image below `root`, by the Python that runs the tests."""
    words = [word.replace("/opt/", f"{root}/opt/") for word in shlex.split(command)]
    if words[0] == "python":
        words[0] = sys.executable
    environment = {"PATH": os.environ["PATH"], "HOME": str(root)}
    subprocess.run(words, cwd=root / "src", env=environment, check=True, timeout=STEP_SECONDS)


@pytest.mark.full
@pytest.mark.timeout(900)
def test_the_steps_make_a_program_that_runs_and_leaves_its_folder_alone(tmp_path: Path) -> None:
    for path in sent():
        target = tmp_path / "src" / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    build, run = stages()
    for command in instructions("RUN", build):
        step(command, tmp_path)
    installed = tmp_path / "opt" / "canary"
    before = frozen(installed)
    for arguments in (["version"], ["policy", "list"], ["run", "--help"], ["demo", "errors"]):
        shown = called(installed, arguments, run)
        assert shown.returncode == (10 if arguments[0] == "demo" else 0), shown.stderr
        assert shown.stdout
    assert frozen(installed) == before


def frozen(folder: Path) -> dict[str, int]:
    """All files and when each was changed; every module is compiled."""
    found = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    compiled = {path.name.split(".")[0] for path in found if path.suffix == ".pyc"}
    assert {path.stem for path in found if path.suffix == ".py"} <= compiled
    return {str(path): changed for path, changed in found.items()}


def called(installed: Path, arguments: list[str], stage: str) -> subprocess.CompletedProcess[str]:
    """With the environment that the image has."""
    (line,) = instructions("ENV", stage)
    environment = dict(pair.split("=", 1) for pair in line.split())
    return subprocess.run(
        [str(installed / "bin" / "canary"), *arguments],
        env={**environment, "PATH": "/usr/bin:/bin"},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=STEP_SECONDS,
    )
