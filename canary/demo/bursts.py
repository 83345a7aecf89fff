"""Failures that come together: when which endpoint has them, drawn from the seed."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from canary.demo.objects import PODS
from canary.demo.scene import CANARY, STABLE, Act, Answer, Bursts, Scene
from canary.sim.mesh import Behaviour


def bursts(scene: Scene, seed: int) -> Iterator[tuple[float, Act]]:
    """Each endpoint of either version has its own, at random moments, for as long as the scene may take."""
    if scene.bursts is None:
        return
    chance = Random(f"bursts {seed}")
    for service, usual in ((STABLE, scene.stable), (CANARY, scene.canary)):
        for pod in range(PODS):
            yield from _of_one(scene, scene.bursts, chance, (service, pod, usual))


def _of_one(
    scene: Scene, bursts: Bursts, chance: Random, who: tuple[str, int, Behaviour]
) -> Iterator[tuple[float, Act]]:
    service, pod, usual = who
    now = 0.0
    while (now := now + chance.expovariate(1 / bursts.every)) < scene.longest:
        yield now, Answer(service, replace(usual, failure_rate=bursts.rate), pod)
        now += bursts.lasting
        yield now, Answer(service, usual, pod)
