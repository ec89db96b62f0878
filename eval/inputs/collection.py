"""Public ranking collections: documents, queries and judgments from JSONL files, plain or gzipped."""

import gzip
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from eval.inputs.baselines import Query, TextToRank
from models.base import Fault
from recommender.canonical import content_hash
from recommender.errors import InputError
from recommender.reading.fault_words import MISSING, found
from recommender.reading.json_document import NotJson, parse_json
from recommender.reading.text import without_mark
from recommender.reading.trec import Qrels

__all__ = ["Collection", "load_collection"]

_DOCUMENTS = ("docs.jsonl", "corpus.jsonl")
_QUERIES = ("queries.jsonl",)
_JUDGMENTS = ("qrels.jsonl", "qrels/test.tsv", "qrels.tsv")
_HEADER = ["query-id", "corpus-id", "score"]


@dataclass(frozen=True)
class Collection:
    """Documents to rank, the queries that somebody judged, and the judgments."""

    name: str
    documents: tuple[TextToRank, ...]
    """Title and text in one, in the order of their ids."""
    queries: tuple[Query, ...]
    """Those with judgments, in file order."""
    qrels: Qrels
    n_unjudged: int
    """Queries of the file that nobody judged; left out."""
    n_dangling: int
    """Judgments of a query or a document that is not there. The documents stay in the ideal of their query."""
    own: frozenset[str]
    """Queries that are documents themselves, under the same id; ranking one must leave that document out."""

    @property
    def version(self) -> str:
        """SHA-256 of the content, 64 hexadecimal digits."""
        return content_hash([self.documents, self.queries, self.qrels])


def load_collection(folder: Path) -> Collection:
    """The collection in a folder, in one of two layouts.

    Ours: `docs.jsonl` {id, title, text}, `queries.jsonl` {id, text}, `qrels.jsonl` {qid, did, rel}. BEIR's, as
    downloaded: `corpus.jsonl` {_id, title, text}, `queries.jsonl` {_id, text}, `qrels/test.tsv` with a header and three
    columns. Any file may end in `.gz`. A title may be missing. A negative grade means pooled but not judged.

    Raises:
        InputError: Every fault of all three files with file and line: files that are missing or unreadable, lines
            that are no JSON object, fields that are missing or not text, ids that two lines share, grades that are no
            whole numbers, pairs that are judged twice; and judgments of which none is of a query and a document that
            are there, for these files do not belong together.
    """
    faults: list[Fault] = []
    documents = dict(_texts(folder, _DOCUMENTS, faults, optional=("title",)))
    texts = {doc_id: f"{row['title']} {row['text']}".strip() for doc_id, row in documents.items()}
    queries = {query_id: row["text"] for query_id, row in _texts(folder, _QUERIES, faults)}
    found_all = not any(fault.line is None for fault in faults)
    qrels: Qrels = {}
    n_dangling = 0
    first: dict[tuple[str, str], int] = {}
    for file, number, query_id, doc_id, grade in _judgments(folder, faults):
        before = first.setdefault((query_id, doc_id), number)
        if before != number:
            detail = f"{doc_id} was already judged for query {query_id} on line {before}."
            faults.append(Fault(pointer="", detail=detail, file=file, line=number))
        n_dangling += query_id not in queries or doc_id not in texts
        grades = qrels.setdefault(query_id, {})
        if grade >= 0:
            grades[doc_id] = grade
    # Against files that could not be read, every judgment would be one of something unknown.
    if found_all and first and n_dangling == len(first):
        detail = "No judgment is of a query and a document that are there; do these files belong together?"
        faults.append(Fault(pointer="", detail=detail, file=folder.name))
    if not faults and not qrels:
        faults.append(Fault(pointer="", detail="No query is judged.", file=folder.name))
    if faults:
        raise InputError(faults)
    return Collection(
        name=folder.resolve().name,
        documents=tuple(TextToRank(doc_id, texts[doc_id]) for doc_id in sorted(texts)),
        queries=tuple(Query(query_id, text) for query_id, text in queries.items() if query_id in qrels),
        qrels=qrels,
        n_unjudged=sum(query_id not in qrels for query_id in queries),
        n_dangling=n_dangling,
        own=frozenset(
            query_id
            for query_id, text in queries.items()
            # One who judged a query's own document wants it found.
            if _is_its_document(text, documents.get(query_id)) and query_id not in qrels.get(query_id, {})
        ),
    )


def _is_its_document(query: str, document: Mapping[str, str] | None) -> bool:
    """Whether a query is the document of its id, word for word; that ids are equal says nothing alone."""
    if document is None:
        return False
    wholes = (document["text"], f"{document['title']} {document['text']}")
    return query.split() in [whole.split() for whole in wholes]


