"""Speed and memory of requests, each beside a plain search in the same run; `make bench` prints the figures.

Vectors of the shipped catalog come from the ordinary cache (`TRELLIS_DATA_DIR`); the first run encodes what it lacks.
"""

import json
import subprocess
import sys
import time
from datetime import date
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from api.settings import Settings
from models.assessment import Assessment, OpenText
from models.vocab import SupportKind
from recommender.catalog.load import Catalog, starter_catalog
from recommender.config_load import starter_config
from recommender.embedding import CachedEmbedder, SentenceEmbedder
from recommender.index import CatalogIndex
from recommender.instruments import default_instrument
from recommender.pipeline import ListTerms, Recommender
from recommender.rules.load import starter_ruleset
from recommender.testing import synthetic_index
from tests.benchmarks.conftest import Record, median_seconds
from tests.fixtures.teams import judged_teams, with_words

AS_OF = date(2026, 11, 21)
N_RANKED = 64
K_RANKED = 50
WORDS = " ".join(support.summary for support in starter_catalog().supports[:9]).split()
TEXT = OpenText(
    strengths=" ".join(WORDS[:40]), challenges=" ".join(WORDS[40:80]), hoped_for_support=" ".join(WORDS[80:120])
)


@pytest.fixture(scope="module")
def embedder() -> CachedEmbedder:
    return CachedEmbedder(SentenceEmbedder(), Settings().data_dir / "vectors.sqlite")


@pytest.fixture(scope="module")
def indexes(embedder: CachedEmbedder) -> dict[SupportKind, CatalogIndex]:
    catalog = starter_catalog()
    by_kind = catalog.by_kind
    return {kind: CatalogIndex.build(supports, embedder) for kind, supports in by_kind.items()}


def make_engine(
    indexes: dict[SupportKind, CatalogIndex], embedder: CachedEmbedder, *, keep_words: bool = False
) -> Recommender:
    return Recommender(
        instrument=default_instrument(),
        catalog=Catalog.of(support for index in indexes.values() for support in index.supports),
        ruleset=starter_ruleset(),
        config=starter_config(),
        embedder=embedder,
        keep_words=keep_words,
        indexes=indexes,
    )


@pytest.fixture(scope="module")
def engine(indexes: dict[SupportKind, CatalogIndex], embedder: CachedEmbedder) -> Recommender:
    return make_engine(indexes, embedder)


@pytest.fixture(scope="module")
def silent_team() -> Assessment:
    """The judged team with the most respondents, without its words."""
    return with_words(max(judged_teams(), key=lambda team: len(team.responses)))


@pytest.fixture(scope="module")
def writing_team(silent_team: Assessment) -> Assessment:
    """The same with three texts of 120 words in all."""
    return with_words(silent_team, TEXT)


def plain_search(indexes: dict[SupportKind, CatalogIndex], query: str) -> list[np.ndarray]:
    """The baseline without a model: BM25 of one query over the documents, sorted."""
    return [np.argsort(-index.document_words.scores([query])[0], kind="stable") for index in indexes.values()]


def query_of(team: Assessment) -> str:
    return " ".join(" ".join(item.levels.values()) for item in list(default_instrument().items.values())[:6])


def test_one_request_without_text(
    benchmark: BenchmarkFixture,
    record: Record,
    engine: Recommender,
    indexes: dict[SupportKind, CatalogIndex],
    silent_team: Assessment,
) -> None:
    benchmark.group = "one request, starter catalog"
    assert benchmark(engine.recommend, silent_team, ListTerms(AS_OF)).lists[0].matches
    baseline = median_seconds(lambda: plain_search(indexes, query_of(silent_team)))
    record(
        "one request without text, p50",
        1000 * benchmark.stats.stats.median,
        "ms",
        target=10,
        baseline=("a BM25 search", 1000 * baseline),
    )


def test_one_request_with_three_texts(
    benchmark: BenchmarkFixture,
    record: Record,
    engine: Recommender,
    embedder: CachedEmbedder,
    writing_team: Assessment,
) -> None:
    benchmark.group = "one request, starter catalog"
    assert benchmark.pedantic(engine.recommend, (writing_team, ListTerms(AS_OF)), rounds=15, warmup_rounds=1)
    texts = [TEXT.challenges, TEXT.hoped_for_support]
    record(
        "one request with three texts, p50",
        1000 * benchmark.stats.stats.median,
        "ms",
        target=90,
        baseline=("encoding two texts alone", 1000 * median_seconds(lambda: embedder.encode_live(texts), rounds=9)),
    )


