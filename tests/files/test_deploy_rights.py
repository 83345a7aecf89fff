"""The rights that deploy/ gives, counted, and what docs/ says about them."""

import re

from canary.cluster.surveying import OF_DAEMON
from canary.terms import Word
from tests.deploy.manifests import VARIANTS, read, rights, the
from tests.files.project import ROOT

SECURITY = (ROOT / "docs" / "security.md").read_text()
READS = {"get", "list", "watch"}


def test_the_daemon_has_few_rights_and_none_on_secrets_pods_or_workloads() -> None:
    writing = [right for right in rights() if right.verb not in READS]
    assert len(set(rights())) == len(rights()) == 25
    assert len(writing) == 6
    assert {right.resource for right in writing} == {
        "trafficsplits",
        "canaryrollouts",
        "canaryrollouts/status",
        "events",
    }
    assert not {right.resource.partition("/")[0] for right in rights()} & {
        "secrets",
        "pods",
        "configmaps",
        "*",
    }
    assert "*" not in {part for right in rights() for part in right}


def test_a_check_of_the_cluster_asks_for_the_rights_that_are_given() -> None:
    asked = {(kind.group, kind.plural, verb) for kind, verb in OF_DAEMON}
    assert asked == {tuple(right) for right in rights() if "/" not in right.resource}


def test_the_roles_of_people_are_nobody_s_until_they_are_bound() -> None:
    roles = read("guards/roles.yaml")
    assert [role["metadata"] for role in roles] == [
        {"name": f"canary-{name}"} for name in ("viewer", "operator", "releaser")
    ]
    assert all(set(role) == {"apiVersion", "kind", "metadata", "rules"} for role in roles)


def test_each_role_of_people_adds_to_the_one_before() -> None:
    verbs = [
        next(rule["verbs"] for rule in role["rules"] if rule["resources"] == ["trafficsplits"])
        for role in read("guards/roles.yaml")
    ]
    assert verbs == [
        ["get", "list", "watch"],
        ["get", "list", "watch", "patch"],
        ["get", "list", "watch", "patch", "start", "promote"],
    ]
    rest = [
        [rule for rule in role["rules"] if rule["resources"] != ["trafficsplits"]]
        for role in read("guards/roles.yaml")
    ]
    assert rest[0] == rest[1] == rest[2]
    assert all(set(rule["verbs"]) == READS for rule in rest[0])


def documented(page: str, heading: str) -> list[str]:
    """First cells of the first table below a heading, without their marks."""
    below = (ROOT / "docs" / page).read_text().partition(heading)[2]
    table = re.search(r"(^\|.*\n)+", below, re.MULTILINE)
    assert table
    return [line.split("|")[1].strip().replace("`", "") for line in table[0].splitlines()[2:]]


def test_every_variant_is_described() -> None:
    assert sorted(documented("operating.md", "## Variants")) == sorted(VARIANTS)


def test_the_rights_beside_those_of_others_are_the_ones_there_are() -> None:
    (row,) = re.findall(r"^\| `canary` \| (\d+) \| (\d+) \| none \|$", SECURITY, re.MULTILINE)
    assert [int(count) for count in row] == [
        len(rights()),
        len([one for one in rights() if one.verb not in READS]),
    ]


def test_the_page_on_security_names_the_words_that_are_guarded() -> None:
    validations = the("ValidatingAdmissionPolicy", read("guards/policies.yaml"))["spec"]["validations"]
    asked = [one["expression"].partition("word in [")[2].partition("]")[0] for one in validations[:2]]
    rows = [set(cell.split(", ")) for cell in documented("security.md", "### Guards")]
    assert [set(re.findall("[a-z]+", words)) for words in asked] == rows[:2]
    assert {word for row in rows for word in row} - {"weights"} == set(Word)
