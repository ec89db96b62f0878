"""How close the raters of one team are: average deviation in level units, and within-group agreement (r_wg).

Sources: Burke, Finkelstein and Dusig 1999 (AD); James, Demaree and Wolf 1984 (r_wg); Lindell, Brandt and Whitney
1999 (r*_wg(J)). Cutoffs are stricter than the published ones, which random raters
meet far too often in small teams.
"""

import math
from collections.abc import Sequence

from models.profile import Agreement, AgreementWord

__all__ = [
    "SKEWED_NULL_VARIANCE",
    "UNIFORM_NULL_VARIANCE",
    "ad_mean",
    "agreement",
    "r_wg_j",
    "sample_variance",
    "shows_two_pictures",
]

UNIFORM_NULL_VARIANCE = 1.25
"""Variance of four equally likely answers, (4^2 - 1) / 12."""
SKEWED_NULL_VARIANCE = 0.69
"""Variance of answers 1 to 4 with probabilities .05 .15 .45 .35: raters lean high."""


def sample_variance(values: Sequence[float]) -> float:
    """Variance with n - 1; 0 for fewer than two values. Does not depend on their order."""
    if len(values) < 2:
        return 0.0
    center = math.fsum(values) / len(values)
    return math.fsum((value - center) ** 2 for value in values) / (len(values) - 1)


def ad_mean(ratings: Sequence[float]) -> float:
    """Mean absolute distance from the mean of one item's ratings, in levels. Needs at least one rating."""
    center = math.fsum(ratings) / len(ratings)
    return math.fsum(abs(rating - center) for rating in ratings) / len(ratings)


def r_wg_j(mean_variance: float, n_items: int, *, null_variance: float = UNIFORM_NULL_VARIANCE) -> float | None:
    """r_wg(J) of a domain, 0 to 1; None when the items spread more than random answers would.

    J q / (J q + u) with u = mean item variance / null variance and q = 1 - u. Above u = 1 the raw formula is
    meaningless: it can exceed 2.
    """
    u = mean_variance / null_variance
    if u > 1:
        return None
    q = 1 - u
    return n_items * q / (n_items * q + u)


def agreement(items: Sequence[Sequence[float]]) -> Agreement | None:
    """Agreement of one domain.

    Args:
        items: for each item the levels that its raters gave, in any order. Items with fewer than two levels say
            nothing on agreement and are left out.

    Returns:
        The indices; None when no item has two levels. Whether they may be shown is the caller's business.
    """
    rated = [ratings for ratings in items if len(ratings) >= 2]
    if not rated:
        return None
    deviation = math.fsum(ad_mean(ratings) for ratings in rated) / len(rated)
    variance = math.fsum(sample_variance(ratings) for ratings in rated) / len(rated)
    uniform = r_wg_j(variance, len(rated))
    return Agreement(
        ad_mean=deviation,
        word=_ad_word(deviation),
        rwg_star=1 - variance / UNIFORM_NULL_VARIANCE,
        rwg=uniform,
        rwg_skewed=r_wg_j(variance, len(rated), null_variance=SKEWED_NULL_VARIANCE),
        reason="more_spread_than_random" if uniform is None else None,
    )


def shows_two_pictures(rater_means: Sequence[float]) -> bool:
    """Whether at least two raters sit near the bottom (<= 1.75) and at least two near the top (>= 3.25)."""
    return sum(mean <= 1.75 for mean in rater_means) >= 2 and sum(mean >= 3.25 for mean in rater_means) >= 2


def _ad_word(deviation: float) -> AgreementWord:
    # A band ends at .50 or .80 as written; binary noise must not push a deviation over it.
    deviation = round(deviation, 9)
    if deviation <= 0.50:
        return "close"
    return "mixed" if deviation <= 0.80 else "far apart"
