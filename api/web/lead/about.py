"""The form about a team's situation, made from the instrument's context questions."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from starlette.datastructures import FormData

from api.teams.rows import Team
from api.web.kit.states import STATE_NAMES
from models.instrument import ContextQuestion
from models.vocab import Form
from recommender.instruments import LoadedInstrument

__all__ = ["AboutPage", "Question", "about_page", "context_in", "important_gaps", "labels_of", "typed_in"]

_ELSEWHERE = {"form", "role", "answer_mode"}
"""Questions that are answered when a team is made, or by each person."""

_GROUPS: Sequence[tuple[str, str, Sequence[str]]] = (
    ("Your work", "", ("focus_areas", "cycle_phase", "experience", "school_year_time")),
    ("Your schools", "", ("state", "grade_bands", "locale", "enrollment", "designation", "in_network")),
    ("Your network", "", ("network_size", "network_secondary", "network_priority_schools")),
    (
        "Your students",
        "Some partners are funded to work with certain schools. Rough numbers are fine, and you may leave these out.",
        (
            "pct_black_or_latino",
            "pct_low_income",
            "majority_priority",
            "pct_english_learners",
            "pct_students_with_disabilities",
        ),
    ),
    (
        "Support that would work for you",
        "",
        ("modality", "languages", "access_needs", "budget", "time_available", "evidence_rule"),
    ),
)
_SHARING = "share_with"
_HINTS = {
    "majority_priority": "Answer this if you are not sure of the two percents above.",
    "school_year_time": "Leave it out, and we go by the date.",
    "state": "Choose every state that your schools are in.",
}
_SHARES = {
    "hub": "The people who lead your network may see your results and your plan.",
    "program-officer": "An officer of the programs that you put this team into sees your results and matches, looks at "
    "the matches before you get your plan, and can help. Without this, you get your plan at once.",
    "provider": "If you choose to work with a provider, it may see your results.",
    "peers": "Other teams may be told that you are strong where they want to grow.",
    "research": "Results are used in studies. Names and your own words are never part of that.",
}
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


class Group(NamedTuple):
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
    groups: Sequence[Group]
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
    grouped = {key for _, _, keys in _GROUPS for key in keys} | {_SHARING}
    rest = tuple(key for key in asked if key not in grouped)
    groups = [
        Group(title, words, [_question(asked[key], answers, faults) for key in keys if key in asked])
        for title, words, keys in (*_GROUPS, ("More", "", rest))
    ]
    return AboutPage(
        team_id=team.id,
        title=team.name,
        name=team.name if name is None else name,
        version=team.version,
        groups=[group for group in groups if group.questions],
        sharing=_question(asked[_SHARING], answers, faults),
        policy=policy or team.review_policy,
        faults=faults,
        labels={"name": "The team's name", **{key: question.text for key, question in asked.items()}},
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
    return [q for q in instrument.context.values() if q.id not in _ELSEWHERE and form in q.forms]


def _question(question: ContextQuestion, answers: Mapping[str, Any], faults: Mapping[str, str]) -> Question:
    value = answers.get(question.id)
    chosen = value if isinstance(value, list) else [value]
    options = question.options
    if len(options) > _LONG:
        options = tuple(sorted(options, key=lambda option: option.key not in chosen))
    return Question(
        id=question.id,
        text=question.text,
        kind=question.kind,
        hint=_HINTS.get(question.id, ""),
        matters=question.required,
        choices=[
            Choice(
                option.key,
                _label(question, option.key, option.label),
                option.key in chosen,
                _SHARES.get(option.key, "") if question.id == _SHARING else "",
            )
            for option in options
        ],
        value="" if value is None or isinstance(value, list) else str(value),
        fault=faults.get(question.id, ""),
    )


def _label(question: ContextQuestion, key: str, label: str) -> str:
    return STATE_NAMES.get(key, label) if question.id == "state" else label


def _changed(team: Team, asked: Any, answers: Mapping[str, Any]) -> list[str]:
    return [
        question.text
        for question in asked
        if str(team.context.get(question.id) or "") != str(answers.get(question.id) or "")
    ]
