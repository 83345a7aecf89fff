"""
The official client, hardened: what it leaves open (core group, deadline of a whole answer) is closed here.

`CustomObjectsApi` serves every group as plain dicts, except the core group, whose paths begin differently.
`CoreV1Api` would serve that at the price of 600 ms of import and of models; one line of path is cheaper.
This is also where its missing annotations are made up for.
"""

from collections.abc import Iterator, Mapping
from typing import cast

from kubernetes.client.api.custom_objects_api import CustomObjectsApi
from kubernetes.client.api_client import ApiClient, RequestSerialized
from kubernetes.client.configuration import Configuration
from kubernetes.client.rest import RESTResponse
from kubernetes.watch.watch import iter_resp_lines
from urllib3.response import HTTPResponse

from canary import __version__
from canary.clock import Clock

PIECE = 1 << 16
"""Bytes read at once, and about the most that is read of a refusal."""


class Wire(ApiClient):
    """An ApiClient for `CustomObjectsApi` whose answers end in time."""

    def __init__(self, configuration: Configuration, as_user: str, clock: Clock) -> None:
        super().__init__(configuration)
        self.clock = clock
        self.default_headers["User-Agent"] = f"canary/{__version__}"
        if as_user:
            self.default_headers["Impersonate-User"] = as_user

    def param_serialize(
        self,
        method: str,
        resource_path: str,
        path_params: Mapping[str, str] | None = None,
        *args: object,
        **kwargs: object,
    ) -> RequestSerialized:
        if path_params and path_params["group"] == "":
            resource_path = resource_path.replace("/apis/{group}/", "/api/", 1)
        return super().param_serialize(method, resource_path, path_params, *args, **kwargs)

    def call_api(
        self,
        method: str,
        url: str,
        header_params: object = None,
        body: object = None,
        post_params: object = None,
        _request_timeout: tuple[float, float] = (3.0, 10.0),
    ) -> RESTResponse:
        """A refusal is read here, under the deadline: the library would read it to its end, whenever that comes."""
        deadline = self.clock.monotonic() + sum(_request_timeout)
        answer = super().call_api(method, url, header_params, body, post_params, _request_timeout)
        if not 200 <= answer.status <= 299:
            answer.data = read(answer.response, self.clock, deadline, most=PIECE)  # type: ignore[assignment]
        return answer


def gateway(wire: Wire) -> CustomObjectsApi:
    return CustomObjectsApi(wire)


def opened(answer: object) -> HTTPResponse:
    """What the gateway returns when told not to read the body; its own annotation is `object`."""
    return cast("HTTPResponse", answer)


def lines(response: HTTPResponse) -> Iterator[str]:
    """The lines of a body as they arrive; an unfinished last one is dropped."""
    found: Iterator[str] = iter_resp_lines(response)  # type: ignore[no-untyped-call]
    return filter(str.strip, found)


def read(response: HTTPResponse, clock: Clock, deadline: float, most: float = float("inf")) -> bytes:
    """
    The body of an answer, as far as `most` bytes; TimeoutError after the deadline.

    The time-outs of the library bound the silence between two bytes, not the whole: one byte a second is
    an answer that never ends.
    """
    body = bytearray()
    try:
        while len(body) < most and (piece := response.read1(PIECE)):
            body += piece
            expire(clock, deadline)
    except BaseException:
        response.close()  # half an answer is left in it: of no use to the next call
        raise
    response.release_conn()
    return bytes(body)


def expire(clock: Clock, deadline: float) -> None:
    if clock.monotonic() > deadline:
        raise TimeoutError
