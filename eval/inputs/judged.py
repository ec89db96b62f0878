"""Judged teams: assessments with graded supports, read from a folder and turned into topics that metrics understand."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import eval as evaluation
from eval.inputs.files import read_text
from eval.inputs.gates import forbidden_supports
from eval.inputs.known_ids import KnownIds, unknown_ids
from eval.metrics import Topic
from models.assessment import Assessment
from models.base import Fault
from models.needs import Need
from models.support import Support
from recommender.canonical import content_hash
from recommender.diagnosis.assessments import parse_assessments
from recommender.errors import InputError, InvalidQrels
from recommender.reading.faults import FaultReport
from recommender.reading.trec import Qrels, read_qrels
from recommender.reading.values import read_bytes

__all__ = [
    "ASSESSMENTS_FILE",
    "DEVELOPMENT_JUDGES",
    "QRELS_FILE",
    "JudgedTeams",
    "ReadAssessment",
    "development_teams",
    "load_judged",
    "read_assessments",
    "team_topics",
]

ASSESSMENTS_FILE = "assessments.jsonl"
QRELS_FILE = "qrels.txt"
_QRELS_COLUMNS = 4
_HIGHEST_GRADE = 3
ReadAssessment = Callable[[Any, FaultReport], Assessment | None]
"""The assessment of a line's data; None, and faults in the report, where it is none."""
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
        # Rankings are judged by answers in full, for which this consent does not count.
        aside = {"responses": {"__all__": {"match_from_answers"}}}
        teams = [item.model_dump(mode="json", exclude=aside) for item in self.assessments]
        return content_hash([teams, self.qrels])


def load_judged(folder: Path, *, read: ReadAssessment, documents: Container[str] | None = None) -> JudgedTeams:
    """The judged teams in a folder with `assessments.jsonl` and `qrels.txt`.

    Args:
        folder: Where the two files are.
        read: The assessment of a line's data, and its faults into the report.
        documents: Ids of all supports that a judgment may name; None takes any.

    Raises:
        InputError: Every fault of both files with file and line, among them files that are missing, ids that two
            lines share, grades above 3, and judgments of unknown assessments or supports.
    """
    faults: list[Fault] = []
    assessments: tuple[Assessment, ...] = ()
    queries: Container[str] | None = None
    try:
        assessments = read_assessments(folder / ASSESSMENTS_FILE, read=read)
        queries = {assessment.assessment_id for assessment in assessments}
    except InputError as error:
        faults += error.faults
    qrels: Qrels = {}
    lines: list[str] = []
    try:
        lines = read_text(folder / QRELS_FILE, file=QRELS_FILE).splitlines()
    except InputError as error:
        faults += error.faults
    found: list[Fault] = []
    try:
        qrels = read_qrels(lines, file=QRELS_FILE)
    except InvalidQrels as error:
        found += error.faults
    found += [
        Fault(pointer="", detail=f"The grade {columns[3]} is above {_HIGHEST_GRADE}.", file=QRELS_FILE, line=number)
        for number, columns in enumerate(map(str.split, lines), start=1)
        if len(columns) == _QRELS_COLUMNS and columns[3].isdecimal() and int(columns[3]) > _HIGHEST_GRADE
    ]
    # Where no assessment could be read, every line would name an unknown one.
    found += unknown_ids(lines, KnownIds(queries, documents), n_columns=_QRELS_COLUMNS, file=QRELS_FILE)
    faults += sorted(found, key=lambda fault: fault.line or 0)
    if faults:
        raise InputError(faults)
    return JudgedTeams(assessments, qrels)


def read_assessments(path: Path, *, read: ReadAssessment) -> tuple[Assessment, ...]:
    """The assessments in a file of one a line, in its order; blank lines are skipped.

    Args:
        path: The file.
        read: The assessment of a line's data, and its faults into the report.

    Raises:
        InputError: Every fault with its line, among them a file that cannot be read and ids that two lines share.
    """
    return parse_assessments(read_bytes(path, file=path.name), read, file=path.name)


def development_teams(*, read: ReadAssessment) -> JudgedTeams:
    """The judged development teams that ship with Trellis; judged by language-model assessors, teams invented."""
    with resources.as_file(resources.files(evaluation) / "data" / "judged") as folder:
        return load_judged(folder, read=read)


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
