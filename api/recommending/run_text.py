"""A run as a TREC run, or as text to print."""

import json
from io import StringIO

from rich.console import Console

from api.text.run import render_run
from api.text.screen import Screen
from models.recommendation import RecommendationRun
from recommender.instruments import LoadedInstrument
from recommender.reading.trec import write_run

__all__ = ["run_text", "run_trec"]

_WIDTH = 100


def run_trec(text: str) -> str:
    """From a run's JSON `assessment_id Q0 support_id rank score tag`, a line a match, kinds one after the other."""
    document = json.loads(text)
    lines: list[str] = []
    for ranked in document["lists"]:
        ranking = [(match["support_id"], match["score"]) for match in ranked["matches"]]
        lines += write_run({document["assessment_id"]: ranking}, tag=f"trellis-{ranked['kind']}")
    return "".join(lines)


def run_text(run: RecommendationRun, instrument: LoadedInstrument) -> str:
    """What a team reads of a run, as plain text of at most 100 columns."""
    out = StringIO()
    console = Console(file=out, width=_WIDTH, highlight=False, emoji=False, markup=False, color_system=None)
    render_run(run, instrument, Screen(console, plain=True))
    return out.getvalue()
