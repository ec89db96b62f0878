"""What two runs and two catalogs say of their own differences, so that the story of changes can name it."""

from collections.abc import Mapping

from models.base import SupportId
from models.change_story import ChangeEvidence, NeedChange, RecordChange, SupportDecision
from models.recommendation import Match, RecommendationRun
from recommender.catalog.load import Catalog

__all__ = ["gather_evidence", "record_changes"]


def gather_evidence(
    before: RecommendationRun,
    after: RecommendationRun,
    *,
    records: Mapping[SupportId, RecordChange] | None = None,
    decisions: Mapping[SupportId, SupportDecision] | None = None,
) -> ChangeEvidence:
    """What may be said of the changes between two runs of one team.

    Needs come from what the runs show; one without a number changes by none. A rule counts where both runs trace it
    for a support and the outcomes differ; of a support that only one run lists, no rule is known to have changed.

    Args:
        before: the earlier run, as stored.
        after: the later one.
        records: from `record_changes`; None when the catalog is the same.
        decisions: what was decided on supports between the runs.
    """
    needs_before = {need.domain: need.priority for need in before.needs}
    matches_before, matches_after = (_matches(run) for run in (before, after))
    both = matches_before.keys() & matches_after.keys()
    rules = {id_: _other_outcomes(matches_before[id_], matches_after[id_]) for id_ in sorted(both)}
    return ChangeEvidence(
        needs=tuple(
            NeedChange(domain=need.domain, name=need.name, before=old, after=need.priority)
            for need in after.needs
            if need.priority is not None and (old := needs_before.get(need.domain)) is not None
        ),
        served={
            id_: tuple(need.domain for need in match.needs)
            for id_, match in sorted((matches_before | matches_after).items())
        },
        records=dict(records or {}),
        rules={id_: ids for id_, ids in rules.items() if ids},
        decisions=dict(decisions or {}),
    )


def record_changes(old: Catalog, new: Catalog) -> dict[SupportId, RecordChange]:
    """How each record differs between two catalogs, by id; records that are the same are left out."""
    first, second = ({support.id: support for support in catalog.supports} for catalog in (old, new))
    changes: dict[SupportId, RecordChange] = {}
    for id_ in sorted(first.keys() | second.keys()):
        if id_ not in first:
            changes[id_] = "new"
        elif id_ not in second:
            changes[id_] = "gone"
        elif first[id_] != second[id_]:
            changes[id_] = "changed"
    return changes


def _matches(run: RecommendationRun) -> dict[SupportId, Match]:
    return {match.support_id: match for ranked in run.lists for match in ranked.matches}


def _other_outcomes(before: Match, after: Match) -> tuple[str, ...]:
    outcomes = {trace.id: trace.outcome for trace in before.rules}
    return tuple(trace.id for trace in after.rules if outcomes.get(trace.id, trace.outcome) is not trace.outcome)
