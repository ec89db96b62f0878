"""The searchable catalog: one order, exact candidates, the same bytes however it is built."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models.base import SupportId
from models.support import Support
from recommender.catalog.load import starter_catalog
from recommender.embedding import CachedEmbedder
from recommender.errors import InvalidCatalog
from recommender.index import CatalogIndex
from recommender.index.documents import document_text
from recommender.testing import (
    HashingEmbedder,
    make_provider,
    make_resource,
    synthetic_index,
    synthetic_supports,
    synthetic_vectors,
)
from tests.fixtures.places import ROOT

SUPPORTS: list[Support] = [
    make_resource("res-pdsa", needs_met=["How do we run a first test cycle?", "Our tests never end."]),
    make_provider("prov-coach"),
    make_resource(
        "res-absence",
        title="Attendance teams",
        summary="How teams act on attendance data.",
        needs_met=["Too many students miss school every week."],
    ),
]


@pytest.fixture
def embedder() -> CachedEmbedder:
    return CachedEmbedder(HashingEmbedder(256), None)


@pytest.fixture(scope="module")
def starter() -> list[Support]:
    return list(starter_catalog().supports)


def test_supports_are_in_the_order_of_kind_and_id_with_their_rows(embedder: CachedEmbedder) -> None:
    index = CatalogIndex.build(SUPPORTS, embedder)
    assert [support.id for support in index.supports] == ["prov-coach", "res-absence", "res-pdsa"]
    assert index.row_of[SupportId("res-pdsa")] == 2
    assert index.statement_segments.offsets.tolist() == [0, 0, 1, 3]
    assert index.statement_texts[1:] == SUPPORTS[0].needs_met
    assert np.array_equal(index.documents.between(2, 3)[0], embedder.encode([document_text(SUPPORTS[0])])[0])
    assert np.array_equal(index.statements.between(2, 3)[0], embedder.encode(["Our tests never end."])[0])


def test_signals_name_the_statement_that_matched_and_leave_missing_ones_unknown(embedder: CachedEmbedder) -> None:
    index = CatalogIndex.build(SUPPORTS, embedder)
    texts = ["How do we run a first test cycle?", "coaches school teams"]
    signals = index.signals(embedder.encode(texts, query=True), texts)
    assert [index.statement_texts[row] for row in signals.statement_row[0, 1:]] == [
        "Too many students miss school every week.",
        "How do we run a first test cycle?",
    ]
    assert signals.statement_similarity[0, 2] == pytest.approx(1.0)
    assert np.isnan(signals.statement_similarity[:, 0]).all()
    assert np.isnan(signals.statement_bm25[:, 0]).all()
    assert (signals.statement_row[:, 0] == -1).all()
    assert signals.dense()[1, 0] == signals.document_similarity[1, 0]
    assert signals.dense()[0, 2] == pytest.approx((signals.document_similarity[0, 2] + 1.0) / 2)
    assert signals.lexical().argmax(axis=1).tolist() == [2, 0]


def test_candidates_are_the_best_fused_scores_of_each_need(embedder: CachedEmbedder) -> None:
    index = CatalogIndex.build(SUPPORTS, embedder)
    texts = ["students miss school", "run a test cycle"]
    vectors = embedder.encode(texts, query=True)
    first, second = index.candidates(vectors, texts, 2)
    assert index.supports[first.rows[0]].id == "res-absence"
    assert index.supports[second.rows[0]].id == "res-pdsa"
    assert first.scores[0] == pytest.approx(1.0)  # best by words and by meaning
    assert all(len(found.rows) == 2 and (np.diff(found.scores) <= 0).all() for found in (first, second))


def test_only_eligible_supports_are_found_and_others_do_not_move_their_scores(embedder: CachedEmbedder) -> None:
    texts = ["students miss school"]
    vectors = embedder.encode(texts, query=True)
    whole = CatalogIndex.build(SUPPORTS, embedder)
    eligible = np.array([True, False, True])
    (found,) = whole.candidates(vectors, texts, 5, eligible=eligible)
    assert sorted(found.rows.tolist()) == [0, 2]
    assert found.scores.min() >= 0
    (nothing,) = whole.candidates(vectors, texts, 5, eligible=np.zeros(3, dtype=bool))
    assert len(nothing.rows) == 0


@pytest.mark.parametrize("supports", [[], [make_provider()], [make_resource()]])
def test_an_empty_and_a_single_catalog_can_be_searched(supports: list[Support], embedder: CachedEmbedder) -> None:
    index = CatalogIndex.build(supports, embedder)
    texts = ["data", ""]
    found = index.candidates(embedder.encode(texts, query=True), texts, 3)
    assert [len(one.rows) for one in found] == [len(supports)] * 2
    assert index.candidates(embedder.encode([]), [], 3) == []


def test_an_id_that_occurs_twice_is_refused(embedder: CachedEmbedder) -> None:
    with pytest.raises(InvalidCatalog, match="'res-pdsa' occurs more than once"):
        CatalogIndex.build([*SUPPORTS, SUPPORTS[0]], embedder)


def test_as_many_vectors_as_texts_are_needed(embedder: CachedEmbedder) -> None:
    index = CatalogIndex.build(SUPPORTS, embedder)
    with pytest.raises(ValueError, match="1 query vectors and 2 query texts"):
        index.signals(embedder.encode(["a"]), ["a", "b"])


def test_only_the_texts_of_changed_records_are_encoded_again(tmp_path: Path, starter: list[Support]) -> None:
    embedder = HashingEmbedder()
    path = tmp_path / "vectors.sqlite"
    CatalogIndex.build(starter, CachedEmbedder(embedder, path))
    n_first = embedder.n_encoded
    assert n_first == len(starter) + sum(len(set(support.needs_met)) for support in starter)
    changed = starter[5].model_copy(
        update={"summary": "Quite another summary.", "needs_met": (*starter[5].needs_met[:3], "A new need of ours.")}
    )
    CatalogIndex.build([*starter[:5], changed, *starter[6:-1]], CachedEmbedder(embedder, path))
    assert embedder.n_encoded == n_first + 2


def test_results_do_not_depend_on_the_order_of_the_catalog(starter: list[Support], embedder: CachedEmbedder) -> None:
    order = np.random.default_rng(3).permutation(len(starter))
    texts = ["We never have time to look at data together", "Students stop coming to school"]
    vectors = embedder.encode(texts, query=True)
    digests = set()
    for supports in (starter, [starter[row] for row in order]):
        index = CatalogIndex.build(supports, embedder)
        found = index.candidates(vectors, texts, 50)
        ids = [[index.supports[row].id for row in one.rows] for one in found]
        digests.add((str(ids), b"".join(one.scores.tobytes() for one in found)))
    assert len(digests) == 1


def test_results_do_not_depend_on_the_number_of_threads(tmp_path: Path) -> None:
    program = """
