"""`canary policy validate`: every error with its place, and what is judged otherwise than it is written."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from canary.cli.shell.entry import screen_of
from canary.cli.shell.screen import Screen, clean
from canary.cli.shell.world import World
from canary.cli.work.shelf import files, is_folder, load
from canary.errors import Invalid
from canary.rollout.policy import Policy
from canary.rollout.policyfile import API_VERSION, Refused
from canary.terms import Exit


@dataclass(frozen=True, slots=True)
class Checked:
    """
    Attributes:
        policy: None where the file is wrong.
    """

    path: Path
    policy: Policy | None
    errors: tuple[Invalid, ...] = ()
    notes: tuple[str, ...] = ()


def checked(world: World, paths: Sequence[Path], output: str) -> int:
    """Check all of them; a wrong one does not hide the others."""
    screen, code, named = screen_of(world), Exit.OK, dict[str, Path]()
    for path in _all(paths):
        told = _check(path, named)
        _tell(told, screen, output)
        code = Exit.ERROR if told.errors else code
    return code


def _all(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        inside = list(files(path)) if is_folder(path) else [path]
        if not inside:
            raise Invalid("there is no *.yaml file in the folder", at=str(path))
        yield from inside


def _check(path: Path, named: dict[str, Path]) -> Checked:
    try:
        policy = load(path).policy
    except Refused as error:
        return Checked(path, None, error.all)
    except Invalid as error:
        return Checked(path, None, (error,))
    other = named.setdefault(policy.name, path)
    if other != path:
        return Checked(
            path, policy, (Invalid(f"policy {policy.name} stands in {other} already", at=str(path)),)
        )
    return Checked(path, policy, notes=(*_spelled(path, policy), *policy.notes))


def _spelled(path: Path, policy: Policy) -> Iterator[str]:
    if path.stem != policy.name:
        yield f"routes name this policy {policy.name}, as its metadata do, not {path.stem}"


def _tell(told: Checked, screen: Screen, output: str) -> None:
    if output == "json":
        errors = [{"message": str(error), "at": error.at, "hint": error.hint} for error in told.errors]
        screen.line(
            json.dumps(
                {
                    "apiVersion": API_VERSION,
                    "kind": "PolicyCheck",
                    "file": str(told.path),
                    "policy": told.policy and told.policy.name,
                    "valid": not errors,
                    "errors": errors,
                    "notes": told.notes,
                }
            )
        )
        return
    for error in told.errors:
        screen.failure(error, error.at, error.hint)
    if told.policy and not told.errors:
        screen.line(f"{clean(told.path)}: policy {told.policy.name} is right")
    for note in told.notes:
        screen.line(f"    note: {clean(note)}")
