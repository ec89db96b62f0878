"""`trellis eval`: how good the rankings are, on the shipped development teams or on your own judged ones."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import platformdirs
import typer

from eval.commands import judging
from models.base import Fault
from models.vocab import SupportKind
from recommender.errors import InvalidRun
from recommender.ports import Progress
from recommender.trec import Run, read_run

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Measure how good rankings are. Exit codes: 0 all well, 1 our fault, 2 the input is not usable.",
)


class Kind(StrEnum):
    """Which lists to evaluate."""

    RESOURCE = "resource"
    PROVIDER = "provider"
    ALL = "all"


KindOption = Annotated[Kind, typer.Option("--kind", help="Which lists.")]
TeamsDir = Annotated[
    Path | None,
    typer.Option(
        "--teams",
        exists=True,
        file_okay=False,
        help="Folder with assessments.jsonl and qrels.txt; default: the shipped development teams.",
    ),
]
CatalogDir = Annotated[
    Path | None,
    typer.Option("--catalog", exists=True, file_okay=False, help="Catalog folder; default: the starter catalog."),
]
DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        envvar="TRELLIS_DATA_DIR",
        file_okay=False,
        help="Where vectors of catalog texts are kept between runs; default: the user's cache folder.",
    ),
]
Seed = Annotated[int, typer.Option("--seed", help="For random draws, intervals and tests.")]
Json = Annotated[bool, typer.Option("--json", help="The whole result as JSON.")]
_SEED = 20261015


@app.callback()
def _eval() -> None:
    # A group even while it has one command, so that the command keeps its name.
    pass


@app.command()
def judged(
    kind: KindOption = Kind.ALL,
    teams: TeamsDir = None,
    catalog: CatalogDir = None,
    run: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=FILE", help="A TREC run to evaluate beside the others; may be repeated."),
    ] = None,
    baseline: Annotated[str, typer.Option(help="The system that all others are tested against.")] = "fusion",
    seed: Seed = _SEED,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Rank for judged teams with our pipeline and off-the-shelf rankers, and compare. Markdown in a pipe."""
    runs = _read_runs(run or [])
    # Imported here so that help, usage errors and faults in run files are quick.
    from rich.console import Console

    from eval.experiment import evaluate_teams
    from eval.report import markdown, print_result
    from eval.wiring import open_bench, our_rankers

    bench = open_bench(teams=teams, catalog=catalog, data_dir=data_dir or _cache_dir())
    today = datetime.now(UTC).date()
    with _progress() as progress:
        result = evaluate_teams(
            bench.teams,
            bench.catalog,
            instrument=bench.instrument.instrument,
            needs=bench.needs,
            embedder=bench.embedder,
            rankers=our_rankers(bench, as_of=today, progress=progress),
            about_rankers=bench.about_ours,
            runs=runs,
            kinds=_kinds(kind),
            baseline=baseline,
            judged_by=bench.judged_by,
            versions=bench.versions,
            seed=seed,
            made_on=today,
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
    kind: KindOption = Kind.ALL,
    teams: TeamsDir = None,
    catalog: CatalogDir = None,
    seed: Seed = _SEED,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Propose ranking weights from judged teams, by cross-validation over teams. Changes nothing."""
    from eval.study import study_markdown, study_weights
    from eval.tables import feature_tables, present_weights
    from eval.wiring import open_bench

    bench = open_bench(teams=teams, catalog=catalog, data_dir=data_dir or _cache_dir())
    studies = []
    with _progress() as progress:
        for one in _kinds(kind):
            tables = feature_tables(
                bench.teams,
                bench.catalog,
                one,
                instrument=bench.instrument,
                profiles=bench.profiles,
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


def _kinds(kind: Kind) -> tuple[SupportKind, ...]:
    return tuple(SupportKind) if kind is Kind.ALL else (SupportKind(kind.value),)


def _cache_dir() -> Path:
    return Path(platformdirs.user_cache_dir("trellis"))


def _read_runs(options: Sequence[str]) -> dict[str, Run]:
    """The named runs; every fault of every file at once."""
    faults: list[Fault] = []
    runs: dict[str, Run] = {}
    for option in options:
        name, separator, path = option.partition("=")
        if not (name and separator and path):
            raise typer.BadParameter(f"'{option}' is not NAME=FILE.", param_hint="--run")
        if name in runs:
            raise typer.BadParameter(f"two runs are called '{name}'.", param_hint="--run")
        runs[name] = {}
        try:
            runs[name] = read_run(Path(path).read_text("utf-8").splitlines(), file=path)
        except InvalidRun as error:
            faults += error.faults
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            faults.append(Fault(pointer="", detail=f"The run cannot be read: {reason}.", file=path))
    if faults:
        raise InvalidRun(faults)
    return runs


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """A bar on standard error while long work runs; None when that is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    with Bar(console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def show(done: int, total: int, what: str) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done, total=total)

        yield show


judging.add_to(app)
