"""The one place where the concrete things of the commands are made: teams, catalog, needs, embedder, our ranker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from eval.experiment import Ranker
from eval.judged import DEVELOPMENT_JUDGES, JudgedTeams, development_teams, load_judged
from models.needs import Need
from models.profile import CapacityProfile
from models.rules import Ruleset
from models.vocab import SupportKind
from recommender.assessments import parse_assessment
from recommender.catalog.load import Catalog, load_catalog, starter_catalog
from recommender.config import ScoringConfig
from recommender.embedding import CachedEmbedder, SentenceEmbedder
from recommender.instruments import LoadedInstrument, default_instrument
from recommender.needs import derive_needs
from recommender.ports import Progress
from recommender.profiling import build_profile
from recommender.rules.load import ruleset_version, starter_ruleset

__all__ = ["Bench", "open_bench", "our_rankers"]


@dataclass(frozen=True)
class Bench:
    """What an evaluation is made of, read and checked."""

    teams: JudgedTeams
    judged_by: str
    """Who graded, for the reader of the numbers."""
    catalog: Catalog
    instrument: LoadedInstrument
    profiles: Mapping[str, CapacityProfile]
    """Complete ones, by assessment id."""
    needs: Mapping[str, Sequence[Need]]
    """By assessment id, greatest first."""
    ruleset: Ruleset
    embedder: CachedEmbedder

    @property
    def versions(self) -> dict[str, str]:
        """Of the instrument and the rules, for the result record."""
        version = self.instrument.version
        return {
            "instrument": f"{version.id}@{version.version}+{version.content_hash}",
            "ruleset": ruleset_version(self.ruleset),
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
    config = ScoringConfig()
    profiles = {item.assessment_id: build_profile(item, instrument, config) for item in judged.assessments}
    return Bench(
        teams=judged,
        judged_by=DEVELOPMENT_JUDGES if teams is None else f"whoever graded {teams.name}",
        catalog=starter_catalog() if catalog is None else load_catalog(catalog),
        instrument=instrument,
        profiles=profiles,
        needs={
            item.assessment_id: derive_needs(profiles[item.assessment_id], item, instrument, config)
            for item in judged.assessments
        },
        ruleset=starter_ruleset(),
        embedder=CachedEmbedder(SentenceEmbedder(), data_dir / "vectors.sqlite"),
    )


def our_rankers(bench: Bench, *, progress: Progress | None) -> Mapping[SupportKind, Mapping[str, Ranker]]:
    """Our own ranking of each kind. Empty until the pipeline is there; `--run` takes the runs of `trellis rank`."""
    return {}
