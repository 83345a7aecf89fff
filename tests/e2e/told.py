"""The record tells each change at last: what our daemons stored on the routes, beside what the records say."""

from collections.abc import Iterable, Sequence

from canary.cluster import records
from canary.rollout.record import Record
from canary.terms import DAEMON_MANAGER
from tests.beds.api import Api
from tests.e2e.history import Version, stamp_of


def stored(api: Api, namespace: str) -> list[Record]:
    """All records of a namespace."""
    path = f"/apis/canary.delivery/v1alpha1/namespaces/{namespace}/canaryrollouts"
    return [records.read(raw) for raw in api.get(path)["items"]]


def untold(versions: Sequence[Version], known: Iterable[Record]) -> list[str]:
    """A sentence for each change that no record tells, and for each record that does not end as its attempt did."""
    told = {entry.write for record in known if record.status for entry in record.status.decisions}
    ours = [version for version in versions if version.manager == DAEMON_MANAGER and stamp_of(version)]
    missing = [
        f"{one.name}@{one.number} is not told" for one in ours if (stamp_of(one) or {})["write"] not in told
    ]
    last = {(one.uid, _attempt(one)): stamp_of(one) or {} for one in ours}
    behind = [
        f"{record.name} is {record.status and record.status.phase}, not {stamp['phase']}"
        for record in known
        if (stamp := last.get((record.spec.route.uid, (record.spec.id, record.spec.attempt))))
        and (record.status is None or record.status.phase != stamp["phase"])
    ]
    return missing + behind


def _attempt(version: Version) -> tuple[str, int]:
    stamp = stamp_of(version) or {}
    return str(stamp.get("id")), int(stamp.get("attempt", 1))
