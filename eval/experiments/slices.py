"""For whom rankings are good: teams in groups, with a guard against claims from a handful of teams."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from eval.measuring.stats import bootstrap_interval, mean
from eval.results.findings import SliceRecord, interval_record
from models.assessment import Assessment
from models.profile import CapacityProfile

__all__ = ["LEAST_TEAMS", "SLICES", "record_slices", "slice_teams"]

LEAST_TEAMS = 5
"""With fewer teams than this, a group's mean says more of those teams than of the group."""
UNKNOWN = "unknown"
_LEVELS = ("emerging", "developing", "applying", "leading")
ProfiledTeam = tuple[Assessment, CapacityProfile]


def slice_teams(
    assessments: Sequence[Assessment], profiles: Mapping[str, CapacityProfile], *, slices: Sequence[str]
) -> dict[str, dict[str, list[str]]]:
    """Assessment ids by slice and group, groups in alphabetical order but `unknown` last.

    A team stands in every group that it names (each of its grade bands, say), so groups of one slice may overlap. An
    unanswered question puts it in `unknown`.

    Args:
        assessments: The teams.
        profiles: Complete profiles by assessment id.
        slices: Names from `SLICES`.
    """
    found: dict[str, dict[str, list[str]]] = {}
    for name in slices:
        groups: dict[str, list[str]] = {}
        for assessment in assessments:
            team = (assessment, profiles[assessment.assessment_id])
            for group in SLICES[name](team) or (UNKNOWN,):
                groups.setdefault(group, []).append(assessment.assessment_id)
        found[name] = {group: groups[group] for group in sorted(groups, key=lambda group: (group == UNKNOWN, group))}
    return found


def record_slices(
    groups: Mapping[str, Mapping[str, Sequence[str]]],
    query_ids: Sequence[str],
    values: Mapping[str, NDArray[np.float64]],
    *,
    metric: str,
    baseline: str,
    seed: int,
) -> tuple[SliceRecord, ...]:
    """Every system of `values` on every group.

    Args:
        groups: From `slice_teams`.
        query_ids: Teams in the order of the values; a group's other members are left out.
        values: One value a team for each system, the baseline among them; NaN where a team cannot be scored.
        metric: What the values are.
        baseline: The system that others are compared with.
        seed: For intervals.
    """
    place = {query_id: row for row, query_id in enumerate(query_ids)}
    records = []
    for name, members_of in groups.items():
        for group, members in members_of.items():
            rows = [place[one] for one in members if one in place]
            for system, all_values in values.items():
                ours, theirs = all_values[rows], values[baseline][rows]
                n = int((~np.isnan(ours)).sum())
                record = SliceRecord(slice=name, group=group, system=system, metric=metric, n=n, too_small=True)
                if n >= LEAST_TEAMS:
                    known: dict[str, object] = {
                        "too_small": False,
                        "value": mean(ours),
                        "interval": interval_record(bootstrap_interval(ours, seed=seed)),
                    }
                    if system != baseline:
                        differences = ours - theirs
                        known["difference"] = mean(differences)
                        known["difference_interval"] = interval_record(bootstrap_interval(differences, seed=seed))
                    record = record.model_copy(update=known)
                records.append(record)
    return tuple(records)


def _context(question: str) -> Callable[[ProfiledTeam], tuple[str, ...]]:
    def groups(team: ProfiledTeam) -> tuple[str, ...]:
        value = team[0].team.context.get(question)
        words = value if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()
        return tuple(word for word in words if word != "not-sure")

    return groups


def _majority(question: str) -> Callable[[ProfiledTeam], tuple[str, ...]]:
    def groups(team: ProfiledTeam) -> tuple[str, ...]:
        percent = team[0].team.context.get(question)
        # More than half is where the field's own criterion for priority schools draws the line.
        return ("over 50%" if percent > 50 else "50% or less",) if isinstance(percent, int) else ()

    return groups


def _level(team: ProfiledTeam) -> tuple[str, ...]:
    means = [score.mean for score in team[1].domains if score.mean is not None]
    if not means:
        return ()
    level = int(np.floor(mean(np.array(means)) + 0.5))
    return (f"{level} {_LEVELS[level - 1]}",)


def _raters(team: ProfiledTeam) -> tuple[str, ...]:
    if team[0].answer_mode == "consensus":
        return ("agreed answers",)
    n = len(team[0].responses)
    return ("1" if n == 1 else "2 to 3" if n <= 3 else "4 to 5" if n <= 5 else "6 or more",)


SLICES: dict[str, Callable[[ProfiledTeam], tuple[str, ...]]] = {
    "form": lambda team: (team[0].form.value,),
    "level": _level,
    "focus_area": _context("focus_areas"),
    "grade_band": _context("grade_bands"),
    "locale": _context("locale"),
    "black_or_latino": _majority("pct_black_or_latino"),
    "low_income": _majority("pct_low_income"),
    "enrollment": _context("enrollment"),
    "raters": _raters,
}
"""The groups of a team, by slice: what kind of team, how far along, on what, for whom, where, how large, how measured.
`level` is the mean over scored domains, rounded: the level of need."""
