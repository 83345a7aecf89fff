"""Whatever stands in a policy: a policy or an error with its place, at once, and for little memory."""

import re
import time
import tracemalloc
from contextlib import suppress
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from canary.errors import Invalid
from canary.rollout.policy import Policy
from canary.rollout.policyfile import decoded, document, read
from tests.rollout.bombs import BOMBS, BYTES, GOOD
from tests.rollout.test_policyfile import GOOD as LONGER

SECONDS, BYTES_OF_MEMORY = 0.05, 20_000_000
PLACE = re.compile(r"p\.yaml(:[0-9]+:[0-9]+)?")


def told(text: str) -> Invalid | None:
    """What is said about a file; None: it is a policy. In no time, by the processor's clock: others work as well."""
    began = time.process_time()
    try:
        assert isinstance(read(text, "p.yaml"), Policy)
    except Invalid as error:
        return error
    else:
        return None
    finally:
        assert time.process_time() - began < SECONDS


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_refused_with_its_place_and_at_once(text: str) -> None:
    error = told(text)
    assert error is not None
    assert PLACE.fullmatch(error.at)
    assert len(str(error)) < 300


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_a_bomb_takes_little_memory(text: str) -> None:
    tracemalloc.start()
    try:
        with suppress(Invalid):
            read(text, "p.yaml")
        assert tracemalloc.get_traced_memory()[1] < BYTES_OF_MEMORY
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("raw", "at"), BYTES.values(), ids=BYTES)
def test_bytes_that_are_no_text_are_refused_with_their_place(raw: bytes, at: str) -> None:
    with pytest.raises(Invalid, match="no text in UTF-8") as error:
        decoded(raw, "p.yaml")
    assert error.value.at == at


@pytest.mark.parametrize("text", ["\ufeff" + GOOD, GOOD.replace("\n", "\r\n"), GOOD.replace("\n", "\r")])
def test_marks_and_line_ends_of_other_systems_are_read(text: str) -> None:
    assert told(text) is None


texts = st.text(max_size=60) | st.sampled_from(
    [
        "1:59",
        "0x1f",
        "1e999",
        ".nan",
        "~",
        "yes",
        "=",
        "<<",
        "!!int ''",
        "*a",
        "&a x",
        "2001-01-01",
        "[",
        "%",
        "9" * 5000,
    ]
)


@given(st.data())
def test_any_text_as_the_value_of_any_key_is_a_policy_or_told_with_its_place(data: st.DataObject) -> None:
    lines = LONGER.splitlines()
    number = data.draw(st.integers(0, len(lines) - 1))
    key, colon, _ = lines[number].partition(":")
    lines[number] = f"{key}{colon} {data.draw(texts)}"
    error = told("\n".join(lines))
    assert error is None or PLACE.fullmatch(error.at)


@given(
    st.sampled_from(["name", "query"]),
    st.text(max_size=60) | texts | st.text("\"'`\\{}#=~ canry", max_size=60),
)
def test_any_text_in_a_metric_is_a_policy_or_told_with_its_place(key: str, text: str) -> None:
    whole = read_again(WHOLE)
    metric = {"kind": "metric", "name": "m", "query": "x", "max": 1.5, key: text}
    whole["spec"]["gates"] = [{"kind": "errors"}, metric]
    error = told(yaml.safe_dump(whole, allow_unicode=True))
    assert error is None or PLACE.fullmatch(error.at)


WINDOWS = "  windows: [{cron: 0 9 * * mon-fri, duration: 8h, zone: Europe/Berlin}]\n"
WHOLE = document(read(LONGER + WINDOWS, "p.yaml"))
keys = st.sampled_from(
    [
        *WHOLE["spec"],
        "metadata",
        "steps.share",
        "steps.bake",
        "gates.kind",
        "gates.margin",
        "windows.cron",
        "windows.duration",
        "windows.zone",
        "other",
    ]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(keys, values)
def test_any_value_of_any_key_is_a_policy_or_told_with_its_place(key: str, value: object) -> None:
    whole = read_again(WHOLE)
    outer, _, inner = key.partition(".")
    if inner:
        whole["spec"][outer] = [{**whole["spec"][outer][0], inner: value}]
    else:
        (whole if outer in whole else whole["spec"])[outer] = value
    error = told(yaml.safe_dump(whole, allow_unicode=True))
    assert error is None or PLACE.fullmatch(error.at)


def read_again(whole: object) -> dict[str, Any]:
    """A copy."""
    copied: dict[str, Any] = yaml.safe_load(yaml.safe_dump(whole))
    return copied
