"""The five gates, stated a second time: what may never be listed for a team.

Written from the product's contract and independent of the ruleset, so that a wrong rule shows up as a violation.
A gate closes only on facts known on both sides.
"""

from collections.abc import Iterable, Sequence

from models.assessment import Assessment
from models.base import SupportId
from models.support import Support
from models.vocab import Audience, Cost, Form, GradeBand, Modality

__all__ = ["closed_gate", "forbidden_supports"]

_NOT_FOR_TEAMS = {Audience.NETWORK_HUB, Audience.FUNDER, Audience.STATE_AGENCY}
_WITHOUT_MEETING = {Modality.SELF_PACED, Modality.FACILITATED_VIRTUAL, Modality.DOCUMENT}
_OUTSIDE = "outside-us"
_UNKNOWN = {"not-sure", "other"}


def closed_gate(assessment: Assessment, support: Support) -> str | None:
    """The first gate that keeps a support from a team (`grade_bands`, `serves`, `cost`, `modality`, `audiences`).

    None when none does; an unknown on either side never does.
    """
    asked, offered = _chosen(assessment, "grade_bands"), set(support.grade_bands)
    if asked and offered and GradeBand.ALL not in asked | offered and not asked & offered:
        return "grade_bands"
    if support.places and not _serves(support.places, _chosen(assessment, "state")):
        return "serves"
    if support.cost is Cost.PAID and _chosen(assessment, "budget") == {"none"}:
        return "cost"
    wanted = _chosen(assessment, "modality")
    if support.modality == (Modality.FACILITATED_IN_PERSON,) and wanted and wanted <= _WITHOUT_MEETING:
        return "modality"
    if assessment.form is Form.TEAM and support.audiences and set(support.audiences) <= _NOT_FOR_TEAMS:
        return "audiences"
    return None


def forbidden_supports(assessment: Assessment, supports: Iterable[Support]) -> frozenset[SupportId]:
    """The ids of the supports that a gate keeps from this team."""
    return frozenset(support.id for support in supports if closed_gate(assessment, support) is not None)


def _serves(places: Sequence[str], states: set[str]) -> bool:
    if not states:
        return True
    # `US` covers the states, DC and the territories, but nobody outside.
    inside = states - {_OUTSIDE}
    return bool(inside & set(places)) or ("US" in places and bool(inside))


def _chosen(assessment: Assessment, question: str) -> set[str]:
    value = assessment.team.context.get(question, ())
    chosen = {value} if isinstance(value, str) else set(value) if isinstance(value, tuple) else set()
    return chosen - _UNKNOWN
