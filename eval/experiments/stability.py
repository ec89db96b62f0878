"""How much a list moves when the answers move a little: other raters, or one answer one level up or down."""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from eval.metrics import rank_biased_overlap
from eval.results.findings import Perturbation, StabilityRecord
from models.assessment import Assessment
from models.vocab import AnswerMode

__all__ = ["DEPTH", "Lists", "move_one_answer", "rank_stability", "resample_raters"]

Lists = Callable[[Assessment], Mapping[str, Sequence[str]]]
"""The lists of a team, best first, by kind."""

TOP = 5
DEPTH = 20
"""Places compared: with p = 0.9 they carry more than 95% of the overlap's weight."""


def resample_raters(assessment: Assessment, rng: np.random.Generator) -> Assessment | None:
    """As many respondents, drawn with replacement; each keeps answers, importance and words together.

    None where there is one respondent, or one agreed answer: nothing varies then.
    """
    n = len(assessment.responses)
    if n < 2 or assessment.answer_mode is AnswerMode.CONSENSUS:
        return None
    drawn = [assessment.responses[row] for row in sorted(rng.integers(n, size=n).tolist())]
    renamed = tuple(
        response.model_copy(update={"respondent": f"{response.respondent}-{place}"})
        for place, response in enumerate(drawn)
    )
    return assessment.model_copy(update={"responses": renamed})


def move_one_answer(assessment: Assessment, rng: np.random.Generator) -> Assessment | None:
    """One respondent's answer to one item, one level up or down within 1 to 4; None where nobody gave a level."""
    places = [
        (row, item, answer)
        for row, response in enumerate(assessment.responses)
        for item, answer in response.answers.items()
        if isinstance(answer, int)
    ]
    if not places:
        return None
    row, item, level = places[int(rng.integers(len(places)))]
    response = assessment.responses[row]
    assert isinstance(level, int)
    step = 1 if level == 1 else -1 if level == 4 else int(rng.choice([-1, 1]))
    changed = response.model_copy(update={"answers": {**response.answers, item: level + step}})
    responses = (*assessment.responses[:row], changed, *assessment.responses[row + 1 :])
    return assessment.model_copy(update={"responses": responses})


_CHANGES: dict[Perturbation, Callable[[Assessment, np.random.Generator], Assessment | None]] = {
    "raters resampled": resample_raters,
    "one answer moved": move_one_answer,
}


def rank_stability(
    assessments: Sequence[Assessment],
    lists: Lists,
    *,
    n_draws: int,
    seed: int,
    progress: Callable[[int, int, str], None] | None = None,
) -> tuple[StabilityRecord, ...]:
    """Overlap of each team's lists with its lists after small changes, by kind of list and of change.

    Args:
        assessments: The teams.
        lists: Ranks a team.
        n_draws: Changes tried for each team.
        seed: Of the changes; each team has its own stream, so adding a team changes no other.
        progress: Called as teams are done.
    """
    by_kind: dict[tuple[str, Perturbation], dict[str, list[tuple[float, float]]]] = {}
    left_out: dict[Perturbation, int] = dict.fromkeys(_CHANGES, 0)
    for done, assessment in enumerate(assessments, start=1):
        unchanged = lists(assessment)
        for place, (name, change) in enumerate(_CHANGES.items()):
            rng = np.random.default_rng([seed, place, *assessment.assessment_id.encode()])
            for draw in range(n_draws):
                changed = change(assessment, rng)
                if changed is None:
                    left_out[name] += draw == 0
                    break
                for kind, after in lists(changed).items():
                    found = by_kind.setdefault((kind, name), {}).setdefault(assessment.assessment_id, [])
                    found.append(_overlap(unchanged[kind], after))
        if progress:
            progress(done, len(assessments), "teams disturbed")
    return tuple(_record(kind, name, found, left_out[name], n_draws) for (kind, name), found in by_kind.items())


def _overlap(before: Sequence[str], after: Sequence[str]) -> tuple[float, float]:
    kept = len(set(before[:TOP]) & set(after[:TOP])) / min(TOP, len(before)) if before else 1.0
    return rank_biased_overlap(before[:DEPTH], after[:DEPTH]), kept


def _record(
    kind: str, name: Perturbation, found: Mapping[str, Sequence[tuple[float, float]]], left_out: int, n_draws: int
) -> StabilityRecord:
    rbo = {team: math.fsum(one for one, _ in pairs) / len(pairs) for team, pairs in found.items()}
    kept = {team: math.fsum(one for _, one in pairs) / len(pairs) for team, pairs in found.items()}
    return StabilityRecord(
        kind=kind,
        perturbation=name,
        n_teams=len(found),
        n_left_out=left_out,
        n_draws=n_draws,
        rbo=math.fsum(rbo.values()) / len(rbo) if rbo else None,
        top_retention=math.fsum(kept.values()) / len(kept) if kept else None,
        worst_team=min(rbo, key=lambda team: (rbo[team], team), default=None),
        rbo_by_team=rbo,
        top_retention_by_team=kept,
    )
