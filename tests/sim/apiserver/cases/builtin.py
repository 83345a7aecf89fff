"""Built-in kinds: Services, workloads, EndpointSlices, Leases, Events, Namespaces, reviews."""

from tests.sim.apiserver.talk import STRATEGIC, Object, Talk


def core(talk: Talk, plural: str) -> str:
    return f"/api/v1/namespaces/{talk.namespace}/{plural}"


def named(talk: Talk, group: str, plural: str) -> str:
    return f"/apis/{group}/v1/namespaces/{talk.namespace}/{plural}"


def a_deployment(name: str, *containers: str) -> Object:
    listed = [{"name": one, "image": f"{one}:1"} for one in containers]
    template = {"metadata": {"labels": {"app": name}}, "spec": {"containers": listed}}
    spec = {"replicas": 0, "selector": {"matchLabels": {"app": name}}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec}


def a_service_gets_an_address(talk: Talk) -> None:
    at = core(talk, "services")
    talk.post(at, {"metadata": {"name": "web"}, "spec": {"ports": [{"port": 80}]}})
    talk.patch(f"{at}/web", {"spec": {"selector": {"app": "web"}}})
    talk.get(at, labelSelector="a=b")
    talk.delete(f"{at}/web")


def ports_of_a_service_are_merged_by_number(talk: Talk) -> None:
    at = core(talk, "services")
    ports = [{"port": 80, "name": "a"}, {"port": 81, "name": "b"}]
    talk.post(at, {"metadata": {"name": "web"}, "spec": {"ports": ports}})
    talk.patch(f"{at}/web", {"spec": {"ports": [{"port": 81, "name": "c"}]}}, STRATEGIC)
    talk.patch(f"{at}/web", {"spec": {"ports": [{"port": 80, "$patch": "delete"}]}}, STRATEGIC)
    talk.patch(f"{at}/web", {"spec": {"ports": [{"port": 82}]}})


def containers_are_merged_by_name(talk: Talk) -> None:
    at = f"{named(talk, 'apps', 'deployments')}/web"
    talk.post(named(talk, "apps", "deployments"), a_deployment("web", "a", "b"))
    for containers in (
        {"containers": [{"name": "b", "image": "b:2"}]},
        {"containers": [{"name": "c", "image": "c:1"}]},
        {"containers": [{"name": "a", "$patch": "delete"}]},
        {
            "$setElementOrder/containers": [{"name": "c"}, {"name": "b"}],
            "containers": [{"name": "c", "image": "c:2"}],
        },
        {"containers": [{"$patch": "replace"}, {"name": "d", "image": "d:1"}]},
    ):
        seen = talk.patch(at, {"spec": {"template": {"spec": containers}}}, STRATEGIC)
        talk.instead([one["image"] for one in seen["spec"]["template"]["spec"]["containers"]])


def an_endpoint_slice_counts_generations(talk: Talk) -> None:
    at = named(talk, "discovery.k8s.io", "endpointslices")
    slice_ = {"metadata": {"name": "web"}, "addressType": "IPv4", "ports": [{"port": 80}]}
    talk.post(at, {**slice_, "endpoints": [{"addresses": ["10.1.1.1"]}]})
    talk.patch(f"{at}/web", {"endpoints": []})
    talk.patch(f"{at}/web", {"metadata": {"annotations": {"a": "b"}}})
    talk.delete(f"{at}/web")


def a_lease_is_held_and_taken(talk: Talk) -> None:
    at = named(talk, "coordination.k8s.io", "leases")
    made = talk.post(
        at, {"metadata": {"name": "canary"}, "spec": {"holderIdentity": "a", "leaseDurationSeconds": 15}}
    )
    made["spec"]["holderIdentity"] = "b"
    talk.put(f"{at}/canary", made)
    talk.put(f"{at}/canary", made)
    del made["metadata"]["resourceVersion"]
    talk.put(f"{at}/canary", made)


