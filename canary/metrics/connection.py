"""
The one client of Prometheus' API, hardened.

As it comes, PrometheusConnect waits for ever, retries three times with pauses, sends POST queries in the URL, rounds
ranges to whole seconds, drops warnings, obeys the environment's proxies, and asks for a gzip that costs Prometheus
more than the query. Here a call is one request with its deadline, and whatever goes wrong is one of our own errors.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

import requests
from prometheus_api_client.prometheus_connect import PrometheusConnect
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError
from urllib3.util.retry import Retry

from canary.errors import Unavailable
from canary.metrics.answers import Answer, explain, read
from canary.metrics.bodies import body, cause
from canary.metrics.deadline import Deadline
from canary.metrics.refusal import Account, refused

CONNECT_SECONDS = 2.0
"""A server in the cluster that takes longer to accept a connection is not there."""

BODY_LIMIT = 64 * 2**20
"""Bytes: some ten times what 100 rollouts over 1,000 intervals need."""

ONCE = Retry(total=0, redirect=0, raise_on_status=False, raise_on_redirect=False)
PLAIN = {"Accept-Encoding": "identity"}


class TooDear(Unavailable):
    """Prometheus is there, but this query asks for more than it computes: a smaller one may be answered."""


class Connection(PrometheusConnect):
    """Connections to one Prometheus, kept open; threads may share it."""

    def __init__(self, url: str, account: Account | None = None, pool: int = 8) -> None:
        """
        Args:
            account: whom to name where Linkerd refuses us.
            pool: connections kept open.
        """
        session = requests.Session()
        session.trust_env = False
        super().__init__(url=url.rstrip("/"), headers=PLAIN, retry=ONCE, session=session, method="POST")
        session.mount(self.url, HTTPAdapter(pool_maxsize=pool, max_retries=ONCE))
        self.where = _without_credentials(url)
        self._account = account or Account()

    def instant(self, query: str, deadline: Deadline, at: float | None = None) -> Answer:
        """
        The value of `query` at a moment, Unix seconds; None = now, by Prometheus' own clock.

        Raises:
            Unavailable: no usable answer before the deadline.
            Stalled: Prometheus does not talk to us.
        """
        form = {"query": query} if at is None else {"query": query, "time": f"{at:.3f}"}
        return self._ask("query", form, deadline)

    def window(self, query: str, span: range, deadline: Deadline) -> Answer:
        """
        The values of `query` at each second in `span`.

        Raises:
            Unavailable: no usable answer before the deadline.
            Stalled: Prometheus does not talk to us.
        """
        form = {"query": query, "start": str(span[0]), "end": str(span[-1]), "step": str(span.step)}
        return self._ask("query_range", form, deadline)

    def _ask(self, path: str, form: Mapping[str, str], deadline: Deadline) -> Answer:
        try:
            with self._post(path, form, deadline) as response:
                return self._read(response, deadline)
        except (requests.RequestException, HTTPError, OSError) as error:
            raise Unavailable(
                f"Prometheus at {self.where} did not answer: {cause(error)}", at=self.where
            ) from error

    def _post(self, path: str, form: Mapping[str, str], deadline: Deadline) -> requests.Response:
        left = deadline.left()
        return self._session.post(
            f"{self.url}/api/v1/{path}",
            data={**form, "timeout": f"{max(1, round(left * 800))}ms"},
            headers=self.headers,
            timeout=(min(CONNECT_SECONDS, left), left),
            allow_redirects=False,
            stream=True,
        )

    def _read(self, response: requests.Response, deadline: Deadline) -> Answer:
        status = response.status_code
        if status in (401, 403):
            raise refused(status, self.where, response.headers.get("l5d-proxy-error", ""), self._account)
        too_long = Unavailable(
            f"Prometheus at {self.where} answers more than {BODY_LIMIT >> 20} MiB", at=self.where
        )
        sent = body(response, deadline, BODY_LIMIT, too_long, decode=True)
        if status == 200:
            return read(sent)
        said = explain(sent) or response.reason
        kind = TooDear if _too_dear(status, said) else Unavailable
        raise kind(f"Prometheus at {self.where} answered {status} ({said})", at=self.where)


def _too_dear(status: int, said: str) -> bool:
    """
    422 is an evaluation that failed, which too many samples are as well; 503 with its own kind of error one that timed out.

    Source: web/api/v1/api.go, `errorExec` and `errorTimeout`. Whatever else answers 503 stands in for a Prometheus that is away.
    """
    return status == 422 or (status == 503 and (said.startswith("timeout: ") or "too many samples" in said))


def _without_credentials(url: str) -> str:
    """For messages: an address may hold a password."""
    return urlsplit(url).netloc.rpartition("@")[2]
