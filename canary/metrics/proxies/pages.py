"""
Pages over HTTP, from port 4191 of the pods.

Every call has its deadline and its limit of bytes, and whatever goes wrong is a sentence about that one proxy. The
environment's proxies and credentials are not asked.
"""

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError
from urllib3.util.retry import Retry

from canary.errors import Unavailable
from canary.metrics.bodies import body, cause
from canary.metrics.deadline import Deadline
from canary.metrics.proxies.targets import Target

CONNECT_SECONDS = 2.0
BODY_LIMIT = 16 * 2**20
"""Bytes. A client of 200 backends has some 4 MiB."""

POOL = 100
"""Hosts whose connection is kept open; others are connected to anew."""

ONCE = Retry(total=0, redirect=0, raise_on_status=False, raise_on_redirect=False)
PLAIN = {"Accept": "text/plain", "Accept-Encoding": "identity", "User-Agent": "canary"}
REFUSED = (
    "a Server for its port 4191 admits only whom an AuthorizationPolicy names"
    " (`linkerd viz allow-scrapes` prints such policies for Prometheus)"
)


class Pages:
    """A `Fetch`; threads may share it."""

    def __init__(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.mount("http://", HTTPAdapter(POOL, 1, max_retries=ONCE))

    def __call__(self, target: Target, deadline: Deadline) -> str:
        """As `Fetch`."""
        left = deadline.left()
        try:
            with self._session.get(
                target.url,
                headers=PLAIN,
                timeout=(min(CONNECT_SECONDS, left), left),
                allow_redirects=False,
                stream=True,
            ) as response:
                return _text(response, deadline)
        except (requests.RequestException, HTTPError, OSError) as error:
            raise Unavailable(f"its proxy did not answer: {cause(error)}") from error


def _text(response: requests.Response, deadline: Deadline) -> str:
    if response.status_code != 200:
        why = f": {REFUSED}" if response.status_code in (401, 403) else ""
        raise Unavailable(f"its proxy answered {response.status_code} ({response.reason}){why}")
    try:
        too_long = Unavailable(f"its page has more than {BODY_LIMIT >> 20} MiB")
        return body(response, deadline, BODY_LIMIT, too_long, decode=False).decode()
    except UnicodeDecodeError as error:
        raise Unavailable("its proxy answered with something that is no text") from error
