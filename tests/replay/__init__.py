"""Recordings: what is read, what is refused, and what a policy makes of them."""
