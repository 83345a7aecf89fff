"""What people read first, and what they install."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.files.project import ROOT, files, pyproject

BUILD_SECONDS = 60


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=BUILD_SECONDS)
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def names(folder: Path) -> set[str]:
    return {path.relative_to(ROOT).as_posix() for path in files(folder)}


def test_the_wheel_holds_the_whole_package_and_every_policy(wheel: zipfile.ZipFile) -> None:
    package = {name for name in wheel.namelist() if ".dist-info/" not in name}
    policies = {f"canary/{name}" for name in names(ROOT / "policies")}
    assert policies
    assert "canary/py.typed" in package
    assert package == names(ROOT / "canary") | policies


def test_the_wheel_brings_its_licence_and_its_commands(wheel: zipfile.ZipFile) -> None:
    meta = {Path(name).name: wheel.read(name).decode() for name in wheel.namelist() if ".dist-info/" in name}
    assert meta["LICENSE"] == (ROOT / "LICENSE").read_text()
    assert "License-Expression: Apache-2.0" in meta["METADATA"]
    assert all(f"{command} = " in meta["entry_points.txt"] for command in pyproject()["project"]["scripts"])


def test_the_readme_is_read_in_one_sitting() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 200
