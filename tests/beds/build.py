"""
Gets every program the test servers are made of, so that no test pays for it; quick where all are cached.

`script/test` runs it beside the quick checks. One that cannot be had does not keep the other from being built.
"""

import signal
import sys
from collections.abc import Callable, Mapping
from types import FrameType

from tests.beds.prometheus_tools import prometheus_tools
from tests.beds.toolchain import Impossible, control_plane

PROGRAMS: Mapping[str, Callable[[], object]] = {
    "prometheus": prometheus_tools,  # first: often only unpacked, seconds
    "control plane": control_plane,
}


def build() -> bool:
    """Build or find each; True if all are there."""
    done = [_built(name, program) for name, program in PROGRAMS.items()]
    return all(done)


def _built(name: str, program: Callable[[], object]) -> bool:
    try:
        program()
        print(f"{name}: ready", flush=True)
    except Impossible as error:
        print(f"{name}: {error}", flush=True)
        return False
    return True


def _end(number: int, _: FrameType | None) -> None:
    """As an exception, so that a compiler at work is ended too."""
    sys.exit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    sys.exit(0 if build() else "the test servers could not be built")