def _texts(
    folder: Path, names: tuple[str, ...], faults: list[Fault], *, optional: tuple[str, ...] = ()
) -> Iterator[tuple[str, dict[str, str]]]:
    """Id and text fields of each line of documents or queries that has an id, even when the rest is faulty."""
    first: dict[str, int] = {}
    for file, number, row in _objects(folder, names, faults):
        name = "_id" if "_id" in row and "id" not in row else "id"
        one = _text(row, name, faults, file=file, line=number)
        texts = {"text": _text(row, "text", faults, file=file, line=number)}
        texts |= {field: _text({field: ""} | row, field, faults, file=file, line=number) for field in optional}
        if not one:
            if row.get(name) == "":
                faults.append(Fault(pointer=f"/{name}", detail="The id is empty.", file=file, line=number))
            continue
        before = first.setdefault(one, number)
        if before != number:
            detail = f"The id {found(one)} was already given on line {before}."
            faults.append(Fault(pointer=f"/{name}", detail=detail, file=file, line=number))
        yield one, texts


def _judgments(folder: Path, faults: list[Fault]) -> Iterator[tuple[str, int, str, str, int]]:
    """File, line, query, document and grade of each sound judgment."""
    path = _path(folder, _JUDGMENTS, faults)
    if path is None:
        return
    if ".tsv" in path.suffixes:
        yield from _tsv_judgments(path, faults)
        return
    for file, number, row in _objects(folder, _JUDGMENTS[:1], faults):
        n_faults = len(faults)
        query_id, doc_id = (_text(row, field, faults, file=file, line=number) for field in ("qid", "did"))
        grade = row.get("rel")
        if not isinstance(grade, int) or isinstance(grade, bool):
            detail = f"Expected a whole number; found {found(grade)}." if "rel" in row else MISSING
            faults.append(Fault(pointer="/rel", detail=detail, file=file, line=number))
        elif len(faults) == n_faults:
            yield file, number, query_id, doc_id, grade


def _tsv_judgments(path: Path, faults: list[Fault]) -> Iterator[tuple[str, int, str, str, int]]:
    for number, line in enumerate(_lines(path, faults), start=1):
        columns = line.rstrip("\r\n").split("\t")
        if columns == [""] or (number == 1 and columns == _HEADER):
            continue
        if len(columns) != len(_HEADER):
            detail = f"Expected {len(_HEADER)} columns with tabs between ({' '.join(_HEADER)}); found {len(columns)}."
            faults.append(Fault(pointer="", detail=detail, file=path.name, line=number))
        elif not (columns[2].isascii() and columns[2].removeprefix("-").isdecimal()):
            detail = f"Expected a whole number; found {found(columns[2])}."
            faults.append(Fault(pointer="", detail=detail, file=path.name, line=number))
        else:
            yield path.name, number, columns[0], columns[1], int(columns[2])


def _text(row: dict[str, object], field: str, faults: list[Fault], *, file: str, line: int) -> str:
    value = row.get(field)
    if isinstance(value, str):
        return value
    detail = f"Expected text; found {found(value)}." if field in row else MISSING
    faults.append(Fault(pointer=f"/{field}", detail=detail, file=file, line=line))
    return ""


def _objects(folder: Path, names: tuple[str, ...], faults: list[Fault]) -> Iterator[tuple[str, int, dict[str, object]]]:
    path = _path(folder, names, faults)
    if path is None:
        return
    for number, line in enumerate(_lines(path, faults), start=1):
        if not line.strip():
            continue
        try:
            row = parse_json(line)
        except NotJson as error:
            faults.append(Fault(pointer="", detail=str(error), file=path.name, line=number))
            continue
        if isinstance(row, dict):
            yield path.name, number, row
        else:
            detail = f"Expected an object; found {found(row)}."
            faults.append(Fault(pointer="", detail=detail, file=path.name, line=number))


def _path(folder: Path, names: tuple[str, ...], faults: list[Fault]) -> Path | None:
    for name in names:
        for path in (folder / name, folder / f"{name}.gz"):
            if path.is_file():
                return path
    detail = f"The folder {folder} has none of {', '.join(names)} (with or without .gz)."
    faults.append(Fault(pointer="", detail=detail, file=names[0]))
    return None


def _lines(path: Path, faults: list[Fault]) -> Iterator[str]:
    """Line by line, so that a large corpus is never in memory twice; a line that is not UTF-8 reads as empty."""
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                try:
                    text = (without_mark(line) if number == 1 else line).decode("utf-8")
                except UnicodeDecodeError:
                    faults.append(Fault(pointer="", detail="The line is not UTF-8 text.", file=path.name, line=number))
                    text = ""
                yield text
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        faults.append(Fault(pointer="", detail=f"The file cannot be read: {reason}.", file=path.name))
