"""Each end-to-end test stands in a world of its own on shared servers, and ends with the invariants."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.beds.controlplane import ControlPlane
from tests.beds.kubelet import Kubelet
from tests.beds.prometheus import PrometheusServer
from tests.e2e.world import World


@pytest.fixture
def world(
    control_plane: ControlPlane, kubelet: Kubelet, prometheus: PrometheusServer, tmp_path: Path
) -> Iterator[World]:
    """The sample app at 900/100 under traffic; whatever our managers wrote in it must keep the invariants."""
    with World(control_plane, kubelet, prometheus, tmp_path) as running:
        yield running
        assert running.violations() == []
