"""Placeholders: where they may stand, and that what is put in their place stays the text it is."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from canary.rollout.promql import LIMIT, WORDS, filled, parse
from tests.rollout.promqlwords import said, skeleton

USUAL = {
    "namespace": "shop",
    "route": "api-split",
    "apex": "api",
    "stable": "api-v1",
    "canary": "api-v2",
}

QUERIES = (
    'depth{namespace="{{namespace}}"}',
    'sum by (pod) (rate(depth{route!=\'{{route}}\', a="\\"{{apex}}\\\\"}[1m])) > 0',
    'max(depth{service=~"{{canary}}|{{stable}}-.*", x!~\'a({{ route }})?\', raw=`"#\\`}) or vector(0)',
    'depth{a = "{{canary}}{{canary}}", b =~ \'\\\'{{namespace}}\', "quoted name"} @ 1609746000',
)

anything = st.text(st.characters(), max_size=20) | st.text(
    st.sampled_from("\"'`\\{}[]()#,=~!.*+?^$|\n\r\t\x00\x7f\u2028\u0085é𝄞\ud800 aUux09"), max_size=20
)


def readable(value: str) -> str:
    """Half a pair is no character: nothing can say it."""
    return re.sub("[\ud800-\udfff]", "\ufffd", value)


@pytest.mark.parametrize("query", QUERIES)
@given(st.fixed_dictionaries(dict.fromkeys(WORDS, anything)))
@example(dict.fromkeys(WORDS, '"} or up{a="'))
@example(dict.fromkeys(WORDS, "\\"))
@example(dict.fromkeys(WORDS, "{{canary}}"))
def test_any_value_leaves_the_tokens_of_the_query_as_they_are(query: str, values: dict[str, str]) -> None:
    found = filled(parse(query), values)
    assert skeleton(found) == skeleton(query)
    assert found.replace("\n", "", query.count("\n")).isprintable()


@given(anything, anything)
def test_a_text_says_the_value_and_nothing_else(value: str, other: str) -> None:
    query = "depth{a=\"<{{canary}}>\", b!='{{stable}}'}"
    found = filled(parse(query), USUAL | {"canary": value, "stable": other})
    assert said(found) == [f"<{readable(value)}>", readable(other)]


@given(anything, anything)
def test_an_expression_matches_the_value_and_nothing_else(value: str, other: str) -> None:
    (pattern,) = said(filled(parse("depth{a=~'({{canary}})x'}"), USUAL | {"canary": value}))
    assert re.fullmatch(pattern, readable(value) + "x", re.DOTALL)
    assert (re.fullmatch(pattern, readable(other) + "x", re.DOTALL) is not None) == (
        readable(other) == readable(value)
    )


def test_usual_names_stand_there_as_they_are() -> None:
    query = "sum(depth{namespace='{{namespace}}', service=~\"{{stable}}|{{ canary }}\"})"
    assert filled(parse(query), USUAL) == "sum(depth{namespace='shop', service=~\"api-v1|api-v2\"})"


REFUSED = {
    "an unknown word": ('x{a="{{pod}}"}', r"{{pod}} is no placeholder .* known are {{namespace}}, {{route}}"),
    "no word": ('x{a="{{}}"}', "begins no placeholder"),
    "half a placeholder": ('x{a="{{canary}"}', "begins no placeholder"),
    "braces around it": ('x{a="{{{{canary}}}}"}', "begins no placeholder"),
    "beside all texts": ("x{{canary}}", r"only in the text of a label matcher \(character 2\)"),
    "as a name": ("{{canary}}", "only in the text of a label matcher"),
    "in an argument": ('label_replace(x, "a", "{{canary}}", "", "")', "only in the text of a label matcher"),
    "compared": ('x == "{{canary}}"', "only in the text of a label matcher"),
    "behind a text": ('x{a="=" "{{canary}}"}', "only in the text of a label matcher"),
    "between backticks": ("x{a=`{{canary}}`}", "between ` nothing can be escaped"),
    "behind a backslash": ('x{a="\\{{canary}}"}', "a text is not ended, or has"),
    "behind a backslash of an expression": ('x{a=~"\\\\{{canary}}"}', "would change what it means"),
    "half an escape": ('x{a="\\x{{canary}}"}', "a text is not ended, or has"),
    "the other quote's escape": ('x{a="\\\'"}', "a text is not ended, or has"),
    "an open text": ('x{a="b', "a text is not ended"),
    "an open raw text": ("x{a=`b", "a text is not ended"),
    "a comment": ("x # {{canary}}", "a comment would hide"),
    "a text over two lines": ('x{a="b\n"}', "a text is not ended"),
    "nothing": ("", "it is empty"),
    "too much": ("x" * (LIMIT + 1), "2048 bytes at most"),
    "too much in bytes": ("é" * LIMIT, "2048 bytes at most"),
}


@pytest.mark.parametrize(("query", "why"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_escaped_or_read_is_refused(query: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse(query)


def test_a_whole_backslash_of_an_expression_may_stand_before_it() -> None:
    (pattern,) = said(filled(parse('x{a=~"\\\\\\\\{{canary}}"}'), USUAL))
    assert re.fullmatch(pattern, "\\api-v2")


@given(st.text(max_size=60) | st.text(st.sampled_from("\"'`\\{}#=~!canryx "), max_size=60))
def test_any_text_is_a_query_in_pieces_or_refused_with_a_sentence(query: str) -> None:
    try:
        pieces = parse(query)
    except ValueError as error:
        told = str(error)
    else:
        told = filled(pieces, USUAL)
    assert told
