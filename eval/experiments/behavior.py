"""Behavioral tests as data: what must hold for every team when one thing changes."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

import eval as evaluation
from eval.inputs.files import InvalidFile, read_file
from eval.inputs.gates import forbidden_supports
from eval.results.findings import BehaviorRecord
from models.assessment import Assessment, ContextValue
from models.base import Value
from models.recommendation import Match
from models.support import Provider, Resource, Support
from models.vocab import Domain, SupportKind
from recommender.catalog.load import Catalog
from recommender.instruments import LoadedInstrument
from recommender.reading.values import Syntax, read_value

__all__ = ["BehaviorFile", "Rank", "check_behavior", "load_checks", "shipped_checks"]

Lists = Mapping[SupportKind, Sequence[Match]]
Rank = Callable[[Assessment, int], Lists]
"""The first matches of each kind for a team, best first, without a floor."""


class _Check(Value):
    id: str = Field(min_length=1)
    says: str = Field(min_length=1)
    at_most: float = Field(default=0.0, ge=0, le=1)
    """Share of cases that may break it."""
    k: int = Field(default=10, ge=1)
    """Places looked at."""


class RaisedScore(_Check):
    """All answers on a priority domain, some levels up."""

    check: Literal["raised_score"]
    by: int = Field(default=1, ge=1, le=3)


class Ineligible(_Check):
    """Other answers to context questions, each mapping a case."""

    check: Literal["ineligible"]
    contexts: tuple[dict[str, ContextValue], ...] = Field(min_length=1)


class Duplicate(_Check):
    """A copy of the support in the middle of each list."""

    check: Literal["duplicate"]
    places: int = Field(default=0, ge=0)
    """How many places the better of the two may rise."""


class AnswerOrder(_Check):
    """People, answers and chosen options in reverse."""

    check: Literal["answer_order"]


class Newcomer(_Check):
    """One new support of each kind that fits nobody."""

    check: Literal["newcomer"]
    tolerance: float = Field(default=0.0, ge=0, le=1)
    """Supports whose scores differed by no more than this may swap."""
    resource: Resource
    provider: Provider


Check = Annotated[RaisedScore | Ineligible | Duplicate | AnswerOrder | Newcomer, Field(discriminator="check")]


class BehaviorFile(Value):
    """A file of checks."""

    id: str
    version: str
    checks: tuple[Check, ...] = Field(min_length=1)


class BehaviorCase(NamedTuple):
    """One check tried once."""

    kind: SupportKind
    broken: str | None
    """What went wrong; None when it held."""


def load_checks(path: Path) -> BehaviorFile:
    """The checks in a YAML file.

    Raises:
        InvalidFile: Every fault with file and line.
    """
    return read_file(path, BehaviorFile, syntax=Syntax.YAML)


def shipped_checks() -> BehaviorFile:
    """The checks that ship with Trellis."""
    file = resources.files(evaluation) / "data" / "behavior" / "shipped.yaml"
    return read_value(file.read_bytes(), BehaviorFile, syntax=Syntax.YAML, file="shipped.yaml", error=InvalidFile)


def check_behavior(
    checks: BehaviorFile,
    assessments: Sequence[Assessment],
    *,
    catalog: Catalog,
    instrument: LoadedInstrument,
    priorities: Mapping[str, Sequence[Domain]],
    ranker_of: Callable[[Catalog], Rank],
    progress: Callable[[int, int, str], None] | None = None,
) -> tuple[BehaviorRecord, ...]:
    """How often each check held, by kind of list.

    Args:
        checks: What to try.
        assessments: The teams to try it on.
        catalog: What is ranked.
        instrument: Says which items belong to a domain.
        priorities: Priority domains of each team, by assessment id.
        ranker_of: Makes our ranking of a catalog; called once for each changed catalog.
        progress: Called as checks are done.
    """
    rank = ranker_of(catalog)
    records: list[BehaviorRecord] = []
    for done, check in enumerate(checks.checks):
        if progress:
            progress(done, len(checks.checks), "behaviors checked")
        match check:
            case RaisedScore():
                cases = _raised_score(check, assessments, rank, instrument, priorities)
            case Ineligible():
                cases = _ineligible(check, assessments, rank, catalog)
            case Duplicate():
                cases = _duplicate(check, assessments, rank, catalog, ranker_of)
            case AnswerOrder():
                cases = _answer_order(check, assessments, rank)
            case Newcomer():
                cases = _newcomer(check, assessments, rank, catalog, ranker_of)
        records += _records(check, list(cases))
    if progress:
        progress(len(checks.checks), len(checks.checks), "behaviors checked")
    return tuple(records)


def _records(check: _Check, cases: Sequence[BehaviorCase]) -> Iterator[BehaviorRecord]:
    for kind in SupportKind:
        of_kind = [case for case in cases if case.kind is kind]
        broken = [case.broken for case in of_kind if case.broken is not None]
        yield BehaviorRecord(
            id=check.id,
            says=check.says,
            kind=kind.value,
            n_cases=len(of_kind),
            n_broken=len(broken),
            at_most=check.at_most,
            holds=len(broken) <= check.at_most * len(of_kind),
            examples=tuple(broken[:3]),
        )


def _raised_score(
    check: RaisedScore,
    assessments: Sequence[Assessment],
    rank: Rank,
    instrument: LoadedInstrument,
    priorities: Mapping[str, Sequence[Domain]],
) -> Iterator[BehaviorCase]:
    for assessment in assessments:
        before = rank(assessment, check.k)
        for domain in priorities[assessment.assessment_id]:
            items = {item for item, owner in instrument.domain_of.items() if owner is domain}
            after = rank(_raised(assessment, items, check.by), check.k)
            for kind in SupportKind:
                old, new = (_share(lists[kind], domain) for lists in (before, after))
                what = f"{assessment.assessment_id}: {domain} {old:.3f} -> {new:.3f}"
                yield BehaviorCase(kind, what if new > old + 1e-9 else None)


def _raised(assessment: Assessment, items: set[str], by: int) -> Assessment:
    responses = tuple(
        response.model_copy(
            update={
                "answers": {
                    item: min(answer + by, 4) if item in items and isinstance(answer, int) else answer
                    for item, answer in response.answers.items()
                }
            }
        )
        for response in assessment.responses
    )
    return assessment.model_copy(update={"responses": responses})


def _share(matches: Sequence[Match], domain: Domain) -> float:
    """Share of the list's work that goes to one need, places weighing as in nDCG; matches name their needs' shares.

    Where a team's numbers are hidden, the needs of a match count evenly.
    """
    worth = [1 / math.log2(match.rank + 1) for match in matches]
    parts = [
        weight * (1 / len(match.needs) if need.share is None else need.share)
        for match, weight in zip(matches, worth, strict=True)
        for need in match.needs
        if need.domain is domain
    ]
    return math.fsum(parts) / math.fsum(worth) if worth else 0.0


def _ineligible(
    check: Ineligible, assessments: Sequence[Assessment], rank: Rank, catalog: Catalog
) -> Iterator[BehaviorCase]:
    for assessment in assessments:
        for context in check.contexts:
            team = assessment.team.model_copy(update={"context": assessment.team.context | context})
            changed = assessment.model_copy(update={"team": team})
            forbidden = forbidden_supports(changed, catalog.supports)
            for kind, matches in rank(changed, check.k).items():
                wrong = [match.support_id for match in matches if match.support_id in forbidden]
                what = f"{assessment.assessment_id} with {context}: {', '.join(wrong)}"
                yield BehaviorCase(kind, what if wrong else None)


def _duplicate(
    check: Duplicate,
    assessments: Sequence[Assessment],
    rank: Rank,
    catalog: Catalog,
    ranker_of: Callable[[Catalog], Rank],
) -> Iterator[BehaviorCase]:
    for assessment in assessments:
        before = rank(assessment, check.k)
        chosen = {kind: matches[(len(matches) - 1) // 2] for kind, matches in before.items() if matches}
        copies = [_copy(catalog.get(match.support_id)) for match in chosen.values()]
        after = ranker_of(Catalog.of([*catalog.supports, *copies]))(assessment, check.k)
        for kind, match in chosen.items():
            both = {match.support_id, f"{match.support_id}{_COPY}"}
            places = [one.rank for one in after[kind] if one.support_id in both]
            broken = None
            if len(places) > 1:
                broken = f"{assessment.assessment_id}: {match.support_id} and its copy are both listed"
            elif places and places[0] < match.rank - check.places:
                broken = f"{assessment.assessment_id}: {match.support_id} rises from {match.rank} to {places[0]}"
            yield BehaviorCase(kind, broken)


_COPY = "-copy"


def _copy(support: Support) -> Support:
    return support.model_copy(update={"id": f"{support.id}{_COPY}"})


def _answer_order(check: AnswerOrder, assessments: Sequence[Assessment], rank: Rank) -> Iterator[BehaviorCase]:
    for assessment in assessments:
        before, after = rank(assessment, check.k), rank(_reversed(assessment), check.k)
        for kind in SupportKind:
            same = [one.support_id for one in before[kind]] == [one.support_id for one in after[kind]]
            yield BehaviorCase(kind, None if same else f"{assessment.assessment_id}: the list changed")


def _reversed(assessment: Assessment) -> Assessment:
    responses = tuple(
        response.model_copy(
            update={
                "answers": dict(reversed(response.answers.items())),
                "importance": dict(reversed(response.importance.items())),
            }
        )
        for response in reversed(assessment.responses)
    )
    context = {
        question: value[::-1] if isinstance(value, tuple) else value
        for question, value in reversed(assessment.team.context.items())
    }
    team = assessment.team.model_copy(update={"context": context})
    return assessment.model_copy(update={"responses": responses, "team": team})


def _newcomer(
    check: Newcomer,
    assessments: Sequence[Assessment],
    rank: Rank,
    catalog: Catalog,
    ranker_of: Callable[[Catalog], Rank],
) -> Iterator[BehaviorCase]:
    new: tuple[Support, ...] = (check.resource, check.provider)
    rank_with = ranker_of(Catalog.of([*catalog.supports, *new]))
    for assessment in assessments:
        # One place more, so that what the newcomer pushes out can be told from what it lets in.
        before, after = rank(assessment, check.k + 1), rank_with(assessment, check.k)
        for support in new:
            kind = support.kind
            broken = _displaced(before[kind], after[kind], support.id, check.tolerance)
            yield BehaviorCase(kind, broken and f"{assessment.assessment_id}: {broken}")


def _displaced(before: Sequence[Match], after: Sequence[Match], newcomer: str, tolerance: float) -> str | None:
    """The first place where the old order changed between supports that were not nearly tied; None without one."""
    old = {match.support_id: match.score for match in before}
    remaining = [match.support_id for match in after if match.support_id != newcomer]
    for now, then in zip(remaining, before, strict=False):
        if now == then.support_id:
            continue
        gap = then.score - old.get(now, before[-1].score if before else 0.0)
        if now not in old or abs(gap) > tolerance:
            return f"{now} takes the place of {then.support_id}"
    return None
