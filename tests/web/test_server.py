"""The web server over a real socket: health, readiness with its reason, metrics, and nothing that changes anything."""

from collections.abc import Iterator

import pytest
import requests

from canary.web.server import WebServer


class Told:
    """A view that says what a test wants."""

    alive, why, without = True, "", ""

    def living(self) -> bool:
        return self.alive

    def ready(self) -> str:
        return self.why

    def remarks(self) -> str:
        return self.without

    def metrics(self) -> bytes:
        return b"canary_source_up 1.0\n"


@pytest.fixture
def view() -> Told:
    return Told()


@pytest.fixture
def url(view: Told) -> Iterator[str]:
    server = WebServer(view, "127.0.0.1", 0)
    server.start()
    yield f"http://127.0.0.1:{server.port}"
    server.stop()


def test_a_daemon_that_lives_and_works_is_healthy_and_ready(url: str) -> None:
    assert requests.get(f"{url}/healthz", timeout=5).status_code == 200
    assert requests.get(f"{url}/readyz", timeout=5).text == "ok\n"


def test_a_daemon_that_does_not_says_why(url: str, view: Told) -> None:
    view.alive, view.why = False, "not all objects have been listed yet"
    assert requests.get(f"{url}/healthz", timeout=5).status_code == 503
    answer = requests.get(f"{url}/readyz", timeout=5)
    assert (answer.status_code, answer.text) == (503, "not all objects have been listed yet\n")


def test_what_it_works_without_is_told_to_whoever_asks_whether_it_is_ready(url: str, view: Told) -> None:
    view.without = "the cluster has no records"
    answer = requests.get(f"{url}/readyz", timeout=5)
    assert (answer.status_code, answer.text) == (200, "ok\nthe cluster has no records\n")


def test_metrics_are_those_of_the_daemon(url: str) -> None:
    answer = requests.get(f"{url}/metrics", timeout=5)
    assert answer.text == "canary_source_up 1.0\n"
    assert answer.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_nothing_can_be_changed(url: str, method: str, path: str) -> None:
    assert requests.request(method, url + path, timeout=5).status_code == 405


def test_a_port_that_is_taken_is_an_error_at_the_start(url: str, view: Told) -> None:
    with pytest.raises(OSError, match="address already in use"):
        WebServer(view, "127.0.0.1", int(url.rpartition(":")[2])).start()
