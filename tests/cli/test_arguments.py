"""Arguments, help, and the one shape of errors."""

from dataclasses import replace

import pytest

from canary import __version__
from canary.cli import COMMANDS
from canary.cli.shell.entry import called_as
from canary.cli.shell.screen import clean
from canary.cli.shell.target import parse
from canary.cli.shell.world import Access
from canary.errors import Invalid, Stalled
from tests.cli.builders import NAME, a_split, running
from tests.cli.conftest import Call
from tests.cli.fakes import Memory, a_cluster, a_world


def test_help_names_every_command(call: Call) -> None:
    said = call(Memory(), "--help")
    assert said.code == 0
    assert all(f"\n  {name} " in said.out for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_of_its_own(call: Call, name: str) -> None:
    said = call(Memory(), name, "-h")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"Usage: canary {name}")


def test_no_command_at_all_is_a_usage_error_that_shows_help(call: Call) -> None:
    said = call(Memory())
    assert (said.code, said.out) == (2, "")
    assert "Commands:" in said.err


def test_the_version_is_told_both_ways(call: Call) -> None:
    assert call(Memory(), "version").out == call(Memory(), "--version").out == f"canary {__version__}\n"


@pytest.mark.parametrize("text", ["web", "split/web", "trafficsplit/web", "TrafficSplits/web"])
def test_a_route_is_named_with_or_without_its_kind(text: str) -> None:
    assert (parse(text).kind, parse(text).name) == ("split", "web")


def test_a_kind_that_is_not_known_is_told_with_those_that_are(call: Call) -> None:
    said = call(Memory(), "status", "ingress/web")
    assert said.code == 2
    assert said.err == (
        "error: Invalid value for 'ROUTE': 'ingress' is no kind of route known here; known: split\n"
        "at: canary status\n"
        "try: canary status --help\n"
    )


@pytest.mark.parametrize("kind", ["httproute", "HTTPRoutes", "grpcroute"])
def test_a_gateway_route_is_told_as_not_supported_yet(call: Call, kind: str) -> None:
    said = call(Memory(), "status", f"{kind}/web")
    assert said.code == 2
    assert "is a route of the Gateway API: only TrafficSplits are supported yet, as split/NAME" in said.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("status",), "Missing argument 'ROUTE'"),
        (("status", "split/"), "names no route"),
        (("stauts", NAME), "No such command 'stauts'"),
        (("status", NAME, "--wait"), "--wait needs --id"),
        (("status", NAME, "--id", "r1"), "say how to --wait"),
        (("status", NAME, "--timeout", "5s"), "say how to --wait"),
        (("status", NAME, "-o", "yaml"), "'yaml' is not one of 'table', 'json'"),
        (("status", NAME, "--wait", "--id", "r1", "--timeout", "soon"), "'soon' is no duration"),
        (("status", NAME, "--wait", "--id", "r 1"), "is not an id"),
        (("start", NAME), "Missing option '--id'"),
        (("start", NAME, "--id", "-r1"), "is not an id"),
        (("start", NAME, "--id", "r" * 64), "is not an id"),
        (("start", NAME, "--id", "r1", "--policy", "Standard"), "is not the name of a policy"),
        (("start", NAME, "--id", "r1", "--reason", "zwei\nZeilen"), "printable ASCII"),
        (("abort", NAME, "--id", ""), "is not an id"),
        (("abort", NAME, "--timeout", "x"), "'x' is no duration"),
        (("pause", NAME, "--timeout", "x"), "'x' is no duration"),
        (("run", "--scrape-interval", "x"), "'x' is no duration"),
        (("run", "--scrape-interval", "1500ms"), "whole seconds"),
        (("run", "--log-format", "xml"), "'xml' is not one of"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_wrong_argument_is_exit_2_before_anybody_is_asked(
    call: Call, arguments: tuple[str, ...], told: str
) -> None:
    server = a_cluster(running())
    said = call(server, *arguments)
    assert (said.code, said.out, server.calls) == (2, "", [])
    assert told in said.err
    assert said.err.startswith("error: ")
    assert "\ntry: canary " in said.err


def test_options_about_the_cluster_are_kubectl_s(call: Call) -> None:
    asked: list[Access] = []

    def connect(access: Access) -> Memory:
        asked.append(access)
        return a_cluster(a_split())

    world = replace(a_world(Memory()), connect=connect)
    said = call(
        world, "status", NAME, "--context", "c", "--kubeconfig", "k", "--as", "bob", "-n", "sample-app"
    )
    assert (said.code, asked) == (0, [Access("k", "c", "sample-app", "bob")])


def test_the_namespace_is_that_of_the_context_unless_named(call: Call) -> None:
    assert call(a_cluster(a_split()), "status", NAME).code == 0
    said = call(a_cluster(a_split()), "status", NAME, "-n", "elsewhere")
    assert (said.code, said.err.splitlines()[0]) == (1, f"error: there is no TrafficSplit elsewhere/{NAME}")


def test_an_error_says_what_and_where_and_what_to_try(call: Call) -> None:
    def connect(_: Access) -> Memory:
        raise Stalled("no way to log in", at="kubeconfig x", hint="kubectl config get-contexts")

    said = call(replace(a_world(Memory()), connect=connect), "status", NAME)
    assert (said.code, said.out) == (1, "")
    assert said.err == "error: no way to log in\nat: kubeconfig x\ntry: kubectl config get-contexts\n"


def test_parts_of_an_error_that_are_not_known_are_left_out(call: Call) -> None:
    def connect(_: Access) -> Memory:
        raise Invalid("that is wrong")

    assert call(replace(a_world(Memory()), connect=connect), "status", NAME).err == "error: that is wrong\n"


def test_the_traceback_of_a_bug_is_for_those_who_ask(call: Call) -> None:
    def connect(_: Access) -> Memory:
        raise RuntimeError("a plant")

    said = call(replace(a_world(Memory(), CANARY_DEBUG="1"), connect=connect), "status", NAME)
    assert said.code == 1
    assert "Traceback (most recent call last)" in said.err


def test_an_interruption_is_130(call: Call) -> None:
    def connect(_: Access) -> Memory:
        raise KeyboardInterrupt

    said = call(replace(a_world(Memory()), connect=connect), "status", NAME)
    assert (said.code, said.err.strip()) == (130, "interrupted")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ä 中", "plain ä 中"),
        ("\x1b[2Jgone", "\ufffd[2Jgone"),
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("abc\u202egnp.exe", "abc\ufffdgnp.exe"),
        ("zero\u200bwidth\ufeff", "zero\ufffdwidth\ufffd"),
        ("half \ud800", "half \ufffd"),
        ("bell\x07 del\x7f c1\x9b", "bell\ufffd del\ufffd c1\ufffd"),
    ],
)
def test_what_could_disturb_a_terminal_is_replaced(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_ten_kilobytes_are_more_than_anybody_reads() -> None:
    assert len(clean("x" * 10_000)) == 1000


def test_kubectl_is_named_as_the_user_called_it() -> None:
    assert called_as("/usr/local/bin/kubectl-canary") == "kubectl canary"
    assert called_as("/x/canary") == called_as("/x/canary/cli/__main__.py") == "canary"