import hashlib, numpy as np
from recommender.embedding import CachedEmbedder
from recommender.index import CatalogIndex
from recommender.testing import HashingEmbedder, make_resource, synthetic_index
base = [make_resource(f"res-{n}", title=f"Title {n}", needs_met=[f"need {n} of teams", f"goal {n}"]) for n in range(9)]
embedder = CachedEmbedder(HashingEmbedder(384), None)
index = synthetic_index(CatalogIndex.build(base, embedder), 700, seed=4)
texts = [f"need {n} title {n % 3}" for n in range(25)]
signals = index.signals(embedder.encode(texts), texts)
found = index.candidates(embedder.encode(texts), texts, 40)
parts = [vars(signals)[name].tobytes() for name in sorted(vars(signals))]
parts += [part.tobytes() for one in found for part in one]
print(hashlib.sha256(b"".join(parts)).hexdigest())
"""
    outputs = set()
    for n_threads in ("1", "2"):
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), n_threads)
        finished = subprocess.run(
            [sys.executable, "-W", "error", "-c", program],
            cwd=ROOT,
            env=os.environ | threads,
            capture_output=True,
            check=True,
        )
        outputs.add(finished.stdout)
    assert len(outputs) == 1
    assert len(outputs.pop().strip()) == len(hashlib.sha256().hexdigest())


def test_synthetic_supports_are_valid_and_repeatable(starter: list[Support]) -> None:
    made = synthetic_supports(starter, 200, seed=5)
    assert made == synthetic_supports(starter, 200, seed=5) != synthetic_supports(starter, 200, seed=6)
    assert len({support.id for support in made}) == 200
    for support in made:
        assert type(support).model_validate_json(support.model_dump_json(by_alias=True)) == support
        assert len(support.needs_met) == 4


def test_synthetic_vectors_have_unit_length_and_neighbors(embedder: CachedEmbedder) -> None:
    base = embedder.encode([f"text about topic {n}" for n in range(20)])
    made = synthetic_vectors(base, 100, seed=1)
    assert np.linalg.norm(made, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert made.tobytes() == synthetic_vectors(base, 100, seed=1).tobytes()
    assert (made @ base.T).max(axis=1).min() > 0.4


def test_a_synthetic_index_can_be_searched(embedder: CachedEmbedder) -> None:
    index = synthetic_index(CatalogIndex.build(SUPPORTS, embedder), 50, seed=1, n_statements=2)
    assert len(index.supports) == 50
    assert len(index.statement_texts) == 100
    texts = ["test cycle"]
    (found,) = index.candidates(embedder.encode(texts), texts, 10)
    assert len(found.rows) == 10
