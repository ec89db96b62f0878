"""What privacy costs the rankings: lists made from releases beside lists of the same teams made from answers."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial

import numpy as np
from pydantic import Field

from eval.experiments.wiring import Bench, open_recommender
from eval.inputs.judged import team_topics
from eval.metrics import parse_metric
from models.assessment import Assessment
from models.base import Value
from models.recommendation import Match
from models.vocab import AnswerMode, SupportKind
from recommender.diagnosis.release import released_team
from recommender.pipeline import Source
from recommender.ports import OnProgress

__all__ = ["CostRecord", "cost_markdown", "cost_of_release"]

METRIC = "ndcg@10"
_GROUPS = ("agreed together", "5 and more people", "3 or 4 people", "1 or 2 people")


class CostRecord(Value):
    """One kind of support and one group of teams: mean nDCG@10 on the lists without unjudged supports."""

    kind: SupportKind
    group: str
    """How many people answered."""
    n_teams: int = Field(ge=1)
    answers: float
    """From answers in full."""
    release: float
    """From the release."""
    all_agree: float
    """From the release where every author agreed that matches may follow from answers; matters below three people."""


def cost_of_release(bench: Bench, *, as_of: date, progress: OnProgress | None = None) -> tuple[CostRecord, ...]:
    """Both ways for every judged team, own words taken as shared by their authors.

    Args:
        bench: What is ranked.
        as_of: For teams that name no date.
        progress: Called as teams are done.
    """
    recommender = open_recommender(bench, progress=progress)
    metric = parse_metric(METRIC)
    release = partial(released_team, instrument=bench.instrument, config=bench.config.scoring)
    ways: tuple[Callable[[Assessment], Source], ...] = (
        lambda team: team,
        release,
        lambda team: release(_with(team, match_from_answers=True)),
    )
    topics = {
        kind: team_topics(bench.teams, supports, needs=bench.needs) for kind, supports in bench.catalog.by_kind.items()
    }
    values: dict[tuple[SupportKind, str], list[list[float]]] = {}
    for done, assessment in enumerate(bench.teams.assessments, start=1):
        team = _with(assessment, share_text=True)
        lists = [recommender.rank(way(team), as_of=team.as_of or as_of, k=len(bench.catalog.supports)) for way in ways]
        for ranked in zip(*lists, strict=True):
            kind = ranked[0].kind
            topic = topics[kind].get(team.assessment_id)
            if topic is None:
                continue
            scores = [metric(_judged(one.matches, topic.grades), topic) for one in ranked]
            if not np.isnan(scores).any():
                values.setdefault((kind, _group(team)), []).append(scores)
        if progress:
            progress(done, len(bench.teams.assessments), "teams ranked both ways")
    return tuple(
        CostRecord.model_validate(
            {
                "kind": kind,
                "group": group,
                "n_teams": len(found),
                **dict(zip(("answers", "release", "all_agree"), np.mean(found, axis=0).tolist(), strict=True)),
            }
        )
        for kind in SupportKind
        for group in _GROUPS
        if (found := values.get((kind, group)))
    )


def cost_markdown(records: Sequence[CostRecord]) -> str:
    """The records as a table."""
    head = "| lists | who answered | teams | from answers | from the release | difference | if all agree |"
    rows = [
        f"| {one.kind} | {one.group} | {one.n_teams} | {one.answers:.3f} | {one.release:.3f} |"
        f" {one.release - one.answers:+.3f} | {one.all_agree:.3f} |"
        for one in records
    ]
    return "\n".join([f"Mean {METRIC} without unjudged supports.", "", head, "|" + " --- |" * 7, *rows]) + "\n"


def _with(assessment: Assessment, **consents: bool) -> Assessment:
    responses = tuple(response.model_copy(update=consents) for response in assessment.responses)
    return assessment.model_copy(update={"responses": responses})


def _judged(matches: Sequence[Match], grades: Mapping[str, int]) -> list[str]:
    return [match.support_id for match in matches if match.support_id in grades]


def _group(assessment: Assessment) -> str:
    n = len(assessment.responses)
    if assessment.answer_mode is AnswerMode.CONSENSUS:
        return _GROUPS[0]
    return _GROUPS[1] if n >= 5 else _GROUPS[2] if n >= 3 else _GROUPS[3]
