"""The text format: what real pages print is what is read, and what cannot be read is refused with its line."""

import math
from collections import Counter

import pytest

from canary.errors import Unavailable
from canary.metrics.proxies import exposition
from canary.metrics.proxies.exposition import Sample, samples
from tests.metrics.proxies.scene import a_scene
from tests.sim import reading
from tests.sim.reading import measured
from tests.sim.scene import CANARY_PODS, FRONTEND, NAMESPACE


def read(text: str) -> list[Sample]:
    """All samples of a family called `x`."""
    return list(samples(text, {"x", "x_bucket"}))


def every(page: str) -> Counter[tuple[object, ...]]:
    """What our reader finds on a page, whatever the family."""
    names = {sample.name.removesuffix("_total") for sample in reading.samples(page)}
    return Counter(
        (sample.name, sample.labels, sample.bound, sample.value) for sample in samples(page, names)
    )


def printed(page: str) -> Counter[tuple[object, ...]]:
    """The same by the tests' own, slow reader."""
    return Counter(_as_ours(sample) for sample in reading.samples(page))


def _as_ours(sample: reading.Sample) -> tuple[object, ...]:
    bucket = sample.name.endswith("_bucket")
    labels = sorted((k, v) for k, v in sample.labels if v and not (bucket and k == "le"))
    bound = float(dict(sample.labels)["le"]) if bucket else None
    return sample.name.removesuffix("_total"), tuple(labels), bound, sample.value


@pytest.mark.parametrize("name", ["client", "server"])
def test_real_pages_are_read_to_the_numbers_printed_on_them(name: str) -> None:
    page = measured(name)
    assert every(page) == printed(page)
    assert len(printed(page)) > 100


@pytest.mark.parametrize("pod", [FRONTEND[0], CANARY_PODS[0].pod])
def test_pages_of_the_model_are_read_to_the_numbers_printed_on_them(pod: str) -> None:
    scene = a_scene()
    scene.pass_by(3)
    page = scene.mesh.page(NAMESPACE, pod)
    assert every(page) == printed(page)


@pytest.mark.parametrize(
    "value", ["7", "7.0", "+7", "7e0", "0.7E1", "7.", " 7", "\t7 ", "7 1790000000000", "7 1790000000.5"]
)
def test_numbers_are_read_as_programs_write_them(value: str) -> None:
    assert read(f'x{{a="b"}} {value}\n') == [Sample("x", (("a", "b"),), None, 7.0)]


@pytest.mark.parametrize(
    ("value", "number"), [("+Inf", math.inf), ("-Inf", -math.inf), ("inf", math.inf), (".5", 0.5)]
)
def test_numbers_may_be_infinite(value: str, number: float) -> None:
    assert read(f"x {value}\n")[0].value == number


def test_numbers_may_be_none() -> None:
    assert math.isnan(read("x NaN\n")[0].value)


@pytest.mark.parametrize("name", ["x", "x_total"])
def test_both_spellings_of_a_counter_are_one_family(name: str) -> None:
    assert read(f"{name} 7\n") == [Sample("x", (), None, 7.0)]


@pytest.mark.parametrize(
    "labels", ['a="b",le="50"', 'a="b",le="50.0"', 'le="50",a="b"', 'le="50.0",a="b",', 'a="b",le="5e1"']
)
def test_a_bound_is_a_number_wherever_it_stands(labels: str) -> None:
    assert read(f"x_bucket{{{labels}}} 7\n") == [Sample("x_bucket", (("a", "b"),), 50.0, 7.0)]


@pytest.mark.parametrize("labels", ['a="b",z=""', 'z="",a="b"', ' a = "b" , ', 'a="b"'])
def test_an_empty_label_is_an_absent_one(labels: str) -> None:
    assert read(f"x{{{labels}}} 7\n")[0].labels == (("a", "b"),)


@pytest.mark.parametrize("space", ["x {} 7", "x{}7", "  x 7", "x\t7", "x{ } 7"])
def test_blanks_between_the_parts_mean_nothing(space: str) -> None:
    assert read(f"{space}\n") == [Sample("x", (), None, 7.0)]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"a\"b", 'a"b'),
        (r"a\\b", "a\\b"),
        (r"a\nb", "a\nb"),
        (r"a\\nb", r"a\nb"),
        ("a}b,c={", "a}b,c={"),
        (r"a\",le=\"5", 'a",le="5'),
        ("größe", "größe"),
        ("# no comment", "# no comment"),
    ],
)
def test_a_label_may_hold_anything(written: str, meant: str) -> None:
    assert read(f'x{{a="{written}"}} 7\n')[0].labels == (("a", meant),)
    assert read(f'x_bucket{{a="{written}",le="5"}} 7\n')[0] == Sample("x_bucket", (("a", meant),), 5.0, 7.0)


def test_comments_and_empty_lines_are_skipped() -> None:
    assert len(read("# HELP x { \n# TYPE x counter\n\n \n # x{\nx 7\n# EOF\n")) == 1


def test_what_nobody_wants_is_not_looked_at() -> None:
    assert read('y{a="b} nonsense\nx 7\n') == [Sample("x", (), None, 7.0)]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('x{a="b"}', "is no value"),
        ("x", "is no value"),
        ('x{a="b"} 1 2 3', "is no value"),
        ('x{a="b" 7', "do not end"),
        ('x{a="b} 7', "is no label"),
        ("x{a=b} 7", "is no label"),
        ('x{a="b" c="d"} 7', "is no label"),
        ('x{,a="b"} 7', "is no label"),
        ('x{a="b",a="c"} 7', "stands twice"),
        ("x seven", "is no number"),
        ("x 1_000", "is no number"),
        ("x ٧", "is no number"),
        ("x 7 soon", "is no number"),
        ('x_bucket{a="b"} 7', "is no number"),
        ('x_bucket{a="b",le="many"} 7', "is no number"),
        ("<html>", "is no name"),
        ('{"status":"success"}', "is no name"),
        ("ünknown 7", "is no name"),
    ],
)
def test_a_line_that_is_none_is_refused_with_its_number(line: str, why: str) -> None:
    with pytest.raises(Unavailable, match=f"line 3 of the page cannot be read: .*{why}"):
        read(f"# EOF\nx 1\n{line}\nx 1\n")


def test_a_page_that_is_cut_off_is_refused() -> None:
    with pytest.raises(Unavailable, match="line 2 of the page is cut off"):
        read("x 7\nx 7")


def test_a_page_without_an_end_is_refused() -> None:
    with pytest.raises(Unavailable, match="more than 100,000 lines"):
        read("\n" * (exposition.LINES + 1))


def test_an_empty_page_has_no_samples() -> None:
    assert read("") == []
