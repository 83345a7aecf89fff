"""Policies, by name or as a file: one place for all commands, and found as the daemon finds them."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from canary.errors import Invalid
from canary.rollout import policyfile
from canary.rollout.policy import Policy


@dataclass(frozen=True, slots=True)
class Found:
    """
    Attributes:
        text: of the file, comments and all.
    """

    policy: Policy
    path: Path
    text: str


def find(wanted: str, folder: Path) -> Found:
    """
    The policy of that name in the folder, else in the file of that name.

    Raises:
        Invalid: there is none, or it is wrong.
    """
    named = folder / f"{wanted}.yaml"
    if "/" not in wanted and _is_file(named):
        first = load(named)
        if first.policy.name == wanted:
            return first
    for path in files(folder):
        with suppress(Invalid):
            found = load(path)
            if found.policy.name == wanted:
                return found
    if _is_file(Path(wanted)):
        return load(Path(wanted))
    raise Invalid(
        f"there is no policy {wanted}",
        at=str(folder),
        hint=f"known are {', '.join(path.stem for path in files(folder)) or 'none'}; or the path of a file",
    )


def load(path: Path) -> Found:
    """
    The policy of a file.

    Raises:
        Invalid: it cannot be read, or is wrong; with `at`.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(policyfile.SIZE_LIMIT + 1)
    except OSError as error:
        raise Invalid(f"cannot be read: {error.strerror}", at=str(path)) from error
    text = policyfile.decoded(raw, str(path))
    return Found(policyfile.read(text, str(path)), path, text)


def _is_file(path: Path) -> bool:
    """A name that is too long for a file, or stands where nobody may look, is no file either."""
    try:
        return path.is_file()
    except OSError:
        return False


def is_folder(path: Path) -> bool:
    """The same, of folders."""
    try:
        return path.is_dir()
    except OSError:
        return False


def files(folder: Path) -> Iterator[Path]:
    """The policy files of a folder, in the order of their names."""
    yield from sorted(folder.glob("*.yaml"))
