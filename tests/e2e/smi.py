"""smi-adaptor over a real API server: TrafficSplits in, overrides of ServiceProfiles out."""

from canary.errors import Invalid
from canary.sim import adaptor
from tests.beds.api import Api, Object, Refused
from tests.beds.mirror import Mirror

SPLITS = "/apis/split.smi-spec.io/v1alpha1/trafficsplits"
PROFILES = "/apis/linkerd.io/v1alpha2/namespaces/{namespace}/serviceprofiles"

TRIES = 5
"""Against others who write the same profile."""


class SmiAdaptor:
    """Runs between `start` and `stop`, as often as wanted; what is deleted meanwhile it never learns, like the real one."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._splits: Mirror | None = None

    def start(self) -> None:
        self._splits = Mirror(self._api, SPLITS, self._changed)
        self._splits.start()

    def stop(self) -> None:
        if self._splits:
            self._splits.stop()

    def _changed(self, kind: str, split: Object) -> None:
        """One unreadable weight anywhere, and its informer cannot decode the list: nobody is served."""
        if self._all_readable():
            any(self._wrote(kind, split) for _ in range(TRIES))

    def _wrote(self, kind: str, split: Object) -> bool:
        """False where somebody wrote the profile at the same time."""
        try:
            self._write(kind, split)
        except Refused as error:
            if error.status not in {403, 404, 409}:  # 403, 404: the namespace is going away
                raise
            return error.status != 409
        return True

    def _write(self, kind: str, split: Object) -> None:
        place = PROFILES.format(namespace=split["metadata"]["namespace"])
        name = adaptor.profile_name(split)
        found = self._find(f"{place}/{name}")
        wanted = adaptor.release(found) if kind == "DELETED" else adaptor.reconcile(split, found)
        if wanted is None:
            return
        if found is None:
            self._api.post(place, wanted)
        else:
            self._api.put(f"{place}/{name}", wanted, manager="smi-adaptor")

    def _find(self, path: str) -> Object | None:
        try:
            return self._api.get(path)
        except Refused as error:
            if error.status == 404:
                return None
            raise

    def _all_readable(self) -> bool:
        try:
            for split in self._splits.items() if self._splits else ():
                adaptor.decode(split)
        except Invalid:
            return False
        return True
