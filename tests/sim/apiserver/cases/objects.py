"""Making, replacing and deleting objects."""

from tests.sim.apiserver.cases.splits import a_split, backends, splits
from tests.sim.apiserver.talk import Object, Talk


def an_object_is_made_read_and_deleted(talk: Talk) -> None:
    at = splits(talk)
    talk.post(at, a_split(labels={"a": "b"}, annotations={"c": "d"}))
    talk.get(f"{at}/web")
    talk.delete(f"{at}/web")
    talk.get(f"{at}/web")


def a_name_is_taken_once(talk: Talk) -> None:
    talk.post(splits(talk), a_split())
    talk.post(splits(talk), a_split())


def what_is_not_there_is_not_found(talk: Talk) -> None:
    at = f"{splits(talk)}/nothing"
    talk.get(at)
    talk.delete(at)
    talk.patch(at, {})
    talk.put(at, a_split("nothing", resourceVersion="1"))


def names_are_checked(talk: Talk) -> None:
    for name in ("", "Bad_Name", "-a", "a..b", "a.b", "a" * 254):
        talk.post(splits(talk), a_split(name))


def a_name_is_generated(talk: Talk) -> None:
    talk.post(splits(talk), {**a_split(), "metadata": {"generateName": "web-"}})


def an_object_belongs_to_its_path(talk: Talk) -> None:
    at = splits(talk)
    made = talk.post(at, a_split())
    talk.post(at, a_split("other", namespace="elsewhere"))
    talk.put(f"{at}/web", {**made, "metadata": {**made["metadata"], "name": "other"}})
    talk.patch(f"{at}/web", {"metadata": {"name": "other"}})
    talk.patch(f"{at}/web", {"metadata": {"namespace": "elsewhere"}})


def a_namespace_must_exist(talk: Talk) -> None:
    talk.post("/apis/split.smi-spec.io/v1alpha1/namespaces/nowhere/trafficsplits", a_split())


def kind_and_version_must_be_those_of_the_path(talk: Talk) -> None:
    at = splits(talk)
    talk.post(at, {**a_split(), "kind": "Other"})
    talk.post(at, {**a_split(), "apiVersion": "split.smi-spec.io/v1alpha2"})
    talk.post(at, {"kind": "TrafficSplit"})
    talk.post(at, a_split())
    talk.patch(f"{at}/web", {"kind": "Other"})


def what_is_the_server_s_own_is_not_taken_from_others(talk: Talk) -> None:
    at = splits(talk)
    theirs: Object = {"creationTimestamp": "2020-01-01T00:00:00Z", "generation": 7}
    made = a_split(uid="4e55ed92-8269-48ca-bb6a-bbc5bdfe28eb")
    made["metadata"] |= theirs
    talk.post(at, made)
    talk.patch(f"{at}/web", {"metadata": theirs})
    talk.post(at, a_split("versioned", resourceVersion="7"))


def an_object_is_replaced(talk: Talk) -> None:
    at = splits(talk)
    made = talk.post(at, a_split(labels={"a": "b"}))
    made["spec"]["backends"] = backends(0, 1)
    del made["metadata"]["labels"]
    talk.put(f"{at}/web", made, fieldManager="other")


def the_generation_counts_changes_of_the_spec(talk: Talk) -> None:
    at = f"{splits(talk)}/web"
    talk.post(splits(talk), a_split())
    talk.patch(at, {"metadata": {"labels": {"a": "b"}, "annotations": {"c": "d"}}})
    talk.patch(at, {"spec": {"backends": backends(1, 1)}})
    talk.patch(at, {"spec": {"backends": backends(1, 1)}})


def who_wrote_what_is_recorded(talk: Talk) -> None:
    at = f"{splits(talk)}/web"
    talk.post(splits(talk), a_split(finalizers=["x.io/a"], annotations={"a": "b"}))
    talk.patch(at, {"spec": {"backends": backends(1, 1)}}, fieldManager="canary")
    talk.patch(at, {"metadata": {"annotations": {"a": "c", "d": "e"}}}, fieldManager="canary")
    talk.patch(at, {"spec": {"backends": backends(2, 1)}}, fieldManager="other")
    talk.patch(at, {"metadata": {"annotations": None, "finalizers": None}}, fieldManager="other")


def a_finalizer_keeps_an_object_until_it_is_gone(talk: Talk) -> None:
    at = f"{splits(talk)}/web"
    talk.post(splits(talk), a_split(finalizers=["x.io/a"]))
    talk.delete(at)
    talk.delete(at)
    talk.patch(at, {"spec": {"service": "other"}})
    talk.patch(at, {"metadata": {"finalizers": None}})
    talk.get(at)


def a_collection_is_deleted(talk: Talk) -> None:
    at = splits(talk)
    for name in ("a", "b", "c"):
        talk.post(at, a_split(name, labels={"of": "two" if name < "c" else "one"}))
    talk.delete(at, labelSelector="of=two")
    talk.get(at)


def a_dry_run_stores_nothing(talk: Talk) -> None:
    at = splits(talk)
    talk.post(at, a_split(), dryRun="All")
    talk.get(f"{at}/web")
    talk.post(at, a_split())
    talk.patch(f"{at}/web", {"spec": {"backends": backends(1, 1)}}, dryRun="All")
    talk.delete(f"{at}/web", dryRun="All")
    talk.delete(f"{at}/web", {"dryRun": ["All"]})
    talk.get(f"{at}/web")
    talk.post(at, a_split(), dryRun="Some")


CASES = (
    an_object_is_made_read_and_deleted,
    a_name_is_taken_once,
    what_is_not_there_is_not_found,
    names_are_checked,
    a_name_is_generated,
    an_object_belongs_to_its_path,
    a_namespace_must_exist,
    kind_and_version_must_be_those_of_the_path,
    what_is_the_server_s_own_is_not_taken_from_others,
    an_object_is_replaced,
    the_generation_counts_changes_of_the_spec,
    who_wrote_what_is_recorded,
    a_finalizer_keeps_an_object_until_it_is_gone,
    a_collection_is_deleted,
    a_dry_run_stores_nothing,
)
