"""What every answer over HTTP is read with, whoever sends it."""

import requests

from canary.errors import Unavailable
from canary.metrics.deadline import Deadline

CHUNK = 2**16


def body(
    response: requests.Response, deadline: Deadline, limit: int, too_long: Unavailable, *, decode: bool
) -> bytes:
    """
    Piece by piece: a read time-out starts afresh with every byte, and a body may have no end.

    Args:
        limit: bytes, after decoding.
        too_long: raised beyond it.
        decode: undo the encoding of the transfer.
    """
    found = bytearray()
    while piece := response.raw.read1(CHUNK, decode_content=decode):
        found += piece
        if len(found) > limit:
            raise too_long
        deadline.left()
    return bytes(found)


def cause(error: BaseException) -> str:
    """The innermost reason: libraries wrap a refused connection three times."""
    reason = getattr(error, "reason", None) or (error.args[0] if error.args else None)
    return cause(reason) if isinstance(reason, BaseException) else str(error)
