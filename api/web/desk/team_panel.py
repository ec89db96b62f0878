"""What an officer sees of a team beside its matches: its needs, and its situation in its own words."""

from collections.abc import Mapping
from typing import NamedTuple

from api.text.language import word
from api.text.words import counted
from models.needs import Need
from models.recommendation import RecommendationRun
from models.review import Review
from models.vocab import NeedWord, ReadinessAdvice, SupportKind
from recommender.instruments import LoadedInstrument

__all__ = ["NeedRow", "need_rows", "situation_of"]

_READINESS = {
    ReadinessAdvice.PREPARE_FIRST: "Prepare first",
    ReadinessAdvice.START: "Ready to start",
    ReadinessAdvice.START_SMALL: "Start small",
}


class NeedRow(NamedTuple):
    """One need."""

    place: str
    name: str
    word: NeedWord
    is_first: bool
    """Whether it is one to begin with."""
    readiness: str
    reason: str
    now_and_next: tuple[tuple[str, str, str], ...]
    """Question, what is seen now, what the next level looks like."""
    met_by: str
    unmet: bool
    is_priority: bool


def need_rows(document: RecommendationRun, review: Review) -> tuple[NeedRow, ...]:
    """Every need, the most pressing first, with how many matches work on it as the review has the lists now."""
    return tuple(_need_row(need, document, review) for need in document.needs)


def situation_of(context: Mapping[str, object], instrument: LoadedInstrument) -> tuple[tuple[str, str], ...]:
    """What a team says of its situation: short names of the questions, and the labels of the answers."""
    rows = []
    for question in instrument.placed(lambda handling: handling.desk_place):
        given = context.get(question.id)
        if given in (None, "", [], ()):
            continue
        labels = {option.key: option.label for option in question.options}
        values = given if isinstance(given, list | tuple) else [given]
        said = ", ".join(labels.get(str(value), str(value)) for value in values)
        rows.append((instrument.short_name(question), said))
    return tuple(rows)


def _need_row(need: Need, document: RecommendationRun, review: Review) -> NeedRow:
    served: dict[SupportKind, int] = {}
    matches = {match.support_id: match for one in document.lists for match in one.matches}
    for one in review.lists:
        for entry in one.kept:
            match = matches.get(entry.support_id)
            if match and any(share.domain is need.domain for share in match.needs):
                served[one.kind] = served.get(one.kind, 0) + 1
    unmet = [word(gap.kind).lower() for one in document.lists for gap in one.unmet_needs if gap.domain is need.domain]
    met = [counted(kind, n) for kind, n in served.items()]
    if unmet:
        met.append(f"no {' and no '.join(unmet)} is good enough")
    return NeedRow(
        place="" if need.rank is None else str(need.rank),
        name=need.name,
        word=need.word,
        is_first=need.word is NeedWord.START_HERE,
        readiness=_READINESS[need.readiness] if need.readiness else "",
        reason=_reason(need),
        now_and_next=tuple((text.question, text.present, text.next or "") for text in need.rubric[:1]),
        met_by=", ".join(met),
        unmet=bool(unmet),
        is_priority=need.is_priority,
    )


def _reason(need: Need) -> str:
    if need.priority is not None and need.gap is not None and need.importance is not None:
        return f"Gap {need.gap:.2f} × importance {need.importance:.2f} = {need.priority:.2f}"
    if need.word is NeedWord.NOT_ENOUGH_ANSWERS:
        return "Too few answers to place it"
    return "Too few people to show the numbers" if need.priority is None else ""
