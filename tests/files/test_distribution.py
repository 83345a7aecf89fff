"""What people read first, and what they install."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.files.project import ROOT, files, pyproject

BUILD_SECONDS, INSTALL_SECONDS = 60, 120


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=BUILD_SECONDS)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def wheel(built: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(built)


def names(folder: Path) -> set[str]:
    return {path.relative_to(ROOT).as_posix() for path in files(folder)}


def test_the_wheel_holds_the_whole_package_every_policy_and_what_reasons_mean(wheel: zipfile.ZipFile) -> None:
    package = {name for name in wheel.namelist() if ".dist-info/" not in name}
    policies = {f"canary/{name}" for name in names(ROOT / "policies")}
    assert policies
    assert "canary/py.typed" in package
    assert package == names(ROOT / "canary") | policies | {"canary/reasons.md"}


def test_the_wheel_brings_its_licence_and_its_commands(wheel: zipfile.ZipFile) -> None:
    meta = {Path(name).name: wheel.read(name).decode() for name in wheel.namelist() if ".dist-info/" in name}
    assert meta["LICENSE"] == (ROOT / "LICENSE").read_text()
    assert "License-Expression: Apache-2.0" in meta["METADATA"]
    assert all(f"{command} = " in meta["entry_points.txt"] for command in pyproject()["project"]["scripts"])


def test_the_readme_is_read_in_one_sitting() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 200


@pytest.mark.full
def test_the_wheel_alone_shows_the_demo(built: Path, tmp_path: Path) -> None:
    home, python = tmp_path / "home", tmp_path / "venv" / "bin" / "python"
    home.mkdir()
    subprocess.run(
        [sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True, timeout=INSTALL_SECONDS
    )
    for what in (
        ["--require-hashes", "-r", str(ROOT / "requirements" / "run.txt")],
        ["--no-deps", str(built)],
    ):
        install = [str(python), "-m", "pip", "install", "--quiet", *what]
        subprocess.run(install, check=True, timeout=INSTALL_SECONDS)
    plain = {"PATH": "/usr/bin:/bin", "HOME": str(home)}
    shown = subprocess.run(
        [str(python.with_name("canary")), "demo", "errors"],
        cwd=home,
        env=plain,
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS,
        check=False,
    )
    assert shown.returncode == 10, shown.stderr
    assert "RolledBack GateFailed" in shown.stdout
