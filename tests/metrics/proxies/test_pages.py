"""Pages over HTTP: one that cannot be had costs one sentence, a bounded time and a bounded memory."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from canary.clock import SystemClock
from canary.errors import Unavailable
from canary.metrics.deadline import Deadline
from canary.metrics.proxies import Pages, Proxies, Target, pages
from canary.metrics.source import Timing
from tests.metrics.proxies.scene import LEAVES
from tests.metrics.proxies.texts import answers, text
from tests.metrics.scripted import Reply, ScriptedServer
from tests.metrics.scripted import text as reply

NOW = datetime(2026, 11, 25, tzinfo=UTC)
INDEX = round(NOW.timestamp()) // 2


def fetched(server: ScriptedServer, seconds: float = 5.0) -> str:
    return Pages()(target(server), Deadline(SystemClock(), seconds, "its proxy"))


def target(server: ScriptedServer, pod: str = "front-1") -> Target:
    return Target("shop", pod, "front", f"{server.url}/{pod}/metrics")


def test_a_page_is_what_the_proxy_shows(scripted: ScriptedServer) -> None:
    scripted.says = lambda _: reply(text(answers(7)))
    assert fetched(scripted) == text(answers(7))
    (question,) = scripted.asked
    assert (question.method, question.path) == ("GET", "/front-1/metrics")
    assert question.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    ("status", "said"), [(403, "allow-scrapes"), (401, "AuthorizationPolicy"), (503, "503"), (404, "404")]
)
def test_a_refusal_is_a_sentence(scripted: ScriptedServer, status: int, said: str) -> None:
    scripted.says = lambda _: reply("no", status)
    with pytest.raises(Unavailable, match=f"its proxy answered {status}.*{said}|{said}"):
        fetched(scripted)


def test_a_redirection_leads_nowhere(scripted: ScriptedServer) -> None:
    scripted.says = lambda _: reply("", 302, {"Location": "http://192.0.2.1/"})
    with pytest.raises(Unavailable, match="answered 302"):
        fetched(scripted)


def test_silence_ends_at_the_deadline(scripted: ScriptedServer) -> None:
    scripted.says = lambda _: Reply(hang=True)
    with pytest.raises(Unavailable, match="did not answer"):
        fetched(scripted, seconds=0.2)


def test_a_page_that_trickles_in_ends_at_the_deadline(scripted: ScriptedServer) -> None:
    scripted.says = lambda _: Reply(pieces=(b"x 1\n" for _ in range(1000)), pause=0.05)
    with pytest.raises(Unavailable, match=r"its proxy did not answer within 0.3 s"):
        fetched(scripted, seconds=0.3)


def test_a_page_without_an_end_is_given_up(scripted: ScriptedServer) -> None:
    piece = b"# a comment\n" * 10_000
    scripted.says = lambda _: Reply(pieces=(piece for _ in range(pages.BODY_LIMIT // len(piece) + 2)))
    with pytest.raises(Unavailable, match="more than 16 MiB"):
        fetched(scripted, seconds=30)


def test_a_page_shorter_than_announced_is_none(scripted: ScriptedServer) -> None:
    scripted.says = lambda _: Reply(pieces=[text(answers(7)).encode()], length=10_000)
    with pytest.raises(Unavailable, match="did not answer"):
        fetched(scripted)


def test_bytes_that_are_no_text_are_no_page(scripted: ScriptedServer) -> None:
    scripted.says = lambda _: Reply(pieces=[b"\x1f\x8b\xff"])
    with pytest.raises(Unavailable, match="no text"):
        fetched(scripted)


def test_nobody_at_the_address_is_a_sentence(scripted: ScriptedServer) -> None:
    nobody = Target("shop", "front-1", "front", "http://127.0.0.1:1/metrics")
    with pytest.raises(Unavailable, match=r"its proxy did not answer: .*refused"):
        Pages()(nobody, Deadline(SystemClock(), 1.0))


def test_many_pages_are_read_at_once_and_one_that_hangs_spoils_only_its_own(scripted: ScriptedServer) -> None:
    scripted.says = lambda asked: Reply(hang=True) if "/slow/" in asked.path else reply(text(answers(7)))
    targets = [target(scripted, pod) for pod in ("slow", *(f"front-{number}" for number in range(10)))]
    with ThreadPoolExecutor(4) as pool:
        source = Proxies(lambda: targets, Pages(), Timing(2, 2), SystemClock(), pool.map)
        source.scrape(NOW)
    assert len(scripted.asked) == len(targets)
    (interval,) = source.increments([LEAVES], INDEX, INDEX)[LEAVES]
    assert interval.strata == ()
