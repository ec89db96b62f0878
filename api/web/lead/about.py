"""The form about a team's situation, made from the instrument's context questions."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from starlette.datastructures import FormData

from api.teams.rows import Team
from api.text.language import _
from api.web.kit.states import state_names
from models.instrument import ContextQuestion, Handling
from models.vocab import Form
from recommender.diagnosis.context_answers import ELSEWHERE
from recommender.instruments import LoadedInstrument

__all__ = ["AboutPage", "Question", "about_page", "context_in", "important_gaps", "labels_of", "typed_in"]

_SHARING = "share_with"
_MOST_DIGITS = 9
_LONG = 30
"""From so many choices on, what is chosen comes first."""


class Choice(NamedTuple):
    """One answer that may be chosen."""

    key: str
    label: str
    chosen: bool
    hint: str = ""


class Question(NamedTuple):
    """One question with what was answered."""

    id: str
    text: str
    kind: str
    """`single`, `multi`, `percent` or `integer`."""
    hint: str
    matters: bool
    """Whether the matches depend on it more than on others."""
    choices: Sequence[Choice]
    value: str
    fault: str


class QuestionGroup(NamedTuple):
    """Questions that belong together."""

    title: str
    words: str
    questions: Sequence[Question]


class AboutPage(NamedTuple):
    """The form."""

    team_id: str
    title: str
    """The team's name as it is kept."""
    name: str
    version: int
    """Of the team, when the form was shown."""
    groups: Sequence[QuestionGroup]
    sharing: Question
    policy: str
    faults: Mapping[str, str]
    """Field to what is wrong with it."""
    labels: Mapping[str, str]
    """Field to its words, for the list of faults."""
    stale: bool
    """Whether somebody else changed the team since the form was shown."""
    changed: Sequence[str]
    """Questions that somebody else has answered differently meanwhile."""


def about_page(
    team: Team,
    instrument: LoadedInstrument,
    *,
    typed: Mapping[str, Any] | None = None,
    name: str | None = None,
    policy: str | None = None,
    faults: Mapping[str, str] | None = None,
    stale: bool = False,
) -> AboutPage:
    """The form with what is kept, or with what was typed.

    Args:
        team: as it is kept.
        instrument: the questions.
        typed: answers that were not saved, as `typed_in` gives them; None for those that are kept.
        name: as it was typed.
        policy: as it was chosen.
        faults: field to what is wrong with it.
        stale: whether somebody else changed the team since the form was shown.
    """
    answers = team.context if typed is None else typed
    faults = faults or {}
    form = Form(team.form)
    asked = {question.id: question for question in _asked(instrument, form)}
    groups = [
        QuestionGroup(title, words, [_question(one, instrument.handling[one.id], answers, faults) for one in questions])
        for title, words, questions in _grouped(asked.values(), instrument)
    ]
    return AboutPage(
        team_id=team.id,
        title=team.name,
        name=team.name if name is None else name,
        version=team.version,
        groups=groups,
        sharing=_question(asked[_SHARING], instrument.handling[_SHARING], answers, faults),
        policy=policy or team.review_policy,
        faults=faults,
        labels={"name": _("The team's name"), **{key: question.text for key, question in asked.items()}},
        stale=stale,
        changed=_changed(team, asked.values(), answers) if stale else [],
    )


def typed_in(form: FormData, instrument: LoadedInstrument, asked: Form) -> dict[str, Any]:
    """The answers in a form as they were typed: lists for questions with several answers, else text."""
    return {
        question.id: [str(one) for one in form.getlist(question.id)]
        if question.kind == "multi"
        else str(form.get(question.id, "")).strip()
        for question in _asked(instrument, asked)
    }


def context_in(typed: Mapping[str, Any], instrument: LoadedInstrument) -> dict[str, Any]:
    """What is typed, as a change of a team's context: None where nothing was, numbers where a number was."""
    context: dict[str, Any] = {}
    for key, value in typed.items():
        text = value.removesuffix("%").strip() if isinstance(value, str) else ""
        is_number = instrument.context[key].kind in ("percent", "integer") and text.isascii() and text.isdigit()
        context[key] = int(text) if is_number and len(text) <= _MOST_DIGITS else (value or None)
    return context


def important_gaps(context: Mapping[str, Any], instrument: LoadedInstrument, form: Form) -> list[str]:
    """The questions that matter most and are not answered."""
    return [
        question.text for question in _asked(instrument, form) if question.required and not context.get(question.id)
    ]


def labels_of(context: Mapping[str, Any], instrument: LoadedInstrument, form: Form) -> dict[str, tuple[str, str]]:
    """Answers in words, by question: the question and the answer, several parted by semicolons."""
    words: dict[str, tuple[str, str]] = {}
    for question in _asked(instrument, form):
        value = context.get(question.id)
        if value is None or value == []:
            continue
        labels = {option.key: _label(question, option.key, option.label) for option in question.options}
        several = value if isinstance(value, list) else [value]
        words[question.id] = (question.text, "; ".join(labels.get(one, str(one)) for one in several))
    return words


def _asked(instrument: LoadedInstrument, form: Form) -> list[ContextQuestion]:
    return [q for q in instrument.context.values() if q.id not in ELSEWHERE and form in q.forms]


def _grouped(
    asked: Iterable[ContextQuestion], instrument: LoadedInstrument
) -> Iterator[tuple[str, str, Sequence[ContextQuestion]]]:
    """Title, words and questions of each group that has any; what is in none comes last."""
    of_group: dict[str | None, list[ContextQuestion]] = {}
    for question in asked:
        if question.id != _SHARING:
            of_group.setdefault(instrument.handling[question.id].group, []).append(question)
    titles = [(group.id, group.title, group.words) for group in instrument.page_groups]
    for key, title, words in (*titles, (None, _("More"), "")):
        if questions := of_group.get(key):
            yield title, words, sorted(questions, key=lambda one: _place(instrument.handling[one.id]))


def _place(handling: Handling) -> float:
    return math.inf if handling.place is None else handling.place


def _question(
    question: ContextQuestion, handling: Handling, answers: Mapping[str, Any], faults: Mapping[str, str]
) -> Question:
    value = answers.get(question.id)
    chosen = value if isinstance(value, list) else [value]
    options = question.options
    if len(options) > _LONG:
        options = tuple(sorted(options, key=lambda option: option.key not in chosen))
    return Question(
        id=question.id,
        text=question.text,
        kind=question.kind,
        hint=handling.hint,
        matters=question.required,
        choices=[
            Choice(
                option.key,
                _label(question, option.key, option.label),
                option.key in chosen,
                handling.option_hints.get(option.key, ""),
            )
            for option in options
        ],
        value="" if value is None or isinstance(value, list) else str(value),
        fault=faults.get(question.id, ""),
    )


def _label(question: ContextQuestion, key: str, label: str) -> str:
    return state_names().get(key, label) if question.id == "state" else label


def _changed(team: Team, asked: Any, answers: Mapping[str, Any]) -> list[str]:
    return [
        question.text
        for question in asked
        if str(team.context.get(question.id) or "") != str(answers.get(question.id) or "")
    ]
