"""Figures, each with a baseline beside it; no part of pass or fail."""
