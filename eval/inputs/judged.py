"""Judged teams: assessments with graded supports, read from a folder and turned into topics that metrics understand."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import eval as evaluation
from eval.inputs.gates import forbidden_supports
from eval.inputs.known_ids import KnownIds, unknown_ids
from eval.metrics import Topic
from models.assessment import Assessment
from models.base import Fault
from models.needs import Need
from models.support import Support
from recommender.canonical import content_hash
from recommender.errors import InputError, InvalidAssessment, InvalidQrels
from recommender.reading.trec import Qrels, read_qrels

__all__ = [
    "ASSESSMENTS_FILE",
    "DEVELOPMENT_JUDGES",
    "QRELS_FILE",
    "JudgedTeams",
    "development_teams",
    "load_judged",
    "read_assessments",
    "team_topics",
]

ASSESSMENTS_FILE = "assessments.jsonl"
QRELS_FILE = "qrels.txt"
_QRELS_COLUMNS = 4
_HIGHEST_GRADE = 3
DEVELOPMENT_JUDGES = "language-model assessors with written guidelines"


@dataclass(frozen=True)
class JudgedTeams:
    """Assessments, and the grades 0 to 3 of the supports that were judged for each."""

    assessments: tuple[Assessment, ...]
    """In file order, ids unique."""
    qrels: Qrels
    """Grades by assessment id; both kinds of support together."""

    @property
    def version(self) -> str:
        """SHA-256 of the content, 64 hexadecimal digits."""
        return content_hash([[item.model_dump(mode="json") for item in self.assessments], self.qrels])


def load_judged(
    folder: Path, *, parse: Callable[[bytes], Assessment], documents: Container[str] | None = None
) -> JudgedTeams:
    """The judged teams in a folder with `assessments.jsonl` and `qrels.txt`.

    Args:
        folder: Where the two files are.
        parse: Reads one line; raises `InvalidAssessment`.
        documents: Ids of all supports that a judgment may name; None takes any.

    Raises:
        InputError: Every fault of both files with file and line, among them files that are missing, ids that two
            lines share, grades above 3, and judgments of unknown assessments or supports.
    """
    faults: list[Fault] = []
    assessments: tuple[Assessment, ...] = ()
    queries: Container[str] | None = None
    try:
        assessments = read_assessments(folder / ASSESSMENTS_FILE, parse=parse)
        queries = {assessment.assessment_id for assessment in assessments}
    except InputError as error:
        faults += error.faults
    qrels: Qrels = {}
    lines = _read(folder / QRELS_FILE, faults).decode("utf-8", "replace").splitlines()
    found: list[Fault] = []
    try:
        qrels = read_qrels(lines, file=QRELS_FILE)
    except InvalidQrels as error:
        found += error.faults
    found += [
        Fault(pointer="", detail=f"grade {columns[3]} is above {_HIGHEST_GRADE}", file=QRELS_FILE, line=number)
        for number, columns in enumerate(map(str.split, lines), start=1)
        if len(columns) == _QRELS_COLUMNS and columns[3].isdecimal() and int(columns[3]) > _HIGHEST_GRADE
    ]
    # Where no assessment could be read, every line would name an unknown one.
    found += unknown_ids(lines, KnownIds(queries, documents), n_columns=_QRELS_COLUMNS, file=QRELS_FILE)
    faults += sorted(found, key=lambda fault: fault.line or 0)
    if faults:
        raise InputError(faults)
    return JudgedTeams(assessments, qrels)


def read_assessments(path: Path, *, parse: Callable[[bytes], Assessment]) -> tuple[Assessment, ...]:
    """The assessments in a file of one a line, in its order; blank lines are skipped.

    Args:
        path: The file.
        parse: Reads one line; raises `InvalidAssessment`.

    Raises:
        InputError: Every fault with its line, among them a file that cannot be read and ids that two lines share.
    """
    faults: list[Fault] = []
    assessments: list[Assessment] = []
    first_line: dict[str, int] = {}
    for number, line in enumerate(_read(path, faults).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            assessment = parse(line)
        except InvalidAssessment as error:
            faults += [fault.model_copy(update={"file": path.name, "line": number}) for fault in error.faults]
            continue
        first = first_line.setdefault(assessment.assessment_id, number)
        if first != number:
            detail = f"The assessment {assessment.assessment_id} was already given on line {first}."
            faults.append(Fault(pointer="/assessment_id", detail=detail, file=path.name, line=number))
        assessments.append(assessment)
    if faults:
        raise InputError(faults)
    return tuple(assessments)


def development_teams(*, parse: Callable[[bytes], Assessment]) -> JudgedTeams:
    """The judged development teams that ship with Trellis; judged by language-model assessors, teams invented."""
    with resources.as_file(resources.files(evaluation) / "data" / "judged") as folder:
        return load_judged(folder, parse=parse)


def team_topics(
    teams: JudgedTeams, supports: Sequence[Support], *, needs: Mapping[str, Sequence[Need]]
) -> dict[str, Topic]:
    """What metrics may know of each judged team, for supports of one kind.

    Args:
        teams: The judged teams; a team without a judged support of this kind is left out.
        supports: All supports of one kind. Grades of supports that are not among them are left out.
        needs: The needs of each team by assessment id; priority needs enter in the order of their rank.
    """
    aspects: dict[str, frozenset[str]] = {support.id: frozenset(support.domains) for support in supports}
    kinds = {support.kind for support in supports}
    if len(kinds) > 1:
        raise ValueError("supports of one kind are expected: each kind is ranked in its own list")
    topics = {}
    for assessment in teams.assessments:
        grades = teams.qrels.get(assessment.assessment_id, {})
        known = {doc_id: grade for doc_id, grade in grades.items() if doc_id in aspects}
        if known:
            topics[assessment.assessment_id] = Topic(
                grades=known,
                needs=_priorities(needs[assessment.assessment_id]),
                aspects=aspects,
                forbidden=forbidden_supports(assessment, supports),
            )
    return topics


def _priorities(needs: Sequence[Need]) -> tuple[str, ...]:
    ranked = [(need.rank, place, need.domain) for place, need in enumerate(needs) if need.is_priority and need.rank]
    return tuple(domain for _, _, domain in sorted(ranked))


def _read(path: Path, faults: list[Fault]) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        detail = f"The file cannot be read in {path.parent}: {error.strerror}."
        faults.append(Fault(pointer="", detail=detail, file=path.name))
        return b""
