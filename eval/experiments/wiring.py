"""The one place where the concrete things of the commands are made: teams, catalog, needs, embedder, our ranker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.experiments.behavior import BehaviorFile, Rank, check_behavior
from eval.experiments.experiment import OURS, Ranker
from eval.inputs.judged import DEVELOPMENT_JUDGES, JudgedTeams, development_teams, load_judged
from eval.inputs.known_ids import KnownIds
from eval.inputs.run_files import read_runs
from eval.results.close_ups import Why
from eval.results.findings import BehaviorRecord
from eval.results.records import LEARNED_HERE
from models.assessment import Assessment
from models.base import SupportId
from models.needs import Need
from models.profile import CapacityProfile
from models.recommendation import Match
from models.rules import Ruleset
from models.vocab import SupportKind
from recommender import opening
from recommender.catalog.load import Catalog
from recommender.config import RankingConfig
from recommender.diagnosis.assessments import fill_assessment
from recommender.diagnosis.evidence import TeamEvidence, evidence_of
from recommender.diagnosis.needs import derive_needs
from recommender.embedding import CachedEmbedder
from recommender.index import CatalogIndex, kind_indexes
from recommender.instruments import LoadedInstrument, default_instrument
from recommender.opening import Inputs, Sources, open_inputs
from recommender.pipeline import Recommender
from recommender.ports import OnProgress
from recommender.reading.trec import TrecRun
from recommender.reading.values import AllFaults
from recommender.rules.load import ruleset_version

__all__ = [
    "Bench",
    "behavior_of",
    "open_bench",
    "open_bench_and_runs",
    "open_embedder",
    "open_recommender",
    "our_rankers",
    "rank_of",
    "variant",
]

_OURS = "the shipped ranking"
REASONED = 10
"""Places of a list that reasons are given for."""


@dataclass(frozen=True)
class Bench:
    """What an evaluation is made of, read and checked."""

    teams: JudgedTeams
    judged_by: str
    """Who graded, for the reader of the numbers."""
    about_ours: str
    """What the reader must know of our own ranking's numbers."""
    catalog: Catalog
    instrument: LoadedInstrument
    evidence: Mapping[str, TeamEvidence]
    """From answers in full, by assessment id."""
    needs: Mapping[str, Sequence[Need]]
    """By assessment id, greatest first."""
    ruleset: Ruleset
    config: RankingConfig
    embedder: CachedEmbedder

    @cached_property
    def indexes(self) -> Mapping[SupportKind, CatalogIndex]:
        """The catalog made searchable, once for all variants of our ranking."""
        return kind_indexes(self.catalog, self.embedder)

    @property
    def profiles(self) -> Mapping[str, CapacityProfile]:
        """Complete ones, by assessment id."""
        return {key: evidence.profile for key, evidence in self.evidence.items()}

    @property
    def known(self) -> KnownIds:
        """What a run may name."""
        return KnownIds(
            queries={assessment.assessment_id for assessment in self.teams.assessments},
            documents={support.id for support in self.catalog.supports},
        )

    @property
    def versions(self) -> dict[str, str]:
        """Of the instrument, the rules and the weights, for the result record."""
        return {
            "instrument": self.instrument.version.full_name,
            "ruleset": ruleset_version(self.ruleset),
            "config": self.config.content_hash,
        }


def open_bench(*, teams: Path | None, catalog: Path | None, data_dir: Path) -> Bench:
    """Everything that an evaluation reads.

    Args:
        teams: Folder with judged teams; None takes the development teams that ship with Trellis.
        catalog: Catalog folder; None takes the starter catalog.
        data_dir: Where vectors of catalog texts are kept between runs.

    Raises:
        InputError: Every fault of the teams' files and of the catalog's.
        ModelError: The embedding model is missing or altered.
    """
    instrument = default_instrument()
    read = partial(fill_assessment, instrument=instrument)
    faults = AllFaults()
    sources = Sources(data_dir, catalog_dir=catalog)
    inputs = faults.of(partial(open_inputs, sources))
    ids = None if inputs is None else {support.id for support in inputs.catalog.supports}
    judged = faults.of(
        partial(development_teams, read=read)
        if teams is None
        else partial(load_judged, teams, read=read, documents=ids)
    )
    faults.report()
    assert inputs is not None  # what was refused has been reported
    assert judged is not None
    learned_on = {item.model_dump_json() for item in development_teams(read=read).assessments}
    config = inputs.config
    evidence = {item.assessment_id: evidence_of(item, instrument, config.scoring) for item in judged.assessments}
    return Bench(
        teams=judged,
        judged_by=DEVELOPMENT_JUDGES if teams is None else f"whoever graded {teams.name}",
        about_ours=LEARNED_HERE if learned_on & {item.model_dump_json() for item in judged.assessments} else _OURS,
        catalog=inputs.catalog,
        instrument=instrument,
        evidence=evidence,
        needs={key: derive_needs(known, instrument, config.scoring) for key, known in evidence.items()},
        ruleset=inputs.ruleset,
        config=config,
        embedder=_Remembering(inputs.embedder),
    )


def open_bench_and_runs(
    runs: Mapping[str, Path], *, teams: Path | None, catalog: Path | None, data_dir: Path
) -> tuple[Bench, dict[str, TrecRun]]:
    """A bench, and the runs by name that are evaluated on it; arguments as for `open_bench` and `read_runs`.

    Raises:
        InputError: Every fault of teams, catalog and runs; unknown ids in runs only where the bench is sound.
        ModelError: The embedding model is missing or altered.
    """
    faults = AllFaults()
    bench = faults.of(partial(open_bench, teams=teams, catalog=catalog, data_dir=data_dir))
    known = KnownIds(None, None) if bench is None else bench.known
    found = faults.of(partial(read_runs, runs, known=known))
    faults.report()
    assert bench is not None  # what was refused has been reported
    assert found is not None
    return bench, found


