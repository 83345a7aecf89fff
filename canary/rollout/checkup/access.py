"""Who may do what."""

from itertools import groupby

from canary.rollout.checkup.facts import Right, Rights
from canary.rollout.checkup.row import Finding, Row, fail, listed, ok
from canary.rollout.checkup.survey import Survey

SERVICE_ACCOUNT = "system:serviceaccount:"


def caller_rights(survey: Survey) -> Finding:
    return _judged(survey.caller(), "you", "canary-release")


def daemon_rights(survey: Survey) -> Finding:
    return _judged(survey.daemon(), "the daemon", "canary")


def _judged(rights: Rights, who: str, role: str) -> Finding:
    if not rights.lacks:
        return ok(f"{who} ({rights.user}) may do all that is needed")
    lacks = listed(f"{right.verb} {right.resource}" for right in rights.lacks)
    return fail(f"{who} ({rights.user}) may not {lacks}", "\n".join(_granted(rights, role)))


def _granted(rights: Rights, role: str) -> list[str]:
    """kubectl makes a role of one resource at a time."""
    commands = []
    for resource, lacks in groupby(sorted(rights.lacks, key=_resource), _resource):
        name = f"{role}-{resource.partition('.')[0]}"
        verbs = ",".join(sorted({right.verb for right in lacks}))
        commands += [
            f"kubectl create clusterrole {name} --verb={verbs} --resource={resource}",
            f"kubectl create clusterrolebinding {name} --clusterrole={name} {_subject(rights.user)}",
        ]
    return commands


def _resource(right: Right) -> str:
    return right.resource


def _subject(user: str) -> str:
    if user.startswith(SERVICE_ACCOUNT):
        return f"--serviceaccount={user.removeprefix(SERVICE_ACCOUNT)}"
    return f"--user={user}"


ROWS = (Row("caller-rights", caller_rights), Row("daemon-rights", daemon_rights, fatal=True))
