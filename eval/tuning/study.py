"""What tuning would change: weights proposed from judgments, how well they do on unseen teams, what each part adds."""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from eval.measuring.stats import Comparison, compare, mean
from eval.metrics import NDCG
from eval.tuning.fit import (
    FeatureWeights,
    Fit,
    TeamFeatures,
    ablate,
    cross_validate,
    fit_ridge,
    learning_curve,
    nested_cross_validate,
    score_team,
)
from models.base import Value

__all__ = ["FITS", "AddedFeature", "Study", "study_markdown", "study_weights"]

GAINS = (0.0, 0.5, 1.6, 2.6)
"""What grades count for when weights are learned: the steps to 2 and 3 matter more than the step to 1."""
UNJUDGED_WEIGHT = 0.05
PENALTIES = (0.03, 0.1, 0.3)

FITS: Mapping[str, Fit] = {
    f"ridge {penalty:g}": partial(
        fit_ridge, penalty=penalty, nonnegative=True, gains=GAINS, unjudged_weight=UNJUDGED_WEIGHT
    )
    for penalty in PENALTIES
}
"""The ways to fit that a study chooses from."""

_CHOSEN = "ridge 0.1"
_ALPHA = 0.05


class AddedFeature(Value):
    """What one feature adds: cross-validated nDCG@10 with all features minus without this one."""

    feature: str
    difference: float
    p: float
    wins: int
    losses: int


class Study(Value):
    """One tuning study; a proposal for people to review."""

    kind: str
    team_ids: tuple[str, ...]
    weights: dict[str, float]
    """Proposed, learned from all teams, summing to 1; features of weight 0 included."""
    cross_validated: tuple[float, ...]
    """nDCG@10 of each team under weights learned from the others."""
    nested: float
    """Mean nDCG@10 where the penalty too was chosen without the team: the number to believe."""
    present: tuple[float, ...] | None
    """nDCG@10 of each team under the present weights; flattered if they were learned from these teams."""
    gain: float | None
    """Mean of cross-validated minus present."""
    p: float | None
    recommended: bool
    """Whether the proposal beats the present weights beyond noise; without present weights, False."""
    learning_curve: dict[int, float]
    """Mean nDCG@10 on held-out teams by number of teams learned from."""
    additions: tuple[AddedFeature, ...]
    """Largest first."""


def study_weights(kind: str, teams: Sequence[TeamFeatures], *, present: FeatureWeights | None, seed: int) -> Study:
    """Propose weights for one kind of list and say what they are worth.

    Args:
        kind: What is ranked.
        teams: Judged teams, at least four.
        present: The weights in use, in the order of the features; None when there are none to compare with.
        seed: For tests and draws.
    """
    fit = FITS[_CHOSEN]
    weights = fit(teams)
    names = teams[0].names
    held_out = cross_validate(teams, fit)
    in_use = None if present is None else np.array([score_team(team, present, metric=NDCG()) for team in teams])
    against: Comparison | None = None if in_use is None else compare(held_out, in_use, seed=seed)
    additions = [
        AddedFeature(
            feature=name, difference=item.difference, p=item.test.p, wins=item.record.wins, losses=item.record.losses
        )
        for name, item in ablate(teams, {name: [name] for name in names}, fit, seed=seed).items()
    ]
    sizes = sorted({max(2, len(teams) * part // 6) for part in (1, 2, 3, 4, 5)} | {len(teams) - 1})
    return Study(
        kind=kind,
        team_ids=tuple(team.team_id for team in teams),
        weights={name: float(weight) for name, weight in zip(names, weights / weights.sum(), strict=True)},
        cross_validated=tuple(held_out.tolist()),
        nested=mean(nested_cross_validate(teams, FITS).values),
        present=None if in_use is None else tuple(in_use.tolist()),
        gain=None if against is None else against.difference,
        p=None if against is None else against.test.p,
        recommended=against is not None and against.difference > 0 and against.test.p < _ALPHA,
        learning_curve=learning_curve(teams, fit, sizes=sizes, seed=seed),
        additions=tuple(sorted(additions, key=lambda item: (-item.difference, item.feature))),
    )


def study_markdown(study: Study) -> str:
    """The study for people, as Markdown."""
    lines = [
        f"## {study.kind}: {len(study.team_ids)} teams, {len(study.weights)} features",
        "",
        f"- nDCG@10 on held-out teams: {mean(np.array(study.cross_validated)):.3f};"
        f" with the penalty chosen inside too: {study.nested:.3f}",
    ]
    if study.present is not None and study.gain is not None and study.p is not None:
        verdict = "recommended for review" if study.recommended else "no gain beyond noise, keep the present weights"
        lines.append(
            f"- present weights: {mean(np.array(study.present)):.3f} (flattered if these teams taught them);"
            f" proposed minus present {study.gain:+.3f}, p = {study.p:.3f}: {verdict}"
        )
    curve = ", ".join(f"{size} teams {value:.3f}" for size, value in study.learning_curve.items())
    lines += [f"- learning curve: {curve}", "", "| feature | proposed weight | adds | p | better/worse teams |"]
    lines.append("| --- | --- | --- | --- | --- |")
    lines += [
        f"| {item.feature} | {study.weights[item.feature]:.3f} | {item.difference:+.3f} | {item.p:.3f}"
        f" | {item.wins}/{item.losses} |"
        for item in study.additions
    ]
    return "\n".join(lines) + "\n"
