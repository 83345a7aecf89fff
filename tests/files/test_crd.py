"""deploy/base/crd.yaml says what the models of records say."""

from canary.cluster import crd
from tests.files.project import ROOT


def test_the_definition_of_records_is_the_one_made_from_their_models() -> None:
    stored = (ROOT / "deploy" / "base" / "crd.yaml").read_text()
    assert stored == crd.HEADER + crd.rendered(), "run: python -m canary.cluster.crd > deploy/base/crd.yaml"
