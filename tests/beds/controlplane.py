"""
A real Kubernetes control plane on loopback: etcd, kube-apiserver, kube-controller-manager, no nodes.

RBAC is on, users come from a token file and have the roles that deploy/ ships, the CRDs of Linkerd, SMI and our own are
there. The API server alone can be stopped and started again: etcd keeps the data.
"""

import json
import secrets
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.beds import toolchain
from tests.beds.api import Api, Away, Refused
from tests.beds.audit import Audit
from tests.beds.certificates import Files, write_certificates
from tests.beds.patience import TooLate, wait_until
from tests.beds.program import Program, free_ports, wait_for_port

USERS = {
    "admin": ("admin", "system:masters"),
    "daemon": ("system:serviceaccount:canary-system:canary", "system:serviceaccounts"),
    "operator": ("operator", ""),
    "releaser": ("releaser", ""),
    "viewer": ("viewer", ""),
}
"""Names and groups. The daemon is the account of deploy/base; rights.yaml says which roles the others have."""

READY_WITHIN = 60
"""Seconds; alone on two cores it takes three."""

KUBECTL_SECONDS = 60

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
RIGHTS = (
    DEPLOY / "base" / "namespace.yaml",
    DEPLOY / "base" / "rights.yaml",
    DEPLOY / "guards" / "roles.yaml",
    Path(__file__).with_name("rights.yaml"),
)
CRDS = ROOT / "canary" / "sim" / "crds"
RECORDS = DEPLOY / "base" / "crd.yaml"
COLLECTIONS = (
    "/apis/split.smi-spec.io/v1alpha1/trafficsplits",
    "/apis/split.smi-spec.io/v1alpha2/trafficsplits",
    "/apis/linkerd.io/v1alpha2/serviceprofiles",
    "/apis/canary.delivery/v1alpha1/canaryrollouts",
)

CONTROLLERS = (
    "deployment",
    "replicaset",
    "statefulset",
    "endpointslice",
    "garbagecollector",
    "namespace",
    "serviceaccount",
    "validatingadmissionpolicy-status-controller",
)


