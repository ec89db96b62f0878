"""The gate: whether the present ranking may replace the recorded one."""

from collections.abc import Mapping, Sequence
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

import eval as evaluation
from eval.experiments.slices import LEAST_TEAMS
from eval.inputs.files import InvalidFile, read_file
from eval.measuring.stats import bootstrap_interval, mean
from eval.results.findings import HardRules
from models.base import Fault, Value
from models.evaluation import GateCheck
from models.vocab import SupportKind
from recommender.reading.values import Syntax, read_value

__all__ = ["Recorded", "judge_change", "read_recorded", "recorded_result"]

ONE_SIDED = 0.90
"""Two-sided level whose lower end is the one-sided 95% bound."""


class Recorded(Value):
    """A ranking's values, team by team, and what a later one may lose."""

    schema_version: Literal[1] = 1
    metric: str
    margin: float = Field(default=0.02, gt=0)
    """Of each list over all teams: the one-sided 95% bound of the mean change must stay above minus this."""
    slice_margin: float = Field(default=0.05, gt=0)
    """Of each slice with enough teams: the mean change must stay above minus this."""
    least_teams: int = Field(default=LEAST_TEAMS, ge=2)
    """Teams that a slice needs to be looked at."""
    seed: int
    as_of: date
    """For teams that name no date, then and now: rules on freshness and season must not move the values."""
    judgments: str
    """Hash of teams and grades; values on others cannot be compared."""
    versions: dict[str, str]
    """Of what was ranked, for people."""
    values: dict[str, dict[str, float | None]]
    """By list and assessment id; None where a team cannot be scored."""

    def to_json(self) -> str:
        """The file's text."""
        return self.model_dump_json(indent=1) + "\n"


def recorded_result() -> Recorded:
    """The record that ships with Trellis, of the development teams."""
    content = (resources.files(evaluation) / "data" / "recorded.json").read_bytes()
    return read_value(content, Recorded, syntax=Syntax.JSON, file="recorded.json", error=InvalidFile)


def read_recorded(path: Path) -> Recorded:
    """The record in a file.

    Raises:
        InvalidFile: Every fault; a file that cannot be read is one.
    """
    return read_file(path, Recorded, syntax=Syntax.JSON)


def judge_change(
    recorded: Recorded,
    present: Mapping[str, Mapping[str, float]],
    *,
    judgments: str,
    slices: Mapping[str, Mapping[str, Sequence[str]]],
    hard_rules: HardRules,
) -> list[GateCheck]:
    """What passed and what did not, lists first, then slices, then hard rules.

    A list passes when its one-sided 95% bootstrap bound of the mean paired change is above minus the margin
    (non-inferiority); where no bound can be estimated, because all changes are equal, the mean itself must be. A slice
    is judged by its mean change and a wider margin: with few teams, no bound would ever pass.

    Args:
        recorded: What the present ranking is compared with.
        present: Values by list and assessment id; NaN where a team cannot be scored.
        judgments: Hash of the present teams and grades.
        slices: Assessment ids by slice and group.
        hard_rules: Of the present ranking.

    Raises:
        InvalidFile: The record is of other judgments, or has other lists or teams.
    """
    if recorded.judgments != judgments or {name: set(one) for name, one in recorded.values.items()} != {
        name: set(one) for name, one in present.items()
    }:
        detail = "The record is of other teams or judgments; make a new one with `trellis eval record`."
        raise InvalidFile([Fault(pointer="/judgments", detail=detail)])
    lines = []
    for name, before in recorded.values.items():
        changes = {
            team: present[name][team] - value
            for team, value in before.items()
            if value is not None and not np.isnan(present[name][team])
        }
        lines.append(_whole(name, np.array(list(changes.values())), recorded))
        for slice_name, groups in slices.items():
            for group, members in groups.items():
                some = np.array([changes[team] for team in members if team in changes])
                if len(some) >= recorded.least_teams:
                    lines.append(_slice(name, slice_name, group, some, recorded))
    lines += [GateCheck(passed=False, text=line) for line in hard_rules.broken]
    if not hard_rules.broken:
        lines.append(GateCheck(passed=True, text=f"no hard rule is broken in {hard_rules.n_lists} lists"))
    return lines


def _whole(name: str, changes: np.ndarray, recorded: Recorded) -> GateCheck:
    change = mean(changes)
    bound = bootstrap_interval(changes, confidence=ONE_SIDED, seed=recorded.seed).low
    passed = (change if bound is None else bound) > -recorded.margin
    words = "" if bound is None else f", at least {bound:+.3f} with 95% confidence"
    text = f"{name}: {recorded.metric} changed by {change:+.3f}{words} over {len(changes)} teams"
    return GateCheck(
        passed=passed,
        text=_text(text, passed, recorded.margin),
        kind=SupportKind(name),
        n_teams=len(changes),
        change=change,
        at_least=bound,
        margin=recorded.margin,
    )


def _slice(name: str, slice_name: str, group: str, changes: np.ndarray, recorded: Recorded) -> GateCheck:
    change = mean(changes)
    passed = change > -recorded.slice_margin
    text = f"{name}, {slice_name} {group}: {recorded.metric} changed by {change:+.3f} over {len(changes)} teams"
    return GateCheck(
        passed=passed,
        text=_text(text, passed, recorded.slice_margin),
        kind=SupportKind(name),
        slice=slice_name,
        group=group,
        n_teams=len(changes),
        change=change,
        margin=recorded.slice_margin,
    )


def _text(text: str, passed: bool, margin: float) -> str:
    return text if passed else f"{text}; the margin is {margin:g}"