def an_event_is_found_by_what_it_is_about(talk: Talk) -> None:
    at = core(talk, "events")
    about = {"kind": "TrafficSplit", "name": "web", "namespace": talk.namespace}
    event = {"involvedObject": about, "reason": "Advanced", "message": "to 10 %", "type": "Normal"}
    talk.post(at, {"metadata": {"name": "one"}, **event})
    talk.post(at, {"metadata": {"name": "two"}, **event, "reason": "Held"})
    talk.get(at, fieldSelector="involvedObject.name=web,reason=Held")
    talk.get(at, fieldSelector="involvedObject.name=other")


def a_namespace_has_a_label_of_its_name(talk: Talk) -> None:
    talk.get(f"/api/v1/namespaces/{talk.namespace}")
    talk.get("/api/v1/namespaces/nowhere")
    talk.post("/api/v1/namespaces", {"metadata": {"name": talk.namespace}})


def everybody_learns_who_he_is(talk: Talk) -> None:
    review = {"spec": {"resourceAttributes": {"verb": "get", "name": "web"}}}
    talk.post("/apis/authentication.k8s.io/v1/selfsubjectreviews", {})
    talk.post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review)


def tables_have_the_columns_people_know(talk: Talk) -> None:
    deployment = a_deployment("web", "a")
    workload = {**deployment["spec"], "serviceName": "web"}
    about = {"kind": "TrafficSplit", "name": "web", "namespace": talk.namespace}
    address = {
        "addressType": "IPv4",
        "ports": [{"port": 80}],
        "endpoints": [{"addresses": ["10.1.1.1", "10.1.1.2"]}],
    }
    kinds: tuple[tuple[str, Object], ...] = (
        (
            core(talk, "services"),
            {"spec": {"ports": [{"port": 80}], "clusterIP": "None", "selector": {"no": "pod"}}},
        ),
        (
            core(talk, "events"),
            {"involvedObject": about, "reason": "Advanced", "message": "to 10 %", "type": "Normal"},
        ),
        (named(talk, "apps", "deployments"), deployment),
        (named(talk, "apps", "statefulsets"), {"spec": workload}),
        (named(talk, "discovery.k8s.io", "endpointslices"), {**address, "metadata": {"name": "alone"}}),
        (named(talk, "coordination.k8s.io", "leases"), {"spec": {"holderIdentity": "somebody"}}),
    )
    for at, made in kinds:
        sent: Object = {"metadata": {"name": "web"}, **made}
        talk.post(at, sent)
        talk.instead("made")
        show(talk, f"{at}/{sent['metadata']['name']}")
    show(talk, f"/api/v1/namespaces/{talk.namespace}")


def show(talk: Talk, path: str) -> None:
    """The columns that are always shown, but for ages."""
    table = talk.get(path, "application/json;as=Table;v=v1;g=meta.k8s.io")
    columns = [column["name"] for column in table["columnDefinitions"] if not column["priority"]]
    cells = dict(
        zip((one["name"] for one in table["columnDefinitions"]), table["rows"][0]["cells"], strict=True)
    )
    talk.instead([(name, cells[name]) for name in columns if name not in {"Age", "Last Seen"}])


def what_is_served_is_told(talk: Talk) -> None:
    aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
    for path in ("/apis/split.smi-spec.io", "/apis/split.smi-spec.io/v1alpha1", "/apis/linkerd.io/v1alpha2"):
        talk.get(path)
    for path, group in (("/api", ""), ("/apis", "split.smi-spec.io")):
        found = talk.get(path, aggregated)
        listed = next(one for one in found["items"] if one["metadata"].get("name", "") == group)
        shown = {one["resource"]: one for one in listed["versions"][0]["resources"]}
        talk.instead(
            shown["trafficsplits"] if group else {**shown["services"], "subresources": "more than ours"}
        )


CASES = (
    a_service_gets_an_address,
    ports_of_a_service_are_merged_by_number,
    containers_are_merged_by_name,
    an_endpoint_slice_counts_generations,
    a_lease_is_held_and_taken,
    an_event_is_found_by_what_it_is_about,
    a_namespace_has_a_label_of_its_name,
    everybody_learns_who_he_is,
    tables_have_the_columns_people_know,
    what_is_served_is_told,
)