class ControlPlane:
    """
    Use as a context, or call `start` and `stop`.

    Attributes:
        url: where the API server answers, TLS by an authority of its own.
        ca_file: that authority.
        audit: what the daemon's account asks.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.audit = Audit(folder, USERS["daemon"][0])
        self._binary = str(toolchain.control_plane())
        self._etcd_port, self._peer_port, self._port = free_ports(3)
        self._tokens = {user: secrets.token_hex(16) for user in USERS}
        self._files = write_certificates(folder)
        self.url = f"https://127.0.0.1:{self._port}"
        self.ca_file = self._files.ca
        self.admin = self.api("admin")
        self._write_users()
        self._etcd = self._program("etcd", self._etcd_flags())
        self._apiserver = self._program("kube-apiserver", self._apiserver_flags(self._files))
        self._controllers = self._program("kube-controller-manager", self._controller_flags())

    def __enter__(self) -> "ControlPlane":
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """
        All parts, the CRDs and the rights; returns once objects can be made.

        Raises:
            TooLate: with the end of every log.
        """
        try:
            self._etcd.start()
            wait_for_port(self._etcd_port, READY_WITHIN, "etcd listens")
            self.start_apiserver()
            self._controllers.start()
            self.apply(*RIGHTS, CRDS, RECORDS)
            wait_until(self._serves_everything, READY_WITHIN, "the CRDs are served")
        except (TooLate, subprocess.CalledProcessError) as error:
            raise TooLate(f"{error}\n{self.logs()}") from error

    def stop(self) -> None:
        """All parts; whatever was stored is lost."""
        self._controllers.kill()
        self._apiserver.kill()
        self._etcd.stop()
        self.admin.close()

    def start_apiserver(self) -> None:
        """Start the API server, again too, and wait until it is ready."""
        was_away = not self._apiserver.running
        self._apiserver.start()
        wait_until(self._ready, READY_WITHIN, "kube-apiserver is ready")
        if was_away and self._controllers.running:
            self._restart_controllers()

    def _restart_controllers(self) -> None:
        """After an outage their informers pause for up to a minute; a new process does not."""
        self._controllers.kill()
        self._controllers.start()

    def stop_apiserver(self) -> None:
        """The API server goes away at once, as in a crash."""
        self._apiserver.kill()

    @contextmanager
    def frozen_apiserver(self) -> Iterator[None]:
        """Meanwhile the API server lets everybody connect and answers nobody; afterwards it answers all of it."""
        self._apiserver.signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._apiserver.signal(signal.SIGCONT)

    def api(self, user: str) -> Api:
        """The API server as this user; close it after use."""
        return Api(self.url, self.ca_file, self._tokens[user])

    def kubeconfig(self, user: str, namespace: str = "default") -> Path:
        """A kubeconfig for this user."""
        path = self._folder / f"kubeconfig-{user}-{namespace}"
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {"name": "test", "cluster": {"server": self.url, "certificate-authority": str(self.ca_file)}}
            ],
            "users": [{"name": user, "user": {"token": self._tokens[user]}}],
            "contexts": [
                {"name": "test", "context": {"cluster": "test", "user": user, "namespace": namespace}}
            ],
            "current-context": "test",
        }
        path.write_text(json.dumps(config))
        return path

    def kubectl(
        self, *arguments: str, user: str = "admin", stdin: str | None = None, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """
        kubectl of the same version.

        Raises:
            subprocess.CalledProcessError: it failed, where `check`; what it said is among the notes.
        """
        where = ["--kubeconfig", str(self.kubeconfig(user)), "--cache-dir", str(self._folder / "kubectl")]
        command = [self._binary, "kubectl", *where, *arguments]
        done = subprocess.run(
            command, input=stdin, capture_output=True, text=True, check=False, timeout=KUBECTL_SECONDS
        )
        if check and done.returncode:
            error = subprocess.CalledProcessError(done.returncode, command[1:], done.stdout, done.stderr)
            error.add_note(done.stderr)
            raise error
        return done

    def apply(self, *manifests: str | Path, user: str = "admin") -> None:
        """Apply YAML texts, files, or folders of files."""
        for manifest in manifests:
            if isinstance(manifest, Path):
                self.kubectl("apply", "-f", str(manifest), user=user)
            else:
                self.kubectl("apply", "-f", "-", user=user, stdin=manifest)

    def logs(self) -> str:
        """The ends of all logs, for a failing test."""
        return "\n".join(part.tail() for part in (self._etcd, self._apiserver, self._controllers))

    def _ready(self) -> bool:
        assert self._apiserver.running, f"kube-apiserver ended\n{self.logs()}"
        try:
            return self.admin.text("/readyz") == "ok"
        except (Away, Refused):
            return False

    def _serves_everything(self) -> bool:
        """A new CRD answers 404, then 429 while its storage starts, then lists."""
        try:
            return all(self.admin.get(path, limit="1")["items"] == [] for path in COLLECTIONS)
        except Refused as error:
            if error.status in {404, 429, 503}:
                return False
            raise

    def _write_users(self) -> None:
        rows = [f'{self._tokens[user]},{name},{user},"{group}"' for user, (name, group) in USERS.items()]
        (self._folder / "users.csv").write_text("\n".join(rows) + "\n")

    def _program(self, part: str, flags: Mapping[str, object]) -> Program:
        given = [f"--{flag}={value}" for flag, value in flags.items()]
        return Program(part, [self._binary, part, *given], self._folder)

    def _etcd_flags(self) -> Mapping[str, object]:
        return {
            "data-dir": self._folder / "etcd",
            "client-url": f"http://127.0.0.1:{self._etcd_port}",
            "peer-url": f"http://127.0.0.1:{self._peer_port}",
        }

    def _apiserver_flags(self, files: Files) -> Mapping[str, object]:
        return {
            "etcd-servers": f"http://127.0.0.1:{self._etcd_port}",
            "etcd-compaction-interval": 0,  # every version can be read again: History fills its gaps so
            "bind-address": "127.0.0.1",
            "advertise-address": "127.0.0.1",
            "secure-port": self._port,
            "tls-cert-file": files.certificate,
            "tls-private-key-file": files.key,
            "cert-dir": self._folder,
            "token-auth-file": self._folder / "users.csv",
            "authorization-mode": "RBAC",
            "service-account-issuer": "https://kubernetes.default.svc",
            "service-account-key-file": files.token_key,
            "service-account-signing-key-file": files.token_key,
            "service-cluster-ip-range": "10.0.0.0/16",
            "endpoint-reconciler-type": "none",
            "profiling": "false",
            **self.audit.flags(),
        }

    def _controller_flags(self) -> Mapping[str, object]:
        return {
            "kubeconfig": self.kubeconfig("admin"),
            "controllers": ",".join(CONTROLLERS),
            "leader-elect": "false",
            "use-service-account-credentials": "false",
            "secure-port": 0,
            "kube-api-qps": 500,
            "kube-api-burst": 1000,
        }
