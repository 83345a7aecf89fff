"""A policy against the past: what would it have made of these intervals, and when? No clock, no cluster."""

from canary.replay.ladder import Ending, replay
from canary.replay.recording import Recording, read

__all__ = ["Ending", "Recording", "read", "replay"]
