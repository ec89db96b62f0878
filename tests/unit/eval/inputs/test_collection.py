"""Public collections: what is read, what is refused, and the retrieval part ranked on them."""

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from eval.cli import app
from eval.experiments.retrieval import collection_markdown, evaluate_collection
from eval.inputs.collection import load_collection
from recommender.embedding import CachedEmbedder, SentenceEmbedder
from recommender.errors import InputError
from recommender.testing import HashingEmbedder

VECTORS = os.environ.get("TRELLIS_DATA_DIR")  # as it is before a test changes it
DOCUMENTS = [
    {"id": "b", "title": "Attendance", "text": "Watch attendance data every week."},
    {"id": "a", "title": "", "text": "Plan small tests of change."},
    {"id": "c", "text": "Sing together."},
]
QUERIES = [{"id": "q1", "text": "attendance data"}, {"id": "q2", "text": "tests of change"}, {"id": "q3", "text": "x"}]
QRELS = [{"qid": "q1", "did": "b", "rel": 2}, {"qid": "q2", "did": "a", "rel": 1}, {"qid": "q1", "did": "c", "rel": 0}]


def lines(rows: Any) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "docs.jsonl").write_text(lines(DOCUMENTS), "utf-8")
    (tmp_path / "queries.jsonl").write_text(lines(QUERIES), "utf-8")
    (tmp_path / "qrels.jsonl").write_text(lines(QRELS), "utf-8")
    return tmp_path


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    root = tmp_path / "beir"
    (root / "qrels").mkdir(parents=True)
    underscored = [{"_id" if key == "id" else key: value for key, value in row.items()} for row in DOCUMENTS]
    (root / "corpus.jsonl").write_text(lines(underscored), "utf-8")
    (root / "queries.jsonl").write_text(lines([{"_id": row["id"], "text": row["text"]} for row in QUERIES]), "utf-8")
    judged = "".join(f"{row['qid']}\t{row['did']}\t{row['rel']}\n" for row in QRELS)
    (root / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n" + judged, "utf-8")
    return root


def test_a_document_is_title_and_text_and_documents_are_in_the_order_of_their_ids(folder: Any) -> None:
    documents = load_collection(folder).documents
    assert [doc_id for doc_id, _ in documents] == ["a", "b", "c"]
    assert documents[1].text == "Attendance Watch attendance data every week."
    assert documents[0].text == "Plan small tests of change."


def test_queries_without_judgments_are_left_out_and_counted(folder: Any) -> None:
    loaded = load_collection(folder)
    assert [query.query_id for query in loaded.queries] == ["q1", "q2"]
    assert loaded.n_unjudged == 1


def test_gzipped_files_and_the_layout_of_beir_read_the_same(folder: Any, beir: Any) -> None:
    plain = load_collection(folder)
    assert load_collection(beir).version == plain.version
    for name in ("docs.jsonl", "queries.jsonl", "qrels.jsonl"):
        with gzip.open(folder / f"{name}.gz", "wb") as file:
            file.write((folder / name).read_bytes())
        (folder / name).unlink()
    assert load_collection(folder).version == plain.version


def test_a_negative_grade_is_pooled_and_not_judged(folder: Any) -> None:
    (folder / "qrels.jsonl").write_text(lines([*QRELS, {"qid": "q2", "did": "c", "rel": -1}]), "utf-8")
    assert load_collection(folder).qrels["q2"] == {"a": 1}


def test_every_fault_of_every_file_is_reported_with_its_line(folder: Any) -> None:
    (folder / "docs.jsonl").write_text(
        lines(DOCUMENTS) + "{\n" + lines([{"id": "d"}, {"id": "a", "text": "again"}, {"id": 7, "text": ""}, []]),
        "utf-8",
    )
    (folder / "queries.jsonl").write_bytes(lines(QUERIES).encode() + b'{"id": "\xff"}\n{"id": "", "text": "e"}\n')
    wrong = [
        {"qid": "q1", "did": "b", "rel": 1},
        {"qid": "q1", "did": "a", "rel": 0.5},
        {"qid": "q1", "did": "a", "rel": True},
        {"did": "a", "rel": 1},
    ]
    (folder / "qrels.jsonl").write_text(lines([*QRELS, *wrong]), "utf-8")
    with pytest.raises(InputError) as caught:
        load_collection(folder)
    found = [(fault.file, fault.line, fault.pointer) for fault in caught.value.faults]
    assert found == [
        ("docs.jsonl", 4, ""),
        ("docs.jsonl", 5, "/text"),
        ("docs.jsonl", 6, "/id"),
        ("docs.jsonl", 7, "/id"),
        ("docs.jsonl", 8, ""),
        ("queries.jsonl", 4, ""),
        ("queries.jsonl", 5, "/id"),
        ("qrels.jsonl", 4, ""),
        ("qrels.jsonl", 5, "/rel"),
        ("qrels.jsonl", 6, "/rel"),
        ("qrels.jsonl", 7, "/qid"),
    ]


def test_every_missing_file_is_named_and_its_ids_are_not_called_unknown(folder: Any) -> None:
    (folder / "docs.jsonl").unlink()
    (folder / "queries.jsonl").rename(folder / "queries.jsonl.gz")  # not gzip
    with pytest.raises(InputError) as caught:
        load_collection(folder)
    assert [(fault.file, fault.line) for fault in caught.value.faults] == [
        ("docs.jsonl", None),
        ("queries.jsonl.gz", None),
    ]


def test_judgments_with_wrong_columns_or_scores_are_reported(beir: Any) -> None:
    path = beir / "qrels" / "test.tsv"
    path.write_text(path.read_text("utf-8") + "q1 a 1\nq1\ta\thigh\n\n", "utf-8")
    with pytest.raises(InputError) as caught:
        load_collection(beir)
    assert [(fault.file, fault.line) for fault in caught.value.faults] == [("test.tsv", 5), ("test.tsv", 6)]


def test_without_a_single_judgment_nothing_is_ranked(folder: Any) -> None:
    (folder / "qrels.jsonl").write_text("", "utf-8")
    with pytest.raises(InputError, match="No query is judged"):
        load_collection(folder)


def test_judgments_of_what_is_not_there_are_counted_and_stay_in_the_ideal(folder: Any) -> None:
    dangling = [{"qid": "q1", "did": "gone", "rel": 2}, {"qid": "q9", "did": "a", "rel": 1}]
    (folder / "qrels.jsonl").write_text(lines([*QRELS, *dangling]), "utf-8")
    loaded = load_collection(folder)
    assert loaded.n_dangling == 2
    assert [query.query_id for query in loaded.queries] == ["q1", "q2"]
    result = evaluate_collection(loaded, CachedEmbedder(HashingEmbedder(), None), seed=1)
    assert result.systems["bm25"].metrics["recall@100"] == pytest.approx(0.75), "of q1, one of two is there"
    assert "2 judgments name a query or a document that is not there" in collection_markdown(result)


def test_files_that_do_not_belong_together_are_refused(folder: Any) -> None:
    (folder / "qrels.jsonl").write_text(lines([{"qid": "q1", "did": "x", "rel": 1}]), "utf-8")
    with pytest.raises(InputError, match="belong together"):
        load_collection(folder)


def test_a_query_that_is_a_document_is_ranked_without_it(tmp_path: Path) -> None:
    pairs = {
        "arg-a": "Later school starts help students sleep and attend class more.",
        "arg-b": "Later starts only move the problem to bus drivers and to working parents in the evening.",
        "arg-c": "Homework lengthens the school day for students with no quiet place at home.",
        "arg-d": "Quiet places can be offered in school libraries after class.",
    }
    (tmp_path / "docs.jsonl").write_text(lines({"id": one, "text": text} for one, text in pairs.items()), "utf-8")
    queries = [{"id": one, "text": pairs[one]} for one in ("arg-a", "arg-c")] + [{"id": "arg-b", "text": "buses"}]
    (tmp_path / "queries.jsonl").write_text(lines(queries), "utf-8")
    judged = (("arg-a", "arg-b"), ("arg-c", "arg-d"), ("arg-b", "arg-d"))
    (tmp_path / "qrels.jsonl").write_text(lines({"qid": q, "did": d, "rel": 1} for q, d in judged), "utf-8")
    loaded = load_collection(tmp_path)
    assert loaded.own == {"arg-a", "arg-c"}, "that ids are equal says nothing alone"
    (tmp_path / "queries.jsonl").write_text(lines(queries[:2]), "utf-8")
    (tmp_path / "qrels.jsonl").write_text(lines({"qid": q, "did": d, "rel": 1} for q, d in judged[:2]), "utf-8")
    result = evaluate_collection(load_collection(tmp_path), CachedEmbedder(HashingEmbedder(), None), seed=1)
    assert result.systems["bm25"].metrics["ndcg@10"] == pytest.approx(1)
    for name, system in result.systems.items():
        # Three documents are left to rank, and the judged one shares words with the query.
        assert system.metrics["mrr@10"] is not None, name
        assert system.metrics["mrr@10"] >= 1 / 2, f"{name} finds the query itself first"
    assert "2 queries are documents themselves" in collection_markdown(result)


def test_a_byte_order_mark_at_the_start_of_any_file_is_let_pass(folder: Path, beir: Path) -> None:
    versions = [load_collection(one).version for one in (folder, beir)]
    for path in (*folder.glob("*.jsonl"), *beir.rglob("*.*")):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert [load_collection(one).version for one in (folder, beir)] == versions


@pytest.fixture
def invoke(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    monkeypatch.setattr("recommender.opening.SentenceEmbedder", lambda _: HashingEmbedder())
    monkeypatch.setenv("TRELLIS_DATA_DIR", str(tmp_path / "data"))
    return lambda *arguments: CliRunner().invoke(app, list(map(str, arguments)), catch_exceptions=False)


def test_the_command_prints_every_system_with_its_metrics(invoke: Callable[..., Result], folder: Any) -> None:
    document = json.loads(invoke("collection", folder, "--json").stdout)
    assert list(document["systems"]) == ["bm25", "tfidf", "dense", "rrf", "fusion"]
    for system in document["systems"].values():
        assert system["ndcg@10"] == pytest.approx(1), "each query shares words with its document alone"
        assert system["ms_per_query"] > 0
    assert document["dense_share"] == 0.7
    assert (document["n_documents"], document["n_queries"], document["n_unjudged"]) == (3, 2, 1)
    assert set(document["fusion_against"]) == {"bm25", "dense"}


def test_the_command_prints_a_table_for_people(invoke: Callable[..., Result], folder: Any) -> None:
    shown = invoke("collection", folder).stdout
    assert "2 queries, 3 documents; left out for lack of judgments: 1" in shown
    assert "| fusion | 1.000 |" in shown


def test_the_merged_list_is_the_convex_sum_of_both_sides(folder: Any) -> None:
    loaded = load_collection(folder)
    embedder = CachedEmbedder(HashingEmbedder(), None)
    for share, side in ((0.0, "bm25"), (1.0, "dense")):
        result = evaluate_collection(loaded, embedder, dense_share=share, seed=1)
        assert result.systems["fusion"].metrics == result.systems[side].metrics


ANCHORS = {
    "scifact": {"bm25": (0.67, 0.70), "dense": (0.640, 0.650)},
    "counselchat": {},
    "metatool": {},
    "cranfield": {},
}


@pytest.mark.parametrize("name", ANCHORS)
def test_published_anchors_are_met_and_one_dense_share_beats_both_sides(name: Any, tmp_path: Path) -> None:
    root = os.environ.get("TRELLIS_COLLECTIONS")
    if not root or not (Path(root) / name).is_dir():
        pytest.skip(f"TRELLIS_COLLECTIONS does not name a folder with the collection {name}: anchors NOT checked")
    cache = Path(VECTORS or tmp_path) / "vectors.sqlite"
    result = evaluate_collection(
        load_collection(Path(root) / name), CachedEmbedder(SentenceEmbedder(), cache), seed=20261015
    )
    values = {system: record.metrics["ndcg@10"] for system, record in result.systems.items()}
    for system, (low, high) in ANCHORS[name].items():
        assert low <= values[system] <= high
    assert values["fusion"] > max(values["bm25"], values["dense"])
