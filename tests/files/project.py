"""The project's own files, as the tests of this folder see them."""

import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def files(folder: Path = ROOT) -> Iterator[Path]:
    """What belongs to the project: everything that .gitignore does not name. Works without git, in an unpacked copy."""
    for path in sorted(folder.iterdir()):
        if any(fnmatch(path.name, name) for name in _ignored()):
            continue
        if path.is_dir():
            yield from files(path)
        else:
            yield path


def _ignored() -> list[str]:
    lines = (ROOT / ".gitignore").read_text().splitlines()
    return [".git", *(line.strip("/") for line in lines if line and not line.startswith("#"))]
