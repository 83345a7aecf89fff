"""Lists: selectors, pages, versions, and the forms objects are shown in."""

from tests.sim.apiserver.cases.splits import a_split, splits
from tests.sim.apiserver.talk import Talk

TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
METADATA = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
ONE_METADATA = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"


def three(talk: Talk) -> str:
    for number, name in enumerate(("a", "b", "c")):
        talk.post(splits(talk), a_split(name, labels={"app": name, "tier": str(number % 2)}))
    return splits(talk)


def labels_select(talk: Talk) -> None:
    at = three(talk)
    for chosen in (
        "app=a",
        "app==a",
        "app!=a",
        "app in (a,b),tier=0",
        "app notin (a, b)",
        "app,!gone",
        "!app",
    ):
        talk.get(at, labelSelector=chosen)


def names_and_namespaces_select(talk: Talk) -> None:
    at = three(talk)
    for chosen in ("metadata.name=a", "metadata.name!=a", f"metadata.namespace={talk.namespace}"):
        talk.get(at, fieldSelector=chosen)
    talk.get(at, fieldSelector="spec.service=web")


def a_list_comes_in_pages_of_one_moment(talk: Talk) -> None:
    at = three(talk)
    first = talk.get(at, limit=2)
    talk.delete(f"{at}/c")
    talk.post(at, a_split("d"))
    talk.get(at, limit=2, **{"continue": first["metadata"]["continue"]})
    talk.get(at, limit=9)


def a_list_may_be_of_an_earlier_moment(talk: Talk) -> None:
    at = three(talk)
    version = talk.get(at)["metadata"]["resourceVersion"]
    talk.delete(f"{at}/b")
    talk.get(at, resourceVersion=version, resourceVersionMatch="Exact")
    talk.get(at, resourceVersion=version, resourceVersionMatch="NotOlderThan")
    talk.get(at, resourceVersion="0")
    talk.get(at, resourceVersionMatch="Exact")


def a_version_from_the_future_is_refused(talk: Talk) -> None:
    talk.get(splits(talk), resourceVersion="99999999")


def a_kind_is_shown_in_each_of_its_versions(talk: Talk) -> None:
    three(talk)
    talk.get(splits(talk, "v1alpha2"))
    talk.patch(f"{splits(talk, 'v1alpha2')}/a", {"spec": {"service": "other"}})
    talk.get(f"{splits(talk)}/a")


def metadata_alone_is_enough_for_some(talk: Talk) -> None:
    at = three(talk)
    talk.get(at, METADATA)
    talk.get(f"{at}/a", ONE_METADATA)


def a_table_has_the_columns_of_the_definition(talk: Talk) -> None:
    at = three(talk)
    for holds in ("None", "Metadata", "Object"):
        talk.get(at, TABLE, includeObject=holds)
    talk.get(f"{at}/a", TABLE)


def what_is_not_served_is_not_found(talk: Talk) -> None:
    for path in (
        "/apis/nothing.example.com/v1/things",
        "/apis/split.smi-spec.io/v1alpha1/others",
        "/apis/split.smi-spec.io/v9/trafficsplits",
        "/nothing",
        f"{splits(talk)}/a/b/c",
    ):
        talk.get(path)


def a_subresource_that_is_not_there_is_not_found(talk: Talk) -> None:
    at = three(talk)
    talk.patch(f"{at}/a/status", {"status": {}})


def options_that_are_none_are_refused(talk: Talk) -> None:
    at = splits(talk)
    talk.get(at, labelSelector="a in")
    talk.get(at, limit="x")
    talk.get(at, **{"continue": "abc"})
    talk.post(at, b"{")


CASES = (
    labels_select,
    names_and_namespaces_select,
    a_list_comes_in_pages_of_one_moment,
    a_list_may_be_of_an_earlier_moment,
    a_version_from_the_future_is_refused,
    a_kind_is_shown_in_each_of_its_versions,
    metadata_alone_is_enough_for_some,
    a_table_has_the_columns_of_the_definition,
    what_is_not_served_is_not_found,
    a_subresource_that_is_not_there_is_not_found,
)
WORDED_OTHERWISE = (options_that_are_none_are_refused,)
