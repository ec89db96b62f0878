"""The sample assessments that ship with Trellis: fictional teams, for the demo and the API's examples."""

import json
from importlib.resources import files
from typing import Any

import recommender

__all__ = ["SAMPLES", "read_sample", "sample_documents"]

SAMPLES = ("new-school-team", "veteran-team", "network-hub")


def read_sample(name: str) -> bytes:
    """The assessment file of one sample."""
    return (files(recommender) / "data" / "samples" / f"{name}.json").read_bytes()


def sample_documents() -> dict[str, Any]:
    """All samples, parsed, by name."""
    return {name: json.loads(read_sample(name)) for name in SAMPLES}
