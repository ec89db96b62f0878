"""What rules may know of a team: the words of its answers, its form, roles, season and priority needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from models.assessment import ContextValue
from models.needs import Need
from models.rules import DEMOGRAPHIC_FIELDS, TeamFact
from models.vocab import Audience, Domain, Form
from recommender.diagnosis.evidence import TeamEvidence
from recommender.instruments import LoadedInstrument

__all__ = ["TeamFacts", "season_of", "team_facts", "team_words"]

SEASON_QUESTION = "school_year_time"
SEASONS = {
    **dict.fromkeys((7, 8), "summer"),
    **dict.fromkeys((9, 10, 11), "fall"),
    **dict.fromkeys((12, 1, 2), "winter"),
    **dict.fromkeys((3, 4), "spring"),
    **dict.fromkeys((5, 6), "year-end"),
}
ROLES = (*Audience, "other")
UNKNOWN_ANSWER = "not-sure"


@dataclass(frozen=True)
class TeamFacts:
    """The known words of each team field."""

    values: Mapping[str, tuple[str, ...]]
    """A field left out is unknown; an empty one is known to be empty (a team without priority needs)."""

    def get(self, field: str) -> tuple[str, ...] | None:
        """The field's words, or None when unknown."""
        return self.values.get(field)


def team_facts(evidence: TeamEvidence, needs: Sequence[Need], *, as_of: date) -> TeamFacts:
    """The facts of one team.

    Which answers a rule may test is checked where rulesets are read (`team_words`); answers about a team's students,
    place or size are no facts here, whatever a ruleset says. `not-sure`, an empty list and a missing answer are
    unknown. The season is the team's own answer, else `season_of` the date. Roles are those that are known
    of its people, in the order of the vocabulary; none is unknown.
    """
    context = evidence.team.context
    values = {name: _words(answer) for name, answer in context.items() if name not in DEMOGRAPHIC_FIELDS}
    values[TeamFact.FORM] = (evidence.form,)
    values[TeamFact.ROLES] = tuple(role for role in ROLES if role in evidence.roles)
    values[TeamFact.SEASON] = values.pop(SEASON_QUESTION, ()) or (season_of(as_of),)
    known = {field: words for field, words in values.items() if words}
    known[TeamFact.PRIORITY_NEEDS] = tuple(need.domain for need in needs if need.is_priority)
    return TeamFacts(known)


def team_words(instrument: LoadedInstrument) -> dict[str, tuple[str, ...] | None]:
    """The known answers of each field of a team that rules may test; None for language tags, which are no closed set.

    `not-sure` is unknown, so no word.
    """
    return {
        TeamFact.FORM: tuple(Form),
        TeamFact.ROLES: ROLES,
        **{
            question.id: tuple(option.key for option in question.options if option.key != UNKNOWN_ANSWER)
            if instrument.handling[question.id].rules == "words"
            else None
            for question in instrument.context.values()
            if instrument.handling[question.id].rules
        },
        TeamFact.SEASON: tuple(dict.fromkeys(SEASONS.values())),
        TeamFact.PRIORITY_NEEDS: tuple(Domain),
    }


def season_of(day: date) -> str:
    """The time of the school year in the northern United States: summer is July and August, year-end May and June."""
    return SEASONS[day.month]


def _words(answer: ContextValue | None) -> tuple[str, ...]:
    answers = (answer,) if isinstance(answer, str) else answer if isinstance(answer, tuple) else ()
    return tuple(word for word in answers if word != UNKNOWN_ANSWER)
