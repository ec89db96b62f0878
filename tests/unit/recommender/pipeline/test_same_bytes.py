"""With the packaged model: a run is the same, byte for byte, in other processes, on one thread or two. Slow.

The catalog is a part of the starter catalog, so that few texts need encoding. Processes share the vectors of the
catalog by a cache file, as they do in use; the team's own words are encoded live in each of them.
"""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from models.recommendation import RecommendationRun
from tests.fixtures.places import ROOT

SCRIPT = """
import sys
from datetime import date
from pathlib import Path

from models.assessment import OpenText
from models.vocab import SupportKind
from recommender.catalog.load import Catalog, starter_catalog
from recommender.config_load import starter_config
from recommender.embedding import CachedEmbedder, SentenceEmbedder
from recommender.instruments import default_instrument
from recommender.pipeline import ListTerms, Recommender
from recommender.rules.load import starter_ruleset
from tests.fixtures.teams import make_team, with_words

whole = starter_catalog()
steps = {SupportKind.RESOURCE: 40, SupportKind.PROVIDER: 30}
supports = [one for kind, step in steps.items() for one in whole.by_kind[kind][::step]]
recommender = Recommender(
    instrument=default_instrument(),
    catalog=Catalog.of(supports[:: int(sys.argv[2])]),
    ruleset=starter_ruleset(),
    config=starter_config(),
    embedder=CachedEmbedder(SentenceEmbedder(), Path(sys.argv[1])),
)
text = OpenText(
    challenges="Ninth graders fail in October and we see it in June. Nobody owns the attendance numbers.",
    hoped_for_support="A coach who has run short cycles of change in a school like ours.",
)
context = {"state": ["TX"], "grade_bands": ["high"], "focus_areas": ["on-track-grade-9"], "budget": "under-1000"}
team = with_words(make_team(2, context=context), text, share=(True,))
sys.stdout.write(recommender.recommend(team, ListTerms(date(2026, 11, 21))).model_dump_json())
"""


def run(cache: Path, *, step: int, threads: int, seed: int) -> bytes:
    """The run of one process; a `step` of -1 gives it the catalog in the opposite order."""
    threading = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(threads))
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, str(cache), str(step)],
        check=True,
        capture_output=True,
        cwd=ROOT,
        env=os.environ | threading | {"PYTHONHASHSEED": str(seed), "PYTHONPATH": str(ROOT)},
    ).stdout


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("vectors") / "vectors.sqlite"


@pytest.fixture(scope="module")
def first(cache: Path) -> bytes:
    return run(cache, step=1, threads=1, seed=0)


def test_the_run_uses_the_teams_words_and_the_packaged_model(first: bytes) -> None:
    found = RecommendationRun.model_validate_json(first)
    assert found.as_of == date(2026, 11, 21)
    assert "MiniLM" in found.versions.model
    texts = [match.matched_text for ranked in found.lists for match in ranked.matches]
    assert "open_text" in {text.source for text in texts if text}


@pytest.mark.full
@pytest.mark.parametrize(("threads", "seed"), [(2, 1), (1, 2)])
def test_another_process_makes_the_same_bytes(cache: Path, first: bytes, threads: int, seed: int) -> None:
    assert run(cache, step=-1, threads=threads, seed=seed) == first


@pytest.mark.full
def test_vectors_made_anew_on_two_threads_make_the_same_bytes(tmp_path: Path, first: bytes) -> None:
    assert run(tmp_path / "new.sqlite", step=1, threads=2, seed=3) == first
