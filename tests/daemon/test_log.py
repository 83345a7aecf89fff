"""A log line is one line, whatever stands in it: names and sentences come from a cluster, where anybody may have written."""

import json
from collections.abc import Iterator
from typing import Literal

import pytest
import structlog

from canary.daemon import log

HOSTILE = 'up\n{"event": "decided", "reason": "Promoted"}\r\x1b[2K\x1b]0;gone\x07\u202e\u2028 down\x00\x85'


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    yield
    structlog.reset_defaults()


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_hostile_text_is_one_line_without_controls(
    form: Literal["json", "console"], capsys: pytest.CaptureFixture[str]
) -> None:
    log.configure(form)
    structlog.get_logger().bind(route=HOSTILE).warning("decided", message=HOSTILE, error=ValueError(HOSTILE))
    told = capsys.readouterr().err
    assert len(told.splitlines()) == 1
    assert not set(told) & set("\r\x07\x00\x85\u202e\u2028")
    assert "\x1b[2K" not in told
    assert "\x1b]" not in told
    if form == "json":
        assert json.loads(told)["message"] == HOSTILE