@pytest.mark.parametrize("n_supports", [10_000, 100_000])
def test_one_request_at_scale(
    benchmark: BenchmarkFixture,
    record: Record,
    embedder: CachedEmbedder,
    indexes: dict[SupportKind, CatalogIndex],
    silent_team: Assessment,
    n_supports: int,
) -> None:
    """Four resources to one provider, as in the starter catalog."""
    parts = {SupportKind.RESOURCE: n_supports * 4 // 5, SupportKind.PROVIDER: n_supports // 5}
    large = {kind: synthetic_index(indexes[kind], n, seed=1) for kind, n in parts.items()}
    start = time.perf_counter()
    engine = make_engine(large, embedder)
    record(f"preparing {n_supports:,} indexed supports", time.perf_counter() - start, "s")
    benchmark.group = "one request, synthetic catalogs"
    run = benchmark.pedantic(engine.recommend, (silent_team, ListTerms(AS_OF)), rounds=5, warmup_rounds=1)
    assert [len(ranked.matches) for ranked in run.lists] == [10, 5]
    documents = [index.documents.between(0, len(index.supports)) for index in large.values()]
    queries = documents[0][:10]
    baseline = median_seconds(lambda: [np.argsort(-(queries @ vectors.T), axis=1) for vectors in documents], rounds=3)
    record(
        f"one request at {n_supports:,} supports, p50",
        1000 * benchmark.stats.stats.median,
        "ms",
        baseline=("10 numpy products with the documents, sorted", 1000 * baseline),
    )


def many_teams() -> list[Assessment]:
    """The judged teams in a circle, each time under new ids."""
    made = []
    for number, team in enumerate(islice(cycle(judged_teams()), N_RANKED)):
        renamed = team.team.model_copy(update={"id": f"t-{number:03d}"})
        made.append(team.model_copy(update={"assessment_id": f"a-{number:03d}", "team": renamed}))
    return made


def test_ranking_64_assessments(
    benchmark: BenchmarkFixture,
    record: Record,
    embedder: CachedEmbedder,
    indexes: dict[SupportKind, CatalogIndex],
) -> None:
    engine = make_engine(indexes, embedder, keep_words=True)
    teams = many_teams()

    def rank() -> int:
        return sum(len(ranked.matches) for team in teams for ranked in engine.rank(team, as_of=AS_OF, k=K_RANKED))

    rank()  # keeps the vectors of the teams' words
    benchmark.group = f"rank {N_RANKED} assessments"
    assert benchmark.pedantic(rank, rounds=3) > N_RANKED * K_RANKED
    baseline = median_seconds(lambda: [plain_search(indexes, query_of(team)) for team in teams], rounds=3)
    record(
        f"ranking {N_RANKED} assessments in process",
        benchmark.stats.stats.median,
        "s",
        target=10,
        baseline=(f"{N_RANKED} BM25 searches", baseline),
    )


class Used(NamedTuple):
    seconds: float
    megabytes: float


WATCH = """
import json, resource, subprocess, sys, time
start = time.perf_counter()
done = subprocess.run(sys.argv[1:], capture_output=True)
seconds = time.perf_counter() - start
if done.returncode:
    sys.exit(done.stderr.decode())
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024]))
"""


def cold(*words: str) -> Used:
    """Run the command in a new process; its wall time and peak memory.

    A small process between watches it: a child's peak memory otherwise counts that of the process it was forked from.
    """
    command = [sys.executable, "-c", "from api.cli.main import run; run()", *words]
    watched = subprocess.run([sys.executable, "-c", WATCH, *command], check=True, capture_output=True)
    return Used(*json.loads(watched.stdout))


@pytest.mark.parametrize(("name", "seconds"), [("without text", 6), ("with three texts", 12)])
def test_trellis_recommend_from_a_cold_shell(
    benchmark: BenchmarkFixture,
    record: Record,
    tmp_path: Path,
    silent_team: Assessment,
    writing_team: Assessment,
    name: str,
    seconds: float,
) -> None:
    team = silent_team if seconds == 6 else writing_team
    path = tmp_path / "team.json"
    path.write_text(team.model_dump_json(exclude_none=True))
    cold("recommend", str(path))  # so that every vector of the catalog is in the cache
    benchmark.group = "cold shell"
    used = benchmark.pedantic(cold, ("recommend", str(path), "--json"), rounds=3)
    bare = median_seconds(lambda: cold("--version"), rounds=1)
    record(
        f"trellis recommend, cold, {name}",
        benchmark.stats.stats.median,
        "s",
        target=seconds,
        baseline=("trellis --version", bare),
    )
    record(f"trellis recommend, cold, {name}: peak memory", used.megabytes, "MB", target=900)


def test_trellis_rank_of_64_assessments(benchmark: BenchmarkFixture, record: Record, tmp_path: Path) -> None:
    path, out = tmp_path / "teams.jsonl", tmp_path / "run.trec"
    lines = [json.dumps(team.model_dump(mode="json", exclude_none=True)) for team in many_teams()]
    path.write_text("\n".join(lines))
    words = ("rank", str(path), "--kind", "all", "--k", str(K_RANKED), "--out", str(out))
    cold(*words)
    benchmark.group = "cold shell"
    used = benchmark.pedantic(cold, words, rounds=2)
    assert len({line.split()[0] for line in out.read_text().splitlines()}) == N_RANKED
    record(f"trellis rank, cold, {N_RANKED} assessments", benchmark.stats.stats.median, "s", target=10)
    record(f"trellis rank, cold, {N_RANKED} assessments: peak memory", used.megabytes, "MB", target=900)
