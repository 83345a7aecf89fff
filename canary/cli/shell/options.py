"""Arguments and options that several commands share."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Generic, TypeVar

import click

from canary.cli.shell.forms import form
from canary.cli.shell.target import Target, parse
from canary.cli.shell.world import Access, World
from canary.errors import Invalid
from canary.terms import Word

T = TypeVar("T")
Command = Callable[..., int]
Decorator = Callable[[Command], Command]


class Read(click.ParamType[T], Generic[T]):
    """A value that a function reads; its `Invalid` is a usage error."""

    def __init__(self, name: str, read: Callable[[str], T]) -> None:
        self.name = name
        self._read = read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> T:  # noqa: ANN401
        try:
            return self._read(value)
        except Invalid as error:
            self.fail(str(error), param, ctx)


def annotation(word: Word) -> Callable[[str], str]:
    """Reads what may stand in that annotation, by the rules the daemon reads it with."""

    def checked(value: str) -> str:
        from canary.rollout import requests  # noqa: PLC0415 - a tenth of the time that --help takes

        for problem in requests.read({word.key: value}).problems:
            raise Invalid(problem)
        return value

    return checked


ROUTE = Read("route", parse)
ID = Read("id", annotation(Word.ROLLOUT))
POLICY = Read("policy", annotation(Word.POLICY))
SERVICE = Read("service", annotation(Word.CANARY))
REASON = Read("text", annotation(Word.REASON))


def in_cluster(function: Command) -> Command:
    """A command about a cluster: called with the world, how to get there, and its own options."""

    @click.option("-n", "--namespace", help="Namespace; default: that of the context.")
    @click.option("--context", help="Context of the kubeconfig.")
    @click.option("--kubeconfig", help="Path of the kubeconfig.")
    @click.option("--as", "as_user", metavar="USER", help="Act as this user.")
    @click.pass_obj
    @functools.wraps(function)
    def command(world: World, /, **given: Any) -> int:  # noqa: ANN401 - click's own
        access = Access(*(given.pop(name) for name in ("kubeconfig", "context", "namespace", "as_user")))
        return function(world, access, **given)

    return command


def on_route(function: Command) -> Command:
    """A command about one route: called with the world, the target, and its own options."""

    @click.argument("route", type=ROUTE)
    @functools.wraps(function)
    def command(world: World, access: Access, /, route: Target, **given: Any) -> int:  # noqa: ANN401
        return function(world, replace(route, access=access), **given)

    return in_cluster(command)


def asks(what: str) -> Decorator:
    """Options of a command that asks something of one rollout."""
    return _all(
        click.option("--id", "id", type=ID, help=f"Only if this is the rollout to {what}."),
        click.option("--reason", type=REASON, help="Why; it is kept beside the request."),
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """How to wait, as it was said; durations are read by `duration`."""

    timeout: str | None
    pickup_timeout: str
    fail_on_hold: bool
    output: str


def waits(function: Command) -> Command:
    """A command about one route that can wait for the end of a rollout."""

    @click.option(
        "--timeout", metavar="DURATION", help="With --wait: exit with 14 after so long; default: never."
    )
    @click.option("--fail-on-hold", is_flag=True, help="With --wait: exit with 15 once a person is needed.")
    @click.option(
        "--pickup-timeout",
        metavar="DURATION",
        default="60s",
        show_default=True,
        help="With --wait: exit with 16 if nobody has picked it up after so long.",
    )
    @form("table", "json", help="With --wait, json is one object a line, and the last one says the end.")
    @functools.wraps(function)
    def command(world: World, target: Target, /, **given: Any) -> int:  # noqa: ANN401
        said = Waiting(*(given.pop(name) for name in ("timeout", "pickup_timeout", "fail_on_hold", "output")))
        return function(world, target, said, **given)

    return on_route(command)


def _all(*decorators: Decorator) -> Decorator:
    return lambda command: functools.reduce(
        lambda done, decorate: decorate(done), reversed(decorators), command
    )


def wait_for_the_daemon(command: Command) -> Command:
    """Options of a command that can wait until the daemon has acted on its request."""
    return _all(
        click.option("--wait", is_flag=True, help="Wait until the daemon has acted on it."),
        click.option(
            "--timeout",
            metavar="DURATION",
            default="60s",
            show_default=True,
            help="With --wait: exit with 16 if nobody has acted on it after so long.",
        ),
    )(command)


def only(said: Mapping[str, str | None]) -> dict[str, str]:
    """What was said at all. An option that was given as "" is no default: it is refused, like `--id "$UNSET"`."""
    return {name: value for name, value in said.items() if value is not None}


def duration(text: str, option: str) -> timedelta:
    """What a duration option says; read here, since the reader lives among the models, which are slow to import."""
    from canary.rollout.model import parse_duration  # noqa: PLC0415

    try:
        return parse_duration(text)
    except ValueError as error:
        raise click.BadOptionUsage(option, f"Invalid value for '{option}': {error}") from error
