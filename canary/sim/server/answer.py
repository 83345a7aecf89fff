"""What is sent back."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """
    Attributes:
        body: JSON, or text as it is.
        warnings: sentences for a person.
    """

    code: int
    body: Any
    media_type: str = "application/json"
    warnings: tuple[str, ...] = field(default=())
