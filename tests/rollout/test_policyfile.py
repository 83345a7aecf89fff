"""A policy as people write it: every mistake is told with its place in the file."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary.errors import Invalid
from canary.rollout.policyfile import SIZE_LIMIT, read
from tests.files.project import ROOT

GOOD = """\
apiVersion: canary.delivery/v1alpha1
kind: RolloutPolicy
metadata:
  name: standard
spec:
  steps:
    - {share: 5%, bake: {min: 30s, max: 10m}}
    - {share: 50%}
  gates:
    - {kind: errors, ratio: 1.5, margin: 0.2%}
"""

MISTAKES: tuple[tuple[str, str, str, str], ...] = (
    ("bad share", GOOD.replace("50%", "150%"), "p.yaml:8:15", "spec.steps.1.share: 150.0000% is no share"),
    ("shares that fall", GOOD.replace("50%", "4%"), "p.yaml:7:5", "shares must rise"),
    ("bad duration", GOOD.replace("30s", "30"), "p.yaml:7:31", "30 is no duration: write 90s, 10m or 1h30m"),
    ("unknown word in spec", GOOD + "  speed: fast\n", "p.yaml:11:10", "spec.speed: is no word we know; known here: steps, finalBake"),
    ("unknown word in a step", GOOD.replace("share: 50%", "share: 50%, shar: 1"), "p.yaml:8:26", "spec.steps.1.shar: is no word we know; known here: share, bake, approval"),
    ("another spelling of a word", GOOD + "  min_requests: 9\n", "p.yaml:11:17", "spec.min_requests: is no word we know"),
    ("unknown gate", GOOD.replace("errors", "speed"), "p.yaml:10:7", "'errors', 'objective'"),
    ("bad number in a gate", GOOD.replace("1.5", "0.5"), "p.yaml:10:29", "greater than or equal to 1"),
    ("no steps", GOOD.replace("  steps:", "  stepz:"), "p.yaml:6:3", "steps: is missing"),
    ("word twice", GOOD + "  gates: []\n", "p.yaml:11:3", "gates stands there twice"),
    ("word twice in a step", GOOD.replace("share: 50%", "share: 50%, share: 60%"), "p.yaml:8:20", "share stands there twice"),
    ("name in the wrong place", GOOD + "  name: other\n", "p.yaml:11:9", "spec.name: the name stands in metadata"),
    ("bad name", GOOD.replace("standard", "Standard"), "p.yaml:4:9", "metadata.name: String should match"),
    ("other kind", GOOD.replace("RolloutPolicy", "Rollout"), "p.yaml:2:7", "RolloutPolicy"),
    ("other version", GOOD.replace("v1alpha1", "v2"), "p.yaml:1:13", "v1alpha1"),
    ("list for spec", GOOD[: GOOD.index("spec:")] + "spec: []\n", "p.yaml:5:7", "spec: must be a map"),
    ("alias", GOOD + "  finalBake: &b {min: 1m}\n  bake: *b\n", "p.yaml:12:9", "aliases are not allowed"),
    ("merge", GOOD.replace("{share: 50%}", "{<<: {share: 50%}}"), "p.yaml:8:8", "keys are plain words"),
    ("list as key", GOOD + "  ? [a, b]\n  : 1\n", "p.yaml:11:5", "keys are plain words"),
    ("broken", GOOD + "  {", "p.yaml:", "this is no YAML"),
    ("tag", GOOD.replace("share: 50%", "share: !!python/object:os.x {}"), "p.yaml:8:15", "tags are not allowed"),
    ("two documents", GOOD + "---\n" + GOOD, "p.yaml:11:1", "this is no YAML"),
    ("nothing", "", "p.yaml", "the file is empty"),
    ("a comment", "# nothing\n", "p.yaml", "the file is empty"),
    ("a word", "policy\n", "p.yaml:1:1", "policy: "),
    ("a number as key", GOOD + "1: 2\n", "p.yaml:11:4", "1: is no word we know; known here: apiVersion, kind, metadata, spec"),
    ("control characters", GOOD + "\x00", "p.yaml", "this is no YAML"),
    ("deep", GOOD + "  x: " + "[" * 60_000, "p.yaml", "this is no YAML"),
    ("long", GOOD + "#" * SIZE_LIMIT, "p.yaml", "65536 bytes at most"),
)  # fmt: skip


def test_a_good_policy_is_read() -> None:
    policy = read(GOOD, "p.yaml")
    assert (policy.name, [step.share for step in policy.steps]) == ("standard", [0.05, 0.5])


@pytest.mark.parametrize(("text", "at", "sentence"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES])
def test_every_mistake_is_told_with_its_place(text: str, at: str, sentence: str) -> None:
    with pytest.raises(Invalid) as told:
        read(text, "p.yaml")
    assert told.value.at.startswith(at), (told.value.at, str(told.value))
    assert sentence in str(told.value)


def test_the_policies_that_come_with_the_program_are_good() -> None:
    for path in sorted((ROOT / "policies").glob("*.yaml")):
        assert read(path.read_text(), path.name).name == path.stem


@given(st.text(max_size=200), st.integers(0, len(GOOD)))
def test_whatever_stands_in_a_file_is_a_policy_or_invalid(text: str, at: int) -> None:
    with suppress(Invalid):
        read(GOOD[:at] + text + GOOD[at:], "p.yaml")