def rank_of(recommender: Recommender, *, as_of: date) -> Rank:
    """Its matches by kind, for behavioral checks; `as_of` is for teams that name no date."""

    def rank(assessment: Assessment, k: int) -> Mapping[SupportKind, Sequence[Match]]:
        lists = recommender.rank(assessment, as_of=assessment.as_of or as_of, k=k)
        return {ranked.kind: ranked.matches for ranked in lists}

    return rank


def behavior_of(
    bench: Bench, checks: BehaviorFile, *, as_of: date, progress: OnProgress | None = None
) -> tuple[BehaviorRecord, ...]:
    """The checks on our ranking of a bench."""
    return check_behavior(
        checks,
        bench.teams.assessments,
        catalog=bench.catalog,
        instrument=bench.instrument,
        priorities={key: [need.domain for need in needs if need.is_priority] for key, needs in bench.needs.items()},
        ranker_of=lambda catalog: rank_of(open_recommender(bench, catalog=catalog), as_of=as_of),
        progress=progress,
    )


class _Remembering(CachedEmbedder):
    """Remembers vectors of people's own words while the process lives, so that variants of a ranking share them."""

    def __init__(self, embedder: CachedEmbedder) -> None:
        super().__init__(embedder, None)
        self._inner = embedder
        self._words: dict[str, NDArray[np.float32]] = {}

    def encode(
        self, texts: Sequence[str], *, query: bool = False, progress: OnProgress | None = None
    ) -> NDArray[np.float32]:
        return self._inner.encode(texts, query=query, progress=progress)

    def encode_live(self, texts: Sequence[str]) -> NDArray[np.float32]:
        for text in texts:
            if text not in self._words:
                self._words[text] = self._inner.encode_live([text])[0]
        return np.array([self._words[text] for text in texts], np.float32).reshape(len(texts), self.dimension)


def open_recommender(
    bench: Bench,
    *,
    config: RankingConfig | None = None,
    catalog: Catalog | None = None,
    progress: OnProgress | None = None,
) -> Recommender:
    """Our ranking of a bench; `config` and `catalog` replace the bench's own."""
    inputs = Inputs(
        bench.instrument, catalog or bench.catalog, bench.ruleset, config or bench.config, embedder=bench.embedder
    )
    return opening.open_recommender(inputs, indexes=bench.indexes if catalog is None else None, progress=progress)


def open_embedder(data_dir: Path) -> CachedEmbedder:
    """The default model, with vectors kept in `data_dir`.

    Raises:
        ModelError: The embedding model is missing or altered.
    """
    return _Remembering(opening.open_embedder(data_dir))


def our_rankers(
    bench: Bench, *, as_of: date, progress: OnProgress | None
) -> Mapping[SupportKind, Mapping[str, Ranker]]:
    """Our own ranking of each kind: every eligible support, without a floor. `as_of` is for teams that name no date."""
    return {kind: {OURS: ranker} for kind, ranker in variant(bench, as_of=as_of, progress=progress).items()}


def reasons_of(bench: Bench, *, as_of: date) -> Mapping[SupportKind, Why]:
    """Our own sentences on the first ten places of a team's list; nothing on others. `as_of` as for `rank_of`."""
    assessments = {item.assessment_id: item for item in bench.teams.assessments}

    @cache
    def matches(query_id: str) -> Mapping[SupportKind, Mapping[str, Match]]:
        lists = rank(assessments[query_id], REASONED)
        return {kind: {match.support_id: match for match in found} for kind, found in lists.items()}

    @cache
    def ranker() -> Rank:
        return rank_of(open_recommender(bench), as_of=as_of)

    def rank(assessment: Assessment, k: int) -> Mapping[SupportKind, Sequence[Match]]:
        # Opened when the first reason is asked for: a ranking that loses nowhere needs none.
        return ranker()(assessment, k)

    def why(kind: SupportKind, query_id: str, doc_id: str) -> Sequence[str]:
        match = matches(query_id)[kind].get(doc_id)
        return () if match is None else (f"Score {match.score:.3f}: {_largest_parts(match)}.", *match.why)

    return {kind: partial(why, kind) for kind in SupportKind}


def _largest_parts(match: Match, *, n: int = 3) -> str:
    parts = sorted(match.components.items(), key=lambda part: (-abs(part[1]), part[0]))
    return ", ".join(f"{name.replace('_', ' ')} {value:.3f}" for name, value in parts[:n])


def variant(
    bench: Bench,
    *,
    config: RankingConfig | None = None,
    k: int | None = None,
    as_of: date,
    progress: OnProgress | None = None,
) -> Mapping[SupportKind, Ranker]:
    """Our ranking of each kind with another configuration, without a floor.

    Args:
        bench: What is ranked.
        config: None takes the bench's own.
        k: Longest list; None ranks every eligible support.
        as_of: For teams that name no date.
        progress: Called as texts are embedded.
    """

    @cache
    def recommender() -> Recommender:
        # Made when the first list is asked for, so that faults in a request show before long work.
        return open_recommender(bench, config=config, progress=progress)

    def ranker(kind: SupportKind) -> Ranker:
        def rank(assessment: Assessment) -> Sequence[tuple[SupportId, float]]:
            day = assessment.as_of or as_of
            (ranked,) = recommender().rank(assessment, as_of=day, kinds=[kind], k=k or len(bench.catalog.supports))
            return [(match.support_id, match.score) for match in ranked.matches]

        return rank

    return {kind: ranker(kind) for kind in SupportKind}
