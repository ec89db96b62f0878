"""Experiments, gates and records of what a ranking does."""
