"""`canary policy list`, `show` and `schema`: what there is, and what it says."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from canary.cli.shell.entry import screen_of
from canary.cli.shell.screen import Screen, clean
from canary.cli.shell.world import World
from canary.cli.work.columns import columns
from canary.cli.work.shelf import Found, files, find, load
from canary.errors import Invalid
from canary.rollout.gates import ErrorsGate, Gate, LatencyGate, ObjectiveGate
from canary.rollout.metric import MetricGate
from canary.rollout.model import format_duration
from canary.rollout.policy import Bake, Policy
from canary.rollout.policyfile import API_VERSION, document
from canary.rollout.schema import schema as schema_of_files
from canary.terms import Exit

FOR = "# For: "
"""Begins the comment in which a policy says for whom it is."""


def listed(world: World, folder: Path, output: str) -> int:
    """
    All policies of a folder; a broken one is told and does not hide the others.

    Raises:
        Invalid: there is no such folder.
    """
    if not folder.is_dir():
        raise Invalid("this is no folder", at=str(folder), hint="--policies FOLDER")
    screen, code, found = screen_of(world), Exit.OK, list[Found]()
    for path in files(folder):
        try:
            found.append(load(path))
        except Invalid as error:
            screen.failure(error, error.at, error.hint)
            code = Exit.ERROR
    if output == "json":
        items = [
            {
                "name": one.policy.name,
                "file": str(one.path),
                "for": purpose(one.text),
                "shares": _shares(one.policy),
            }
            for one in found
        ]
        screen.line(json.dumps({"apiVersion": API_VERSION, "kind": "PolicyList", "items": items}, indent=2))
    else:
        for line in columns([("NAME", "STEPS", "FOR"), *map(_row, found)]):
            screen.line(line)
    return code


def shown(world: World, wanted: str, folder: Path, output: str) -> int:
    """
    One policy.

    Raises:
        Invalid: there is none, or it is wrong.
    """
    screen, found = screen_of(world), find(wanted, folder)
    whole = document(found.policy)
    if output == "json":
        screen.line(json.dumps(whole, indent=2))
    elif output == "yaml":
        screen.line(yaml.safe_dump(whole, sort_keys=False).rstrip())
    else:
        _show(found, whole["spec"], screen)
    return Exit.OK


def schema(world: World) -> int:
    """As `policies/schema.json` has it."""
    screen_of(world).line(json.dumps(schema_of_files(), indent=2))
    return Exit.OK


def purpose(text: str) -> str:
    """What the first paragraph of comment says after `For:`; "" if there is none."""
    lines = iter(text.splitlines())
    first = next((line for line in lines if line.startswith(FOR)), "")
    said = [first.removeprefix(FOR)]
    for line in lines:
        if not line.startswith("# "):
            break
        said.append(line.removeprefix("# "))
    return clean(" ".join(said)) if first else ""


def _row(found: Found) -> tuple[str, str, str]:
    shares = " ".join(f"{share:.3g}%" for share in (100 * share for share in _shares(found.policy)))
    return clean(found.policy.name), shares, purpose(found.text)


def _shares(policy: Policy) -> list[float]:
    return [rung.share for rung in policy.rungs]


def _show(found: Found, spec: dict[str, Any], screen: Screen) -> None:
    policy = found.policy
    screen.line(f"{policy.name}: {purpose(found.text) or clean(found.path)}")
    rungs = [("STEP", "SHARE", "BAKE", "")]
    for step, rung in enumerate(policy.rungs, 1):
        approval = "a person approves it before" if rung.approval else ""
        rungs.append((str(step), f"{100 * rung.share:g}%", _bake(rung.bake), approval))
    rest = {key: value for key, value in spec.items() if key not in ("steps", "finalBake", "gates")}
    for part in (rungs, [(gate.kind, _gate(gate)) for gate in policy.gates], list(_rest(rest))):
        screen.line()
        for line in columns(part):
            screen.line(line)
    for note in policy.notes:
        screen.note(f"note: {note}")


def _bake(bake: Bake) -> str:
    return f"{format_duration(bake.min)} to {format_duration(bake.max)}"


def _gate(gate: Gate) -> str:
    match gate:
        case ErrorsGate():
            return f"at most {gate.ratio:g} x stable's failures + {100 * gate.margin:g} % of the requests"
        case ObjectiveGate(success=None):
            return (
                f"{100 * (1 - gate.allowed):g} % within {format_duration(gate.within)}" if gate.within else ""
            )
        case ObjectiveGate():
            return f"{100 * (1 - gate.allowed):g} % succeed"
        case LatencyGate():
            where = ", ".join(map(format_duration, gate.bounds)) or "bounds chosen at the start"
            line = f"at most {gate.ratio:g} x stable's slow answers + {100 * gate.margin:g} %, at {where}"
            return f"{line}; not in the first {format_duration(gate.warmup)}"
        case MetricGate():
            limits = f"{gate.failures} of the last {gate.of} points {gate.limits}"
            return f"{gate.name}: not {limits}, of {clean(' '.join(gate.query.split()))}"


def _rest(spec: dict[str, Any]) -> Iterator[tuple[str, str]]:
    return ((key, _plain(value)) for key, value in spec.items())


def _plain(value: object) -> str:
    """As people say it: parts of a whole, settings beside each other, nothing at all."""
    match value:
        case float():
            return f"{100 * value:g}%"
        case dict():
            return ", ".join(f"{key} {_plain(inner)}" for key, inner in value.items())
        case list():
            return "; ".join(map(_plain, value)) or "none"
    return str(value)
