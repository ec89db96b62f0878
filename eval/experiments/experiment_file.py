"""An experiment as a file: which systems, on which teams, and what else to find out."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from importlib import resources
from pathlib import Path

from pydantic import Field

import eval as evaluation
from eval.experiments.experiment import DENSE_SHELF, LEXICAL_SHELF, OURS
from eval.experiments.slices import SLICES
from eval.inputs.files import InvalidFile, read_file
from models.base import Value
from models.vocab import SupportKind
from recommender.canonical import content_hash
from recommender.config import Parts
from recommender.reading.fault_words import found
from recommender.reading.faults import FaultReport
from recommender.reading.values import Syntax, read_value

__all__ = ["RULES_ONLY", "ExperimentFile", "ablation_name", "load_experiment", "shipped_experiment"]

RULES_ONLY = "rules-only"
BASELINES = (*LEXICAL_SHELF, *DENSE_SHELF, RULES_ONLY)


class ExperimentFile(Value):
    """What to evaluate."""

    id: str = Field(min_length=1)
    version: str = Field(min_length=1)
    seed: int = Field(default=20261015, ge=0)
    as_of: date | None = None
    """For teams that name no date; None takes the day of the run."""
    teams: str = "development"
    """`development`, or a folder beside the file."""
    catalog: str = "starter"
    """`starter`, or a folder beside the file."""
    kinds: tuple[SupportKind, ...] = Field(default=tuple(SupportKind), min_length=1)
    baseline: str = "fusion"
    baselines: tuple[str, ...] = BASELINES
    ablations: tuple[str, ...] = ()
    runs: dict[str, str] = {}
    """Name of each further system, also a file name -> its TREC run, beside the file."""
    slices: tuple[str, ...] = ()
    stability_draws: int = Field(default=0, ge=0)
    """0 leaves stability out."""
    behavior: str | None = None
    """`shipped`, a file beside this one, or none."""

    @property
    def content_hash(self) -> str:
        """Id, version and hash of the content."""
        return f"{self.id}@{self.version}+{content_hash(self.model_dump(mode='json'))}"


def ablation_name(part: str) -> str:
    """What our ranking is called while a part of it is switched off."""
    return f"{OURS}-without-{part.replace('_', '-')}"


def load_experiment(path: Path) -> ExperimentFile:
    """The experiment in a YAML file.

    Raises:
        InvalidFile: Every fault with file and line: what is not YAML, unknown fields, systems, switches and slices,
            names that occur twice, and files or folders that do not exist.
    """

    def check(data: object, report: FaultReport) -> None:
        _check_names(data, report)
        _check_places(data, path.parent, report)

    return read_file(path, ExperimentFile, syntax=Syntax.YAML, check=check)


def shipped_experiment() -> ExperimentFile:
    """Everything on the development teams that ship with Trellis."""
    file = resources.files(evaluation) / "data" / "experiments" / "development.yaml"
    return read_value(
        file.read_bytes(),
        ExperimentFile,
        syntax=Syntax.YAML,
        file="development.yaml",
        error=InvalidFile,
        check=_check_names,
    )


def _check_names(data: object, report: FaultReport) -> None:
    document: Mapping[str, object] = data if isinstance(data, dict) else {}
    known = {"baselines": BASELINES, "ablations": tuple(Parts.model_fields), "slices": tuple(SLICES)}
    for field, words in known.items():
        listed = document.get(field)
        seen: set[str] = set()
        for place, word in enumerate(listed if isinstance(listed, list) else ()):
            if not isinstance(word, str):
                continue
            if word not in words:
                report.unknown_word((field, place), word, words)
            elif word in seen:
                report.add((field, place), f"{found(word)} is listed twice.")
            seen.add(word)
    baselines, ablations, runs = (document.get(field) for field in ("baselines", "ablations", "runs"))
    ours = [ablation_name(part) for part in (ablations if isinstance(ablations, list) else ()) if isinstance(part, str)]
    taken = [OURS, *ours, *(baselines if isinstance(baselines, list) else BASELINES)]
    names = list(runs) if isinstance(runs, dict) else []
    for name in names:
        if name in taken:
            report.add(("runs", name), f"Another system is called '{name}'.")
        if isinstance(name, str) and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
            report.add(("runs", name), f"'{name}' is no name of letters, digits, '.', '_' and '-'.")
    baseline = document.get("baseline", "fusion")
    # A baseline that does not exist is a fault of its own, and no suggestion for another one.
    systems = [word for word in [*ours, *names, OURS, *BASELINES] if isinstance(word, str)]
    systems = [word for word in systems if word in taken or word in names]
    if isinstance(baseline, str) and baseline not in systems:
        report.unknown_word(("baseline",), baseline, systems, what="a system of this experiment")


def _check_places(data: object, folder: Path, report: FaultReport) -> None:
    document: Mapping[str, object] = data if isinstance(data, dict) else {}
    runs = document.get("runs")
    named: list[tuple[tuple[str, ...], object, str, Callable[[Path], bool], str]] = [
        (("teams",), document.get("teams"), "development", Path.is_dir, "folder"),
        (("catalog",), document.get("catalog"), "starter", Path.is_dir, "folder"),
        (("behavior",), document.get("behavior"), "shipped", Path.is_file, "file"),
    ]
    if isinstance(runs, dict):
        named += [(("runs", name), place, "", Path.is_file, "file") for name, place in runs.items()]
    for path, place, ours, exists, what in named:
        if isinstance(place, str) and place != ours and not exists(folder / place):
            report.add(path, f"There is no {what} '{place}' in {folder}.")
