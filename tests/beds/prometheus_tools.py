"""
The programs prometheus and promtool: named, installed, unpacked from Debian's package, or built, in this order.

`python -m tests.beds.prometheus_tools` gets them ahead, so that no test pays for it.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.beds.toolchain import Impossible, cache_folder, go, locked, run

MODULE = "github.com/prometheus/prometheus"
VERSION = "v0.305.2"
"""Prometheus 3.5.2; later modules need one that is no longer served."""

DOWNLOAD_SECONDS = 300


@dataclass(frozen=True, slots=True)
class PrometheusTools:
    """Both, of one version, side by side."""

    folder: Path

    @property
    def prometheus(self) -> Path:
        return self.folder / "prometheus"

    @property
    def promtool(self) -> Path:
        return self.folder / "promtool"

    @property
    def complete(self) -> bool:
        return all(os.access(program, os.X_OK) for program in (self.prometheus, self.promtool))


def prometheus_tools() -> PrometheusTools:
    """
    Both programs.

    Raises:
        Impossible: they are not here and cannot be had; the message says what to do.
    """
    return _named() or _installed() or _cached()


def _named() -> PrometheusTools | None:
    """`$PROMETHEUS` is the program, or the folder of both."""
    named = os.environ.get("PROMETHEUS")
    if not named:
        return None
    path = Path(named)
    tools = PrometheusTools(path if path.is_dir() else path.parent)
    if not tools.complete:
        raise Impossible(f"PROMETHEUS={named}, but {tools.folder} does not have both prometheus and promtool")
    return tools


def _installed() -> PrometheusTools | None:
    found = shutil.which("prometheus")
    tools = PrometheusTools(Path(found).parent) if found else None
    return tools if tools and tools.complete else None


def _cached() -> PrometheusTools:
    tools = PrometheusTools(cache_folder() / "prometheus")
    with locked(tools.folder):
        if not tools.complete:
            _get(tools)
    return tools


def _get(tools: PrometheusTools) -> None:
    """Beside its place first, then renamed into it: half a program is never found."""
    with tempfile.TemporaryDirectory(dir=cache_folder()) as folder:
        made = _first_of((unpack, build), Path(folder))
        shutil.rmtree(tools.folder, ignore_errors=True)
        made.folder.replace(tools.folder)


def _first_of(ways: tuple[Callable[[Path], PrometheusTools], ...], folder: Path) -> PrometheusTools:
    failures = []
    for way in ways:
        try:
            return way(folder)
        except (Impossible, OSError, subprocess.SubprocessError) as error:
            failures.append(f"{way.__name__}: {error}")
    raise Impossible(
        "no Prometheus here: install it, or name it in $PROMETHEUS. Tried:\n" + "\n".join(failures)
    )


def unpack(folder: Path) -> PrometheusTools:
    """Debian's package, not installed: this needs neither root nor its service."""
    if not shutil.which("apt-get"):
        raise Impossible("this is no Debian")
    package = folder / "package"
    package.mkdir()
    _call(["dpkg", "-x", _download(package), "unpacked"], package)
    return PrometheusTools(package / "unpacked" / "usr" / "bin")


def _download(folder: Path) -> str:
    """A new machine has no package lists, or old ones: then they are fetched first."""
    download = ["apt-get", "download", "--quiet", "prometheus"]
    try:
        _call(download, folder)
    except Impossible:
        _call(["apt-get", "update", "--quiet"], folder)
        _call(download, folder)
    (archive,) = folder.glob("*.deb")
    return str(archive)


def build(folder: Path) -> PrometheusTools:
    """From its Go module, without the web pages; minutes."""
    module, programs = folder / "module", folder / "programs"
    module.mkdir()
    programs.mkdir()
    run([go(), "mod", "init", "prometheus-for-tests"], cwd=module)
    run([go(), "get", f"{MODULE}@{VERSION}"], cwd=module)
    packages = [f"{MODULE}/cmd/prometheus", f"{MODULE}/cmd/promtool"]
    run(
        [go(), "build", "-mod=mod", "-trimpath", "-ldflags", "-s -w", "-o", f"{programs}/", *packages],
        cwd=module,
    )
    return PrometheusTools(programs)


def _call(command: list[str], folder: Path) -> None:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=DOWNLOAD_SECONDS
    )
    if done.returncode:
        raise Impossible(f"{' '.join(command[:2])} failed:\n{(done.stdout + done.stderr)[-1000:]}")


if __name__ == "__main__":
    print(prometheus_tools().folder)
