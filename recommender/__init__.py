"""What Trellis decides: pure functions from answers to a profile, needs, and ranked, explained supports.

Imports `models` only. Never a web framework, a database, the environment, the clock or the network.
Read `recommender.pipeline` first.
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
