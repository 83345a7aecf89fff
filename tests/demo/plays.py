"""Scenes played to their end, as fast as it goes."""

from collections.abc import Iterator
from contextlib import contextmanager

from canary.demo.lockstep import opened
from canary.demo.place import Setting
from canary.demo.play import Play
from canary.demo.scene import Scene
from canary.demo.scenes import SCENES, policies
from canary.rollout import policyfile
from tests.files.project import ROOT

BY_NAME = {scene.name: scene for scene in SCENES}


def a_setting(scene: Scene, seed: int = 1) -> Setting:
    """With the policy it was made for."""
    found = (folder / f"{scene.policy}.yaml" for folder in (ROOT / "policies", policies()))
    text = next(path for path in found if path.is_file()).read_text(encoding="utf-8")
    return Setting(policyfile.read(text, scene.policy), text, seed)


@contextmanager
def a_play(scene: Scene, seed: int = 1, longest: float | None = None) -> Iterator[Play]:
    """Just asked for."""
    with opened(scene, a_setting(scene, seed)) as show:
        yield Play(show, scene, seed, longest)


def until(play: Play, at: float) -> None:
    """Let it go on to that second."""
    while play.at < at:
        play.second()


def to_the_end(play: Play) -> None:
    while not play.over:
        play.second()
