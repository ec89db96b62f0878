"""What a judging session reads: teams, the catalog, the guidelines. Needs no model and no qrels."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from importlib import resources
from pathlib import Path

import eval as evaluation
from eval.inputs.judged import ASSESSMENTS_FILE, read_assessments
from eval.judging.case import JudgingCase, make_case
from eval.judging.judgments import JudgedPair, support_hash
from models.base import Fault
from recommender.catalog.load import Catalog, load_catalog, starter_catalog
from recommender.config_load import starter_config
from recommender.diagnosis.assessments import fill_assessment
from recommender.errors import InputError
from recommender.instruments import default_instrument

__all__ = ["JudgingDesk", "open_desk", "read_guidelines"]


@dataclass(frozen=True)
class JudgingDesk:
    """Teams to judge for and supports to judge."""

    catalog: Catalog
    cases: dict[str, JudgingCase]
    """By assessment id, in file order."""

    @property
    def hashes(self) -> dict[str, str]:
        """What a judge reads of each support, hashed, by id."""
        return {support.id: support_hash(support) for support in self.catalog.supports}

    def check(self, pairs: Iterable[JudgedPair], *, file: str) -> None:
        """That every pair names a team and a support that exist.

        Raises:
            InputError: One fault for every unknown id.
        """
        known = {support.id for support in self.catalog.supports}
        named = tuple(pairs)
        faults = [
            Fault(pointer="", detail=f"No assessment has the id '{name}'.", file=file)
            for name in dict.fromkeys(pair.assessment_id for pair in named)
            if name not in self.cases
        ]
        faults += [
            Fault(pointer="", detail=f"The catalog has no support '{name}'.", file=file)
            for name in dict.fromkeys(pair.support_id for pair in named)
            if name not in known
        ]
        if faults:
            raise InputError(faults)


def open_desk(*, teams: Path | None, catalog: Path | None) -> JudgingDesk:
    """What is judged, read and checked.

    Args:
        teams: Folder with `assessments.jsonl`; None takes the development teams that ship with Trellis, which are
            invented, so that all their words are shown.
        catalog: Catalog folder; None takes the starter catalog.

    Raises:
        InputError: Every fault of the teams' file, or of the catalog's.
    """
    instrument = default_instrument()
    read = partial(fill_assessment, instrument=instrument)
    if teams is None:
        with resources.as_file(resources.files(evaluation) / "data" / "judged") as folder:
            assessments = read_assessments(folder / ASSESSMENTS_FILE, read=read)
    else:
        assessments = read_assessments(teams / ASSESSMENTS_FILE, read=read)
    scoring = starter_config().scoring
    cases = [make_case(item, instrument, scoring=scoring, invented=teams is None) for item in assessments]
    return JudgingDesk(
        catalog=starter_catalog() if catalog is None else load_catalog(catalog),
        cases={case.assessment_id: case for case in cases},
    )


def read_guidelines() -> str:
    """What the grades mean, as Markdown."""
    return (resources.files(evaluation) / "data" / "judged" / "guidelines.md").read_text("utf-8")
