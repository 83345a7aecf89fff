"""Commands called as from a shell, in this process."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from canary.cli import program
from canary.cli.shell.entry import execute
from canary.cli.shell.world import World
from tests.cli.fakes import Memory, a_world


@dataclass(frozen=True)
class Result:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


Call = Callable[..., Result]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """`call(world_or_cluster, "status", …)`."""

    def called(world: World | Memory, *arguments: str) -> Result:
        code = execute(program, arguments, a_world(world) if isinstance(world, Memory) else world)
        said = capsys.readouterr()
        return Result(code, said.out, said.err)

    return called
