"""What rules may know of a team: its answers to the context questions, its form, roles, season and priority needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from models.assessment import Assessment, ContextValue
from models.needs import Need
from models.rules import TeamField
from models.vocab import Audience

__all__ = ["TeamFacts", "season_of", "team_facts"]

CONTEXT_FIELDS = {
    TeamField.STATE: "state",
    TeamField.GRADE_BANDS: "grade_bands",
    TeamField.FOCUS_AREAS: "focus_areas",
    TeamField.SEASON: "school_year_time",
    TeamField.CYCLE_PHASE: "cycle_phase",
    TeamField.EXPERIENCE: "experience",
    TeamField.IN_NETWORK: "in_network",
    TeamField.MODALITY: "modality",
    TeamField.LANGUAGES: "languages",
    TeamField.ACCESS_NEEDS: "access_needs",
    TeamField.BUDGET: "budget",
    TeamField.TIME_AVAILABLE: "time_available",
    TeamField.EVIDENCE_RULE: "evidence_rule",
}
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

    values: Mapping[TeamField, tuple[str, ...]]
    """A field left out is unknown; an empty one is known to be empty (a team without priority needs)."""

    def get(self, field: TeamField) -> tuple[str, ...] | None:
        """The field's words, or None when unknown."""
        return self.values.get(field)


def team_facts(assessment: Assessment, needs: Sequence[Need], *, as_of: date) -> TeamFacts:
    """The facts of one assessment.

    `not-sure`, an empty list and a missing answer are unknown. The season is the team's own answer, else `season_of`
    the date. Roles are those that respondents name, in the order of the vocabulary; nobody naming one is unknown.
    """
    context = assessment.team.context
    values = {field: _words(context.get(question)) for field, question in CONTEXT_FIELDS.items()}
    values[TeamField.FORM] = (assessment.form,)
    named = {response.role for response in assessment.responses}
    values[TeamField.ROLES] = tuple(role for role in ROLES if role in named)
    values[TeamField.SEASON] = values[TeamField.SEASON] or (season_of(as_of),)
    known = {field: words for field, words in values.items() if words}
    known[TeamField.PRIORITY_NEEDS] = tuple(need.domain for need in needs if need.is_priority)
    return TeamFacts(known)


def season_of(day: date) -> str:
    """The time of the school year in the northern United States: summer is July and August, year-end May and June."""
    return SEASONS[day.month]


def _words(answer: ContextValue | None) -> tuple[str, ...]:
    answers = (answer,) if isinstance(answer, str) else answer if isinstance(answer, tuple) else ()
    return tuple(word for word in answers if word != UNKNOWN_ANSWER)
