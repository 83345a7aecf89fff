"""Lists in pages: the token that says where the next one begins, and as of which version."""

import base64
import json
from dataclasses import dataclass
from typing import Any

from canary.sim.store.refusals import bad_request

Object = dict[str, Any]
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """
    Attributes:
        version: the moment the list stands for.
        token: where the next page begins; "" after the last.
        remaining: how many come after this page.
    """

    items: tuple[Object, ...]
    version: int
    token: str = ""
    remaining: int = 0


@dataclass(frozen=True, slots=True)
class Token:
    """
    Attributes:
        after: namespace and name of the last object that was told.
    """

    version: int
    after: Place

    def written(self) -> str:
        told = {"v": "meta.k8s.io/v1", "rv": self.version, "start": "/".join(self.after)}
        return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> "Token":
        """
        Raises:
            Refused: it is none of ours.
        """
        try:
            told = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            namespace, _, name = str(told["start"]).partition("/")
            return cls(int(told["rv"]), (namespace, name))
        except (ValueError, KeyError, TypeError) as error:
            raise bad_request(f"invalid continue token: continue key is not valid: {error}") from error
