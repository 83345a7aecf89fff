"""How long a call may take. There is no call without a deadline: the library's own default is to wait for ever."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """
    Seconds to wait for one call.

    Attributes:
        connect: until the server has accepted the connection.
        read: until it has answered, and between two pieces of its answer.
        silence: between two events of a watch. Bookmarks come about once a minute, so a stream silent for longer
            is dead and will not say so itself.
    """

    connect: float
    read: float
    silence: float = 90.0

    @property
    def total(self) -> float:
        """From the call to the last byte; one piece may arrive `read` after it, so a call ends within twice this."""
        return self.connect + self.read


USUAL = Patience(connect=3.0, read=10.0)

URGENT = Patience(connect=1.0, read=3.0)
"""For taking traffic away: the next try is worth more than this one's last seconds."""
