"""The hashed requirement files: they agree with pyproject.toml and with each other, and name no host."""

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.files.project import ROOT, files, pyproject

HASHED = [
    path for path in files() if path.name.endswith("requirements.txt") or path.parent.name == "requirements"
]
LINE = re.compile(r"(?P<pin>[a-z0-9._-]+==\S+( ; [^\\]+)?) \\|    --hash=sha256:[0-9a-f]{64}( \\)?|#.*")


def pins(file: Path) -> dict[str, str]:
    """Version by name."""
    found = (
        match["pin"]
        for line in file.read_text().splitlines()
        if (match := LINE.fullmatch(line)) and match["pin"]
    )
    return {
        canonicalize_name(requirement.name): str(requirement.specifier).removeprefix("==")
        for requirement in map(Requirement, found)
    }


def group(name: str) -> list[str]:
    """What pyproject.toml asks for; "" is what the product itself needs."""
    asked: list[str] = (
        pyproject()["dependency-groups"][name] if name else pyproject()["project"]["dependencies"]
    )
    return asked


RUN, DEV, BUILD = (ROOT / "requirements" / f"{name}.txt" for name in ("run", "dev", "build"))


@pytest.mark.parametrize("file", HASHED, ids=lambda file: file.name)
def test_a_requirement_file_holds_pins_and_their_hashes_and_no_place_to_get_them_from(file: Path) -> None:
    strange = [line for line in file.read_text().splitlines() if not LINE.fullmatch(line)]
    assert pins(file)
    assert strange == []


@pytest.mark.parametrize(("name", "file"), [("", RUN), ("", DEV), ("dev", DEV), ("build", BUILD)])
def test_what_pyproject_asks_for_is_what_is_pinned(name: str, file: Path) -> None:
    pinned = pins(file)
    unmet = [
        asked
        for asked in map(Requirement, group(name))
        if not asked.specifier.contains(pinned.get(canonicalize_name(asked.name), "0"), prereleases=True)
    ]
    assert unmet == [], "run script/lock"


def test_the_build_group_holds_what_the_build_system_requires() -> None:
    assert set(pyproject()["build-system"]["requires"]) <= set(group("build"))


def test_what_runs_is_what_was_tested() -> None:
    tested = pins(DEV)
    assert {name: tested.get(name) for name in pins(RUN)} == pins(RUN)
    assert all(tested.get(name, version) == version for name, version in pins(BUILD).items())
