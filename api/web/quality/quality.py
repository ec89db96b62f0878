"""What the quality page shows: the published evaluation in words, with charts whose numbers stand beside them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from api.engine.engine import Engine
from api.evaluation.published import ReportPart, parts_compared
from api.text.language import _, word
from api.web.quality.words import group_word, grouping_word, part_words, slice_words, steady_words, system_word
from models.evaluation import (
    Band,
    GateCheck,
    GroupAttention,
    PublishedEvaluation,
    PublishedList,
    PublishedSystem,
    Stability,
    TeamSlice,
)
from models.vocab import SupportKind

__all__ = ["QualityPage", "quality_page"]

FAIR_FROM, FAIR_TO = 0.8, 1.25
"""Exposure over merit that is called about right; outside, a group is shown less or more than its grades earn."""
FEW_SUPPORTS = 10
"""Groups with fewer supports have rough ratios."""


class ShownInterval(NamedTuple):
    """A value with its interval, as places on an axis, in percent of its length."""

    at: float
    low: float | None
    high: float | None


class ShownSystem(NamedTuple):
    """One way to rank."""

    title: str
    ours: bool
    value: float
    band: Band
    mark: ShownInterval
    need_coverage: float | None
    forbidden: int
    wins: int | None
    """Teams for whom ours is better; None for ours."""
    ties: int | None
    losses: int | None


class ShownGroup(NamedTuple):
    """Our ranking for one group of teams."""

    title: str
    n_teams: int
    value: float
    difference: float
    band: Band
    mark: ShownInterval
    sure: bool
    """Whether the whole interval is above zero."""


class Slice(NamedTuple):
    """Teams told apart by one thing."""

    title: str
    groups: Sequence[ShownGroup]
    too_small: Sequence[tuple[str, int]]
    """Groups with too few teams, and their number."""


class Attention(NamedTuple):
    """A group of supports: how much it is shown."""

    title: str
    n_supports: int
    exposure: float
    merit: float
    ratio: float | None
    word: str
    rough: bool


class AttentionTable(NamedTuple):
    """Supports told apart by one thing."""

    title: str
    rows: Sequence[Attention]


class ShownCheck(NamedTuple):
    """One check of the gate, in words."""

    title: str
    n_teams: int | None
    change: float | None
    margin: float | None
    passed: bool


class Held(NamedTuple):
    """How often a list changed as it must."""

    says: str
    n_cases: int
    n_broken: int
    holds: bool


class QualityPage(NamedTuple):
    """The page, for one kind of support."""

    kind: SupportKind
    things: str
    """What its supports are called."""
    kinds: Sequence[tuple[SupportKind, str]]
    made_on: date
    judged_by: str
    flattered: bool
    k: int
    on_unseen_teams: float | None
    n_teams: int
    n_supports: int
    ours: ShownSystem
    best_other: ShownSystem
    """The best of the others; it may be above ours."""
    baseline: ShownSystem
    baseline_title: str
    systems: Sequence[ShownSystem]
    slices: Sequence[Slice]
    n_groups: int
    n_sure: int
    """Groups of teams for whom ours is clearly better than the baseline."""
    axis: float
    """Largest difference on the axis of the groups; it reaches as far below zero."""
    attention: Sequence[AttentionTable]
    stability: Sequence[tuple[str, Stability]]
    """The small change in words, and what it did."""
    gate_passed: bool
    gate_recorded_on: date
    n_checks: int
    n_failed: int
    failed: Sequence[ShownCheck]
    """Of all kinds."""
    checks: Sequence[ShownCheck]
    """Of this kind, and those over all lists."""
    unchanged: bool
    """Whether every change is zero: the ranking is the recorded one."""
    behavior: Sequence[Held]
    parts: Sequence[ReportPart] | None
    different: Sequence[str]
    """Names of the parts that are served otherwise than they were evaluated."""
    part_titles: Mapping[str, str]
    fair: tuple[float, float] = (FAIR_FROM, FAIR_TO)

    @property
    def links(self) -> Sequence[tuple[str, str, bool]]:
        """Address, words, and whether it is this page, for each kind."""
        return [(f"/quality?kind={kind}", title, kind is self.kind) for kind, title in self.kinds]


def quality_page(evaluation: PublishedEvaluation, engine: Engine, kind: SupportKind | None) -> QualityPage:
    """The page.

    Args:
        evaluation: what is published.
        engine: what is served here.
        kind: which lists; None, or one that was not evaluated, takes the first.
    """
    chosen = next((one for one in evaluation.lists if one.kind is kind), evaluation.lists[0])
    systems = [_system(system, chosen.ours) for system in chosen.systems]
    ours = next(system for system in systems if system.ours)
    others = [system for system in systems if not system.ours]
    by_name = {one.name: system for one, system in zip(chosen.systems, systems, strict=True)}
    axis = _axis(chosen.slices)
    slices = _slices(chosen, engine, axis)
    groups = [group for one in slices for group in one.groups]
    checks = [(check, _check(check, engine)) for check in evaluation.gate.checks]
    parts = parts_compared(evaluation, engine)
    return QualityPage(
        kind=chosen.kind,
        things=word(chosen.kind, "many").lower(),
        kinds=[(one.kind, word(one.kind, "many")) for one in evaluation.lists],
        made_on=evaluation.made_on,
        judged_by=evaluation.judged_by,
        flattered=evaluation.flattered,
        k=evaluation.k,
        on_unseen_teams=chosen.on_unseen_teams,
        n_teams=chosen.n_teams,
        n_supports=chosen.n_supports,
        ours=ours,
        best_other=others[0] if others else ours,
        baseline=by_name.get(chosen.baseline, ours),
        baseline_title=system_word(chosen.baseline),
        systems=systems,
        slices=slices,
        n_groups=len(groups),
        n_sure=sum(group.sure for group in groups),
        axis=axis,
        attention=_attention(chosen.attention, engine),
        stability=[(steady_words().get(one.perturbation, one.perturbation), one) for one in chosen.stability],
        gate_passed=evaluation.gate.passed,
        gate_recorded_on=evaluation.gate.recorded_on,
        n_checks=len(checks),
        n_failed=sum(not check.passed for _, check in checks),
        failed=[check for _, check in checks if not check.passed],
        checks=[check for source, check in checks if source.kind in (None, chosen.kind)],
        unchanged=all(not source.change for source, _ in checks),
        behavior=[
            Held(one.says, one.n_cases, one.n_broken, one.holds)
            for one in evaluation.behavior
            if one.kind is chosen.kind
        ],
        parts=parts,
        different=[part_words().get(part.name, part.name) for part in parts or () if not part.same],
        part_titles=part_words(),
    )


def _system(system: PublishedSystem, ours: str) -> ShownSystem:
    against = system.ours_against
    return ShownSystem(
        title=system_word(system.name),
        ours=system.name == ours,
        value=system.value,
        band=system.band,
        mark=_mark(system.value, system.band, 0.0, 1.0),
        need_coverage=system.need_coverage,
        forbidden=system.forbidden,
        wins=against.wins if against else None,
        ties=against.ties if against else None,
        losses=against.losses if against else None,
    )


def _mark(value: float, band: Band, start: float, stop: float) -> ShownInterval:
    def place(number: float) -> float:
        return round(100 * min(max((number - start) / (stop - start), 0.0), 1.0), 2)

    known = band.low is not None and band.high is not None
    return ShownInterval(
        place(value), place(band.low or 0.0) if known else None, place(band.high or 0.0) if known else None
    )


def _axis(slices: Sequence[TeamSlice]) -> float:
    """A round number beyond every shown difference and interval; at least 0.1."""
    ends = [
        abs(number)
        for one in slices
        if one.difference is not None and one.difference_band is not None
        for number in (one.difference, one.difference_band.low, one.difference_band.high)
        if number is not None
    ]
    return (int(10 * max(ends, default=0.0)) + 1) / 10


def _slices(chosen: PublishedList, engine: Engine, axis: float) -> list[Slice]:
    groups: dict[str, list[ShownGroup]] = {}
    small: dict[str, list[tuple[str, int]]] = {}
    for one in chosen.slices:
        title = group_word(engine.instrument, one.slice, one.group)
        shown, hidden = groups.setdefault(one.slice, []), small.setdefault(one.slice, [])
        if one.too_small or one.value is None or one.difference is None or one.difference_band is None:
            hidden.append((title, one.n_teams))
            continue
        band = one.difference_band
        mark = _mark(one.difference, band, -axis, axis)
        sure = band.low is not None and band.low > 0
        shown.append(ShownGroup(title, one.n_teams, one.value, one.difference, band, mark, sure))
    return [Slice(slice_words().get(name, name), groups[name], small[name]) for name in groups]


def _attention(found: Sequence[GroupAttention], engine: Engine) -> list[AttentionTable]:
    tables: dict[str, list[Attention]] = {}
    for one in found:
        row = Attention(
            title=grouping_word(engine.instrument, one.grouping, one.group),
            n_supports=one.n_supports,
            exposure=one.exposure,
            merit=one.merit,
            ratio=one.ratio,
            word=_fair(one.ratio),
            rough=one.n_supports < FEW_SUPPORTS,
        )
        tables.setdefault(one.grouping, []).append(row)
    return [AttentionTable(slice_words().get(name, name), rows) for name, rows in tables.items()]


def _fair(ratio: float | None) -> str:
    if ratio is None:
        return _("nobody judged it useful")
    if ratio < FAIR_FROM:
        return _("less than it earns")
    return _("more than it earns") if ratio > FAIR_TO else _("about what it earns")


def _check(check: GateCheck, engine: Engine) -> ShownCheck:
    title = check.text[:1].upper() + check.text[1:]
    if check.kind is not None:
        title = word(check.kind, "many")
        if check.slice is None:
            title = _("{kind}, all teams", kind=title)
        else:
            group = group_word(engine.instrument, check.slice, check.group or "")
            title += f", {slice_words().get(check.slice, check.slice).lower()}: {group}"
    return ShownCheck(title, check.n_teams, check.change, check.margin, check.passed)
