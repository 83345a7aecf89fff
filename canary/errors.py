"""
Errors by what we do about them, not by who raised them.

    CanaryError                 str() is a sentence: what is wrong
    ├── Unavailable             a dependency did not answer in time: do without, try again next time
    ├── Conflict                somebody wrote before us: look again at once, decide again
    ├── Missing                 the object is not there
    ├── Stalled                 only a person can fix it: tell it, wait for a change
    └── Invalid                 bad input: `at` says where, `hint` what to do

Library exceptions are translated where the library is called (`raise … from error`) and nowhere else.
"""


class CanaryError(Exception):
    """
    Base of what this product raises on purpose.

    Attributes:
        at: where it is wrong (`file:line:column`, or `TrafficSplit sample-app/backend-api-split`), may be "".
        hint: what to do about it, a command where there is one, may be "".
    """

    def __init__(self, message: str, *, at: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.at = at
        self.hint = hint


class Unavailable(CanaryError):
    """A dependency did not answer in time, or not in a way we understand."""


class Conflict(CanaryError):
    """The object changed since it was read."""


class Missing(CanaryError):
    """The object, or the kind of object, does not exist."""


class Stalled(CanaryError):
    """Only a person can fix it: no rights, refused by admission, wrong configuration."""


class Invalid(CanaryError):
    """Bad input."""
