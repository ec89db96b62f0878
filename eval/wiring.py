"""The one place where the concrete things of the commands are made: teams, catalog, needs, embedder, our ranker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from pathlib import Path

from eval.experiment import OURS, Ranker
from eval.judged import DEVELOPMENT_JUDGES, JudgedTeams, development_teams, load_judged
from models.assessment import Assessment
from models.base import SupportId
from models.needs import Need
from models.profile import CapacityProfile
from models.rules import Ruleset
from models.vocab import SupportKind
from recommender.assessments import parse_assessment
from recommender.catalog.load import Catalog, load_catalog, starter_catalog
from recommender.config import RankingConfig
from recommender.config_load import starter_config
from recommender.embedding import CachedEmbedder, SentenceEmbedder
from recommender.instruments import LoadedInstrument, default_instrument
from recommender.needs import derive_needs
from recommender.pipeline import Recommender
from recommender.ports import Progress
from recommender.profiling import build_profile
from recommender.rules.load import ruleset_version, starter_ruleset

__all__ = ["Bench", "open_bench", "open_embedder", "our_rankers"]

_LEARNED_HERE = (
    "the shipped ranking, whose weights were learned on these teams, so it is flattered; `trellis eval tune` prints"
    " what weights learned on other teams reach"
)


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
    profiles: Mapping[str, CapacityProfile]
    """Complete ones, by assessment id."""
    needs: Mapping[str, Sequence[Need]]
    """By assessment id, greatest first."""
    ruleset: Ruleset
    config: RankingConfig
    embedder: CachedEmbedder

    @property
    def versions(self) -> dict[str, str]:
        """Of the instrument, the rules and the weights, for the result record."""
        version = self.instrument.version
        return {
            "instrument": f"{version.id}@{version.version}+{version.content_hash}",
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
        InputError: Every fault of the teams' files, or of the catalog's.
        ModelError: The embedding model is missing or altered.
    """
    instrument = default_instrument()
    parse = partial(parse_assessment, instrument=instrument)
    judged = development_teams(parse=parse) if teams is None else load_judged(teams, parse=parse)
    config = starter_config()
    profiles = {item.assessment_id: build_profile(item, instrument, config.scoring) for item in judged.assessments}
    return Bench(
        teams=judged,
        judged_by=DEVELOPMENT_JUDGES if teams is None else f"whoever graded {teams.name}",
        about_ours=_LEARNED_HERE if teams is None else "the shipped ranking",
        catalog=starter_catalog() if catalog is None else load_catalog(catalog),
        instrument=instrument,
        profiles=profiles,
        needs={
            item.assessment_id: derive_needs(profiles[item.assessment_id], item, instrument, config.scoring)
            for item in judged.assessments
        },
        ruleset=starter_ruleset(),
        config=config,
        embedder=open_embedder(data_dir),
    )


def open_embedder(data_dir: Path) -> CachedEmbedder:
    """The default model, with vectors kept in `data_dir`.

    Raises:
        ModelError: The embedding model is missing or altered.
    """
    return CachedEmbedder(SentenceEmbedder(), data_dir / "vectors.sqlite")


def our_rankers(bench: Bench, *, as_of: date, progress: Progress | None) -> Mapping[SupportKind, Mapping[str, Ranker]]:
    """Our own ranking of each kind: every eligible support, without a floor. `as_of` is for teams that name no date."""

    @cache
    def recommender() -> Recommender:
        # Made when the first list is asked for, so that faults in a request show before long work.
        return Recommender(
            instrument=bench.instrument,
            catalog=bench.catalog,
            ruleset=bench.ruleset,
            config=bench.config,
            embedder=bench.embedder,
            progress=progress,
        )

    def ranker(kind: SupportKind) -> Ranker:
        def rank(assessment: Assessment) -> Sequence[tuple[SupportId, float]]:
            day = assessment.as_of or as_of
            (ranked,) = recommender().rank(assessment, as_of=day, kinds=[kind], k=len(bench.catalog.supports))
            return [(match.support_id, match.score) for match in ranked.matches]

        return rank

    return {kind: {OURS: ranker(kind)} for kind in SupportKind}
