"""One domain of the questionnaire as a page: its lines, how much it matters, and how to start."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from api.assessments.answers import OwnAnswers
from api.assessments.profiles import ProfileView
from api.assessments.rows import Place
from api.errors import NotFound
from api.text.language import _, speaker
from api.web.check.forms import number_of_top_three, saved_pieces
from api.web.check.guide import Guide, guide_for
from api.web.check.way import CheckFrame, CheckStep
from models.instrument import Item
from models.vocab import Domain, Form, ImportanceKey, SpecialAnswer
from recommender.diagnosis.questions import Questions
from recommender.instruments import LoadedInstrument

__all__ = ["CheckQuestion", "DomainPage", "asked_domain", "domain_page"]


class AnswerChoice(NamedTuple):
    """One answer to choose."""

    value: str
    text: str
    chosen: bool


class CheckQuestion(NamedTuple):
    """One question with its choices, as a group of radio buttons."""

    path: str
    """Name of the field, such as `answers/la1`."""
    anchor: str
    """Id of the group in the page."""
    text: str
    pictures: Sequence[AnswerChoice]
    """From the first level to the last."""
    others: Sequence[AnswerChoice]
    """Answers without a level."""
    answered: bool
    hint: str
    why: str
    """Why this is asked; empty where nobody would wonder."""
    differ_by: str
    """In what the pictures differ."""
    fault: str


class DomainPage(NamedTuple):
    """One domain."""

    frame: CheckFrame
    domain: Domain
    name: str
    number: int
    """From 1, in this person's order."""
    of: int
    questions: Sequence[CheckQuestion]
    answered: int
    importance: CheckQuestion
    top_three: Sequence[CheckStep]
    """Other domains that are among the top three, when those are all taken."""
    wants_help: bool
    """Whether this domain is among the top three, so that it is asked how to start."""
    readiness: Sequence[CheckQuestion]
    previous: CheckStep | None
    next: CheckStep
    instructions: str
    time_frame: str
    our_team: str
    our_schools: str
    guide: Guide | None
    """Only where the team agrees."""
    faults: Sequence[tuple[str, str]]
    """Ids of groups, and what is wrong there."""
    unsaved: bool
    """Whether the page shows choices that could not be saved."""


def asked_domain(word: str, questions: Questions) -> Domain:
    """The domain of that id.

    Raises:
        NotFound: this person is not asked about it.
    """
    for domain in questions.by_domain:
        if domain == word:
            return domain
    raise NotFound("part of this check", word)


def domain_page(
    domain: Domain,
    place: Place,
    own: OwnAnswers,
    questions: Questions,
    instrument: LoadedInstrument,
    *,
    frame: CheckFrame,
    alone: ProfileView | None,
    sent: Mapping[str, Any] | None = None,
    faults: Mapping[str, str] | None = None,
) -> DomainPage:
    """One domain.

    Args:
        domain: one of `questions`.
        place: whose page.
        own: what is saved.
        questions: what this person is asked.
        instrument: the questionnaire in use.
        frame: of the page.
        alone: what people answered alone, as it may be shown, for the guide where the team agrees.
        sent: pieces that could not be saved; they are shown in place of what is saved.
        faults: what is wrong with them, by path.
    """
    whole, faults, says = instrument.instrument, faults or {}, speaker(instrument)
    pieces = {**saved_pieces(own), **(sent or {})}
    form = whole.forms[Form(place.assessment.form)]
    order = list(questions.by_domain)
    at = order.index(domain)
    items = [instrument.items[item] for item in questions.by_domain[domain]]
    lines = [
        _line(item, pieces, faults, hub=place.assessment.form == Form.HUB, instrument=instrument) for item in items
    ]
    importance = _importance(domain, pieces, faults, instrument)
    readiness = [
        _group(f"readiness/{domain}/{part.id}", f"start-{part.id}", part.text, part.levels, pieces, faults)
        for part in whole.readiness
    ]
    steps = [CheckStep(f"{frame.home}/{one}", says.tell(f"domain.{one}")) for one in order]
    taken = [one for one, key in own.importance.items() if key is ImportanceKey.TOP_THREE and one != domain]
    full = len(taken) >= (number_of_top_three(whole) or len(order))
    return DomainPage(
        frame=frame,
        domain=domain,
        name=says.tell(f"domain.{domain}"),
        number=at + 1,
        of=len(order),
        questions=lines,
        answered=sum(line.answered for line in lines),
        importance=importance,
        top_three=[step for one, step in zip(order, steps, strict=True) if one in taken] if full else [],
        wants_help=pieces.get(f"importance/{domain}") == ImportanceKey.TOP_THREE,
        readiness=readiness,
        previous=steps[at - 1] if at else None,
        next=steps[at + 1] if at + 1 < len(order) else CheckStep(f"{frame.home}/words", _("In your own words")),
        instructions=whole.instrument.instructions,
        time_frame=whole.instrument.time_frame,
        our_team=form.our_team,
        our_schools=form.our_schools,
        guide=guide_for(domain, alone, instrument) if frame.together else None,
        faults=_summary([*lines, importance, *readiness], faults),
        unsaved=sent is not None,
    )


def _summary(questions: Sequence[CheckQuestion], faults: Mapping[str, str]) -> list[tuple[str, str]]:
    """Faults in the order of the page; what belongs to no question of it comes last and leads to its top."""
    here = {question.path for question in questions}
    found = [(question.anchor, f"{question.text}: {question.fault}") for question in questions if question.fault]
    return found + [("main", words) for path, words in faults.items() if path not in here]


def _line(
    item: Item, pieces: Mapping[str, Any], faults: Mapping[str, str], *, hub: bool, instrument: LoadedInstrument
) -> CheckQuestion:
    path = f"answers/{item.id}"
    line = _group(path, f"line-{item.id}", item.text, item.levels, pieces, faults)
    others = list(_special(item, pieces.get(path), instrument))
    return line._replace(
        others=others,
        answered=pieces.get(path) is not None,
        hint=item.hub_hint or "" if hub else "",
        why=item.why,
        differ_by=item.varies_by,
    )


def _special(item: Item, given: object, instrument: LoadedInstrument) -> Iterator[AnswerChoice]:
    for answer in instrument.instrument.special_answers:
        # Whoever wants to leave a line blank just does.
        if answer.key == SpecialAnswer.SKIPPED or (answer.only_where == "na_ok" and not item.na_ok):
            continue
        yield AnswerChoice(answer.key, answer.label, given == answer.key)


def _importance(
    domain: Domain, pieces: Mapping[str, Any], faults: Mapping[str, str], instrument: LoadedInstrument
) -> CheckQuestion:
    question, path = instrument.instrument.importance, f"importance/{domain}"
    choices = {str(option.key): option.label for option in question.options}
    return _group(path, "importance", question.text, choices, pieces, faults)


def _group(
    path: str,
    anchor: str,
    text: str,
    choices: Mapping[Any, str],
    pieces: Mapping[str, Any],
    faults: Mapping[str, str],
) -> CheckQuestion:
    given = pieces.get(path)
    return CheckQuestion(
        path=path,
        anchor=anchor,
        text=text,
        pictures=[AnswerChoice(str(value), words, given == value) for value, words in choices.items()],
        others=(),
        answered=given is not None,
        hint="",
        why="",
        differ_by="",
        fault=faults.get(path, ""),
    )
