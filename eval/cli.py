"""`trellis eval`: how good the rankings are, on the shipped development teams or on your own judged ones."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from eval.commands import behave, collection, experiment, gate, judging, off_policy, report
from eval.commands.options import (
    SEED,
    CatalogDir,
    DataDir,
    Json,
    KindOption,
    Seed,
    TeamsDir,
    progress_bar,
    vectors_in,
)
from models.kinds import ALL, kinds_of
from recommender.errors import TrellisError

__all__ = ["ExtraMissing", "app"]


class ExtraMissing(TrellisError):
    """A package that only the evaluation needs is not installed."""

    slug = "extra-missing"
    title = "Part of Trellis is not installed"


app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Measure how good rankings are. Exit codes: 0 all well, 1 our fault, 2 the input is not usable.",
)


@app.callback()
def _eval() -> None:
    if find_spec("sklearn") is None:
        raise ExtraMissing(
            "'trellis eval' needs scikit-learn, which is not installed: pip install 'trellis-recommender[eval]'."
        )


@app.command()
def judged(
    kind: KindOption = ALL,
    teams: TeamsDir = None,
    catalog: CatalogDir = None,
    run: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=FILE", help="A TREC run to evaluate beside the others; may be repeated."),
    ] = None,
    baseline: Annotated[str, typer.Option(help="The system that all others are tested against.")] = "fusion",
    seed: Seed = SEED,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Rank for judged teams with our pipeline and off-the-shelf rankers, and compare. Markdown in a pipe."""
    paths = _run_paths(run or [])
    # Imported here so that help and usage errors are quick.
    from rich.console import Console

    from eval.experiments.experiment import OURS, evaluate_teams
    from eval.experiments.wiring import open_bench_and_runs, our_rankers, reasons_of
    from eval.results.report import markdown, print_result

    bench, runs = open_bench_and_runs(paths, teams=teams, catalog=catalog, data_dir=vectors_in(data_dir))
    today = datetime.now(UTC).date()
    with progress_bar() as progress:
        result, _ = evaluate_teams(
            bench.teams,
            bench.catalog,
            instrument=bench.instrument.instrument,
            needs=bench.needs,
            embedder=bench.embedder,
            rankers=our_rankers(bench, as_of=today, progress=progress),
            about_rankers={OURS: bench.about_ours},
            runs=runs,
            kinds=kinds_of([kind]),
            baseline=baseline,
            judged_by=bench.judged_by,
            versions=bench.versions,
            seed=seed,
            made_on=today,
            reasons=reasons_of(bench, as_of=today),
            progress=progress,
        )
    if as_json:
        typer.echo(result.to_json(), nl=False)
    elif sys.stdout.isatty():
        print_result(result, Console())
    else:
        typer.echo(markdown(result), nl=False)


@app.command()
def tune(
    kind: KindOption = ALL,
    teams: TeamsDir = None,
    catalog: CatalogDir = None,
    seed: Seed = SEED,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Propose ranking weights from judged teams, by cross-validation over teams. Changes nothing."""
    from eval.experiments.wiring import open_bench
    from eval.tuning.study import study_markdown, study_weights
    from eval.tuning.tables import feature_tables, present_weights

    bench = open_bench(teams=teams, catalog=catalog, data_dir=vectors_in(data_dir))
    studies = []
    with progress_bar() as progress:
        for one in kinds_of([kind]):
            tables = feature_tables(
                bench.teams,
                bench.catalog,
                one,
                instrument=bench.instrument,
                evidence=bench.evidence,
                needs=bench.needs,
                ruleset=bench.ruleset,
                config=bench.config,
                embedder=bench.embedder,
                as_of=datetime.now(UTC).date(),
                progress=progress,
            )
            present = present_weights(one, ruleset=bench.ruleset, config=bench.config)
            studies.append(study_weights(one.value, tables, present=present, seed=seed))
    if as_json:
        typer.echo(json.dumps([study.model_dump(mode="json") for study in studies], indent=1, allow_nan=False))
    else:
        typer.echo("\n".join(study_markdown(study) for study in studies), nl=False)


def _run_paths(options: Sequence[str]) -> dict[str, Path]:
    """The file of each named run."""
    paths: dict[str, Path] = {}
    for option in options:
        name, separator, path = option.partition("=")
        if not (name and separator and path):
            raise typer.BadParameter(f"'{option}' is not NAME=FILE.", param_hint="--run")
        if name in paths:
            raise typer.BadParameter(f"two runs are called '{name}'.", param_hint="--run")
        paths[name] = Path(path)
    return paths


behave.add_to(app)
collection.add_to(app)
experiment.add_to(app)
gate.add_to(app)
judging.add_to(app)
off_policy.add_to(app)
report.add_to(app)
