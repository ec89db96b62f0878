"""Questionnaires: read from YAML, checked as a whole, versioned by content."""

from recommender.instruments.load import LoadedInstrument, default_instrument, load_instrument, restore_instrument

__all__ = ["LoadedInstrument", "default_instrument", "load_instrument", "restore_instrument"]
