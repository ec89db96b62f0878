"""Means of groups within a team, such as roles, for each domain apart."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from models.assessment import Assessment, Response
from models.profile import DomainGroups, GroupMean
from models.vocab import AnswerMode
from recommender.config import ScoringConfig
from recommender.diagnosis import irt
from recommender.diagnosis.profiling import rater_scores
from recommender.diagnosis.suppression import shown_groups
from recommender.instruments import LoadedInstrument

__all__ = ["NOT_GIVEN", "means_by_role", "role_counts"]

NOT_GIVEN = "not given"
"""The group of the people who named no role."""


def means_by_role(
    assessment: Assessment,
    instrument: LoadedInstrument,
    config: ScoringConfig,
    *,
    item_parameters: Mapping[str, irt.GradedItem] | None = None,
) -> tuple[DomainGroups, ...]:
    """The mean of each role in each domain, where `shown_groups` lets it be seen.

    Whether a group is shown is decided for each domain apart, by its people who have a score there; people who named
    no role count as a group of their own. Agreed answers have no groups: the result is empty.

    Args:
        assessment: parsed against `instrument`.
        instrument: the questionnaire; its `min_detail` is the smallest group.
        config: constants of scoring.
        item_parameters: as for `build_profile`.

    Returns:
        The domains that the form asks and the team has not set aside, in the order of the instrument. Means are
        rounded to one decimal.
    """
    if assessment.answer_mode is AnswerMode.CONSENSUS:
        return ()
    role_of = {response.respondent: response.role or NOT_GIVEN for response in assessment.responses}
    minimum = instrument.instrument.privacy.min_detail
    domains = []
    for domain in instrument.form_domains(assessment.form):
        if domain in assessment.set_aside:
            continue
        scores = rater_scores(assessment, domain, instrument=instrument, config=config, item_parameters=item_parameters)
        by_role: defaultdict[str, list[float]] = defaultdict(list)
        for respondent, score in scores.items():
            by_role[role_of[respondent]].append(score)
        seen = shown_groups({role: len(own) for role, own in by_role.items()}, minimum=minimum)
        groups = tuple(
            GroupMean(group=role, n=len(own), mean=round(math.fsum(own) / len(own), 1))
            for role in seen
            if (own := by_role[role])
        )
        domains.append(DomainGroups(domain=domain, groups=groups))
    return tuple(domains)


def role_counts(responses: Sequence[Response]) -> Mapping[str, int]:
    """How many people name each role, those who named none as `NOT_GIVEN`."""
    return Counter(response.role or NOT_GIVEN for response in responses)
