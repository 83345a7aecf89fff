"""The sample application under traffic on real servers, with everything of Linkerd that `canary check` looks for."""

import io
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from pathlib import Path

import yaml

from canary.cli import program
from canary.cli.shell.entry import execute
from canary.cli.shell.world import World as CommandWorld
from canary.cluster.kinds import Kind
from canary.cluster.objects import Raw
from tests.beds.api import Api, Refused
from tests.beds.patience import wait_until
from tests.cli.builders import NAME, NAMESPACE
from tests.cli.plants import FAULTS
from tests.cli.sample import DEFINITION, manifests
from tests.e2e.daemon import CANARY, ENVIRONMENT, ROOT
from tests.e2e.world import World

WITHIN = 90
"""Seconds for what follows from a change: new pods, their endpoints, and Prometheus' next look at its targets."""


class Admin:
    """Hands on a real API server."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def make(self, kind: Kind, raw: Raw) -> None:
        about = raw["metadata"]
        body = {**raw, "apiVersion": kind.api_version, "kind": kind.kind}
        self._api.post(path_of(kind, about.get("namespace", "")), body)

    def patch(self, kind: Kind, namespace: str, name: str, body: Raw) -> None:
        self._api.patch(path_of(kind, namespace, name), body, manager="kubectl")

    def delete(self, kind: Kind, namespace: str, name: str) -> None:
        self._api.delete(path_of(kind, namespace, name))

    def get(self, kind: Kind, namespace: str, name: str) -> Raw:
        return {
            "apiVersion": kind.api_version,
            "kind": kind.kind,
            **self._api.get(path_of(kind, namespace, name)),
        }


def path_of(kind: Kind, namespace: str, name: str = "") -> str:
    root = f"/apis/{kind.group}/{kind.version}" if kind.group else f"/api/{kind.version}"
    return "/".join(filter(None, (root, f"namespaces/{namespace}" if namespace else "", kind.plural, name)))


class Bench:
    """
    The sample application under traffic, with everything of Linkerd that a check looks for.

    Attributes:
        hands: of the administrator.
        environment: of `shell`.
    """

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.hands = Admin(world.plane.admin)
        self.folder = folder
        self.environment = {**ENVIRONMENT, "KUBECONFIG": str(world.plane.kubeconfig("admin"))}
        flags = f"--cache-dir {folder / 'cache'}"
        self.program("kubectl", f'exec "{world.plane._binary}" kubectl {flags} "$@"')
        self.program("canary", f'exec {" ".join(CANARY)} "$@"')

    def inject(self) -> None:
        """What Linkerd's webhook does to the pods of Deployments that were applied."""
        deployments = [one for one in manifests() if one["kind"] == "Deployment"]
        self.world.plane.apply(yaml.safe_dump_all(deployments))

    def program(self, name: str, script: str) -> None:
        """On the shell's PATH."""
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def rows(self, *more: str, user: str = "admin") -> dict[str, Raw]:
        """What a check tells."""
        source = ("--prometheus", self.world.prometheus.url, "--scrape-interval", "1s")
        where = ("--kubeconfig", str(self.world.plane.kubeconfig(user, NAMESPACE)))
        said = io.StringIO()
        with redirect_stdout(said):
            code = execute(
                program, ("check", NAME, *where, *source, "-o", "json", *more), CommandWorld.real()
            )
        assert code in (0, 1)
        return {row["name"]: row for row in json.loads(said.getvalue())["rows"]}

    def tells(self, expected: dict[str, str]) -> dict[str, Raw]:
        """Wait until exactly these rows warn or fail; {}: until all are ok."""
        seen: dict[str, Raw] = {}

        def as_expected() -> bool:
            seen.clear()
            seen.update(self.rows())
            bad = {name: row["level"] for name, row in seen.items() if row["level"] in ("warn", "fail")}
            return bad == expected and (bool(expected) or {row["level"] for row in seen.values()} == {"ok"})

        try:
            wait_until(as_expected, WITHIN, f"the check tells {expected}", every=0.5)
        except AssertionError as error:
            error.add_note(str({name: row["message"] for name, row in seen.items() if row["level"] != "ok"}))
            raise
        return seen

    def run(self, remedy: str) -> None:
        """As a person would paste it."""
        done = self.shell(remedy)
        assert done.returncode == 0, f"{remedy}\n{done.stdout}"

    def shell(self, script: str) -> subprocess.CompletedProcess[str]:
        """In a folder with this checkout, `kubectl` and `canary`; both streams in one."""
        return subprocess.run(
            ["bash", "-uc", script],
            env={"PATH": f"{self.folder}:/usr/bin:/bin", "HOME": str(self.folder), **self.environment},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=2 * WITHIN,
        )


@contextmanager
def a_bench(world: World, folder: Path) -> Iterator[Bench]:
    """Around a world that is not started yet; afterwards nothing of it runs any more."""
    plane, objects = world.plane, list(manifests())
    plane.apply(yaml.safe_dump_all([one for one in objects if one["kind"] == "Namespace"]))
    plane.apply(yaml.safe_dump_all([one for one in objects if one["kind"] != "Namespace"]))
    with world:
        found = Bench(world, folder)
        found.inject()
        yield found
    for kind in {kind for fault in FAULTS for kind in fault.kinds}:
        with suppress(Refused):
            found.hands.delete(DEFINITION, "", kind.resource)
    for namespace in {one["metadata"].get("namespace", NAMESPACE) for one in objects} - {NAMESPACE}:
        plane.kubectl("delete", "deployments", "--all", "-n", namespace, "--wait=false")
