"""What people may want to write on a route, and who may, where the guards are on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from canary.cluster.objects import Raw
from canary.terms import Word
from tests.cluster.splits import a_split, backends

MANAGED = {Word.POLICY: "standard", Word.ROLLOUT: "v1", Word.STATE: "{}"}
STALE = {**MANAGED, Word.REQUESTED_BY: "promote=v0 somebody"}

EVERYBODY = frozenset({"operator", "releaser", "daemon"})
"""All who may patch a route; a viewer may not."""
RELEASERS, DAEMON = frozenset({"releaser", "daemon"}), frozenset({"daemon"})

Annotations = Mapping[Word, str | None]


@dataclass(frozen=True, slots=True)
class Edit:
    """
    One write.

    Attributes:
        words: annotations written; `{user}` stands for the writer, None removes one.
        on: annotations that the route has.
        weights: written; None: they are left alone.
        may: who may write it.
    """

    may: frozenset[str]
    words: Annotations = field(default_factory=dict)
    weights: tuple[int, int] | None = None
    on: Annotations = field(default_factory=lambda: STALE)
    found: tuple[object, object] = (500, 500)

    def route(self, name: str, namespace: str) -> Raw:
        """As it is before."""
        split = a_split(name, namespace, annotations=_annotations(self.on, ""))
        for backend, weight in zip(split["spec"]["backends"], self.found, strict=True):
            backend["weight"] = weight
        return split

    def body(self, user: str) -> Raw:
        """The merge patch."""
        body: Raw = {"metadata": {"annotations": _annotations(self.words, user)}}
        return body if self.weights is None else {**body, "spec": {"backends": backends(*self.weights)}}


def _annotations(words: Annotations, user: str) -> dict[str, str | None]:
    return {word.key: value and value.replace("{user}", user) for word, value in words.items()}


def by(word: Word, user: str = "{user}") -> dict[Word, str | None]:
    """A request, signed as the command line signs it."""
    return {word: "v1", Word.REQUESTED_BY: f"{word}=v1 {user}"}


UNMANAGED: Annotations = {}

EDITS: Mapping[str, Edit] = {
    "policy": Edit(RELEASERS, {Word.POLICY: "fast"}),
    "rollout": Edit(RELEASERS, {Word.ROLLOUT: "v2"}),
    "canary": Edit(RELEASERS, {Word.CANARY: "backend-api-v1"}),
    "rule": Edit(EVERYBODY, {Word.RULE: "0"}),
    "pause": Edit(EVERYBODY, by(Word.PAUSE)),
    "resume": Edit(EVERYBODY, by(Word.RESUME)),
    "abort": Edit(EVERYBODY, by(Word.ABORT), weights=(1000, 0)),
    "promote": Edit(RELEASERS, by(Word.PROMOTE)),
    "approve": Edit(RELEASERS, {Word.APPROVE: "v1:2"}),
    "retry": Edit(RELEASERS, by(Word.RETRY)),
    "undo": Edit(RELEASERS, by(Word.UNDO)),
    "reason": Edit(EVERYBODY, {Word.REASON: "lunch"}),
    "requested-by": Edit(EVERYBODY, {Word.REQUESTED_BY: "resume=v1 {user}"}),
    "state": Edit(DAEMON, {Word.STATE: '{"v":1}'}),
    "state removed": Edit(DAEMON, {Word.STATE: None}),
    "policy removed": Edit(RELEASERS, {Word.POLICY: None}),
    "rollout removed": Edit(RELEASERS, {Word.ROLLOUT: None}),
    "requested-by removed": Edit(EVERYBODY, {Word.REQUESTED_BY: None}),
    "weights up": Edit(EVERYBODY, weights=(100, 900)),
    "weights down": Edit(EVERYBODY, weights=(900, 100)),
    "policy removed with weights": Edit(RELEASERS, {Word.POLICY: None}, weights=(0, 1000)),
    "state removed with weights": Edit(DAEMON, {Word.STATE: None}, weights=(0, 1000)),
    "a malformed weight repaired": Edit(EVERYBODY, weights=(900, 100), found=(900, "abc")),
    "pause beside a stale name": Edit(EVERYBODY, {Word.PAUSE: "v1"}),
    "state and weights beside a stale name": Edit(DAEMON, {Word.STATE: '{"v":1}'}, weights=(250, 750)),
    "resume in another name": Edit(DAEMON, by(Word.RESUME, "somebody-else")),
    "promote in another name": Edit(DAEMON, by(Word.PROMOTE, "somebody-else")),
    "abort in another name": Edit(EVERYBODY, by(Word.ABORT, "somebody-else"), weights=(1000, 0)),
    "pause in another name": Edit(EVERYBODY, by(Word.PAUSE, "somebody-else")),
    "a name for another word beside an abort": Edit(
        DAEMON, {Word.ABORT: "v1", Word.REQUESTED_BY: "resume=v1 somebody-else"}
    ),
    "abort and promote at once": Edit(RELEASERS, {**by(Word.ABORT), Word.PROMOTE: "v1"}),
    "rollout, unmanaged": Edit(EVERYBODY, {Word.ROLLOUT: "v2"}, on=UNMANAGED),
    "promote, unmanaged": Edit(EVERYBODY, {Word.PROMOTE: "v2"}, on=UNMANAGED),
    "taken under management": Edit(RELEASERS, {Word.POLICY: "fast"}, on=UNMANAGED),
    "rollout where only a stamp is left": Edit(RELEASERS, {Word.ROLLOUT: "v2"}, on={Word.STATE: "{}"}),
}  # fmt: skip
