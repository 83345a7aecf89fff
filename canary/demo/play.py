"""One scene from its beginning to its end."""

from canary.demo.bursts import bursts
from canary.demo.ledger import Ledger
from canary.demo.lockstep import LockStep
from canary.demo.narrator import Told
from canary.demo.scene import Request, Scene
from canary.rollout.ending import needs_person
from canary.terms import Word

BEFORE = 120
"""Virtual seconds of traffic before the rollout is asked for: what its start learns from."""

AFTER = 5
"""Virtual seconds from the end until the curtain falls: requests under way end, and the mesh is seen to follow."""


class Play:
    """
    Attributes:
        at: virtual seconds since the rollout was asked for.
        longest: virtual seconds it may take.
        ledger: what clients got from the canary since.
        told: all decisions so far, on that clock.
        ended: when it did; None = not yet.
        began: when that was, on the clock.
    """

    def __init__(self, show: LockStep, scene: Scene, seed: int, longest: float | None = None) -> None:
        """
        Args:
            longest: virtual seconds; None = as long as the scene says.
        """
        self.scene, self.show = scene, show
        self.seed = seed
        self.longest = scene.longest if longest is None else longest
        script = [*scene.script, *bursts(scene, seed)]
        self._script = sorted(script, key=lambda entry: entry[0])
        self.told: list[Told] = []
        self.ended: float | None = None
        self._warm_up()
        self.ledger = Ledger(show.stage.mesh)

    def _warm_up(self) -> None:
        for _ in range(BEFORE):
            self.show.advance(1)
        self.show.narrator.news()
        self.began = self.show.clock.seconds
        self.show.stage.act(Request(Word.ROLLOUT))
        self.show.settle()
        self._listen()

    @property
    def at(self) -> float:
        return self.show.clock.seconds - self.began

    @property
    def over(self) -> bool:
        return self.ended is not None and self.at >= self.ended + AFTER

    def second(self) -> None:
        """The next one."""
        self.piece(1.0)

    def piece(self, seconds: float) -> None:
        """A second, or a part of one."""
        before = int(self.at)
        self.show.advance(seconds)
        while self._script and self._script[0][0] <= self.at:
            self.show.stage.act(self._script.pop(0)[1])
            self.show.settle()
        if int(self.at) != before and not self.over:
            self.ledger.enter()
        self._listen()
        if not self._is_over():
            self.ended = None
        elif self.ended is None:
            self.ended = self.at

    def _listen(self) -> None:
        self.told += [told._replace(at=told.at - self.began) for told in self.show.narrator.news()]

    def _is_over(self) -> bool:
        stamp = self.show.stamp
        held = stamp is not None and needs_person(stamp) and not self.scene.script_after(self.at)
        return stamp is None or not stamp.running or held or self.at >= self.longest
