"""Credentials go to the API server that the kubeconfig's authority has signed, and to nobody who only has its address."""

import json
import socket
import ssl
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from canary.cluster.client import Cluster
from canary.cluster.kinds import TRAFFIC_SPLITS
from canary.errors import Stalled, Unavailable
from canary.metrics.connection import Connection
from canary.metrics.deadline import Deadline
from tests.beds.certificates import USUAL, Files, Serving, write_certificates
from tests.beds.patience import CLOCK
from tests.cluster.scripted import Scripted, json_answer
from tests.cluster.test_faults import HASTY

TOKEN = "s3cr3t-t0ken"
LISTING = {"metadata": {"resourceVersion": "41"}, "items": []}


class Encrypted(Scripted):
    """Speaks TLS with these files, and otherwise does what it is told."""

    def __init__(self, files: Files) -> None:
        super().__init__(last=json_answer(LISTING))
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(files.certificate, files.key)

    def get_request(self) -> tuple[socket.socket, object]:
        connection, address = super().get_request()
        return self._context.wrap_socket(connection, server_side=True), address


def listed(server: Scripted, ca: Path, folder: Path, user: dict[str, str]) -> None:
    path = folder / "kubeconfig"
    config = json.loads(Path(server.kubeconfig(folder, **user)).read_text())
    (cluster,) = config["clusters"]
    cluster["cluster"] = {
        "server": server.url.replace("http:", "https:"),
        "certificate-authority": str(ca),
    }
    path.write_text(json.dumps(config))
    with closing(Cluster.connect(str(path), patience=HASTY)) as connected:
        connected.list(TRAFFIC_SPLITS)


def made(folder: Path, name: str, serving: Serving = USUAL) -> Files:
    (folder / name).mkdir()
    return write_certificates(folder / name, serving)


def test_the_right_server_is_given_the_token(tmp_path: Path) -> None:
    files = made(tmp_path, "right")
    with Encrypted(files) as server:
        listed(server, files.ca, tmp_path, {"token": TOKEN})
    assert [request.headers["authorization"] for request in server.requests] == [f"Bearer {TOKEN}"]


WRONG = {
    "another name": (Serving(names=("kubernetes",), addresses=("10.0.0.1",)), "mismatch"),
    "expired": (Serving(valid=timedelta(hours=-1)), "expired"),
    "another authority": (USUAL, "verify failed"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_server_that_cannot_prove_itself_hears_nothing(what: str, tmp_path: Path) -> None:
    serving, why = WRONG[what]
    files, others = made(tmp_path, "wrong", serving), made(tmp_path, "others")
    known = others.ca if what == "another authority" else files.ca
    with Encrypted(files) as server, pytest.raises(Stalled, match=rf"not trusted.*{why}") as raised:
        listed(server, known, tmp_path, {"token": TOKEN})
    assert server.requests == []
    assert TOKEN not in f"{raised.value!r} {raised.value.hint}"


def test_a_server_without_tls_hears_nothing(tmp_path: Path) -> None:
    files = made(tmp_path, "right")
    with Scripted(last=json_answer(LISTING)) as server, pytest.raises(Unavailable):
        listed(server, files.ca, tmp_path, {"token": TOKEN})
    assert server.requests == []


def encrypted(folder: Path) -> Scripted:
    return Encrypted(made(folder, "unknown"))


def plain(_folder: Path) -> Scripted:
    return Scripted(last=json_answer(LISTING))


@pytest.mark.parametrize("server", [encrypted, plain])
def test_a_prometheus_that_cannot_prove_itself_is_asked_nothing(
    server: Callable[[Path], Scripted], tmp_path: Path
) -> None:
    with server(tmp_path) as listening:
        connection = Connection(listening.url.replace("http:", "https:"))
        with pytest.raises(Unavailable):
            connection.instant("up", Deadline(CLOCK, 5, "Prometheus"))
    assert listening.requests == []
