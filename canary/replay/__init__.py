"""A policy against the past: what would it have made of these intervals, and when? No clock, no cluster."""

from canary.replay.ladder import Ending, Found
from canary.replay.lived import relive
from canary.replay.recorded import replay
from canary.replay.recording import Recording, read

__all__ = ["Ending", "Found", "Recording", "read", "relive", "replay"]
