"""What the servers themselves counted about the requests that came to them."""

import re
from collections.abc import Callable, Mapping

from tests.beds.api import Api

COUNTED = re.compile(r"^apiserver_request_total\{(?P<labels>[^}]*)\} (?P<value>\S+)$", re.MULTILINE)
LABEL = re.compile(r'(\w+)="([^"]*)"')

Labels = Mapping[str, str]
"""`verb`, `resource`, `code` and others."""


def served(api: Api, wanted: Callable[[Labels], bool]) -> float:
    """So many requests with such labels the API server has answered since it started."""
    found = COUNTED.finditer(api.text("/metrics"))
    return sum(float(one["value"]) for one in found if wanted(dict(LABEL.findall(one["labels"]))))


def conflicts(api: Api) -> float:
    """How many writes to a split it has refused because somebody else wrote before."""
    refused = {"verb": "PATCH", "resource": "trafficsplits", "code": "409"}
    return served(api, lambda labels: refused.items() <= labels.items())
