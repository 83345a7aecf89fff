"""Who we are comes from where kubectl takes it."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from canary.cluster.client import Cluster
from canary.cluster.patience import Patience
from canary.errors import Stalled, Unavailable
from tests.cluster.scripted import Scripted, json_answer

ME = json_answer({"status": {"userInfo": {"username": "somebody"}}}, 201)


def test_the_context_names_the_server_and_the_namespace(tmp_path: Path) -> None:
    with Scripted() as server:
        path = server.kubeconfig(tmp_path)
        assert Cluster.connect(path).namespace == "sample-app"
        assert Cluster.connect(path).server == server.url
        assert Cluster.connect(path, "bare").namespace == "default"


def test_an_exec_plugin_is_asked_for_the_token(tmp_path: Path) -> None:
    credential = {
        "kind": "ExecCredential",
        "apiVersion": "client.authentication.k8s.io/v1",
        "status": {"token": "from-the-plugin"},
    }
    exec_ = {
        "apiVersion": credential["apiVersion"],
        "command": sys.executable,
        "args": ["-c", f"print('''{json.dumps(credential)}''')"],
    }
    with Scripted(ME) as server:
        assert Cluster.connect(server.kubeconfig(tmp_path, exec=exec_)).whoami() == "somebody"
        [asked] = server.requests
    assert asked.headers["authorization"] == "Bearer from-the-plugin"
    assert asked.path == "/apis/authentication.k8s.io/v1/selfsubjectreviews"


def test_a_wrong_context_is_named(tmp_path: Path) -> None:
    with Scripted() as server, pytest.raises(Stalled, match="nowhere"):
        Cluster.connect(server.kubeconfig(tmp_path), "nowhere")


@pytest.mark.parametrize("text", ["", "- a list\n", "{}", "a: [", "clusters: 7\ncurrent-context: x\n"])
def test_a_bad_kubeconfig_is_named(text: str, tmp_path: Path) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text(text)
    with pytest.raises(Stalled, match="no way to log in") as raised:
        Cluster.connect(str(path))
    assert str(path) in raised.value.at


def test_a_kubeconfig_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Stalled, match="no such file"):
        Cluster.connect(str(tmp_path / "missing"))


def test_a_server_with_another_protocol_is_unavailable(tmp_path: Path) -> None:
    with Scripted() as server:
        path = Path(server.kubeconfig(tmp_path))
        path.write_text(path.read_text().replace("http://", "https://"))
        with pytest.raises(Unavailable):
            Cluster.connect(str(path), patience=Patience(0.2, 0.3)).whoami()


WHERE = "from canary.cluster.client import Cluster; c = Cluster.connect(); print(c.server, c.namespace)"


def in_an_environment(code: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        env=dict(environment),
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def test_without_a_name_it_is_the_environment_s(tmp_path: Path) -> None:
    with Scripted() as server:
        path = server.kubeconfig(tmp_path)
        done = in_an_environment(WHERE, {"KUBECONFIG": path, "HOME": str(tmp_path)})
        assert done.stdout.split() == [server.url, "sample-app"], done.stderr


def test_a_server_on_this_machine_is_not_looked_for_behind_a_proxy(tmp_path: Path) -> None:
    ask = "from canary.cluster.client import Cluster; print(Cluster.connect().whoami())"
    with Scripted(ME) as server:
        path = server.kubeconfig(tmp_path)
        proxied = {"KUBECONFIG": path, "HOME": str(tmp_path), "HTTP_PROXY": "http://127.0.0.1:9"}
        assert in_an_environment(ask, proxied).stdout.split() == ["somebody"]


def test_without_anything_it_says_so(tmp_path: Path) -> None:
    done = in_an_environment(WHERE, {"HOME": str(tmp_path)})
    assert "no way to log in to a cluster" in done.stderr


def test_kinds_patches_and_reflectors_are_cheap_to_import() -> None:
    code = "import canary.cluster.kinds, canary.cluster.patch, canary.cluster.reflector, sys; print('kubernetes' in sys.modules)"
    assert in_an_environment(code, {}).stdout.strip() == "False"


def test_the_client_does_not_import_every_model_of_kubernetes() -> None:
    code = "import canary.cluster.client, sys; print(sum(m.startswith('kubernetes.client.models.') for m in sys.modules))"
    assert int(in_an_environment(code, {}).stdout) < 5
