"""`trellis eval pool`, `judge`, `agreement`, `adjudicate` and `stale`: from runs to judgments that people made."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.commands.options import SEED, CatalogDir, Json, Seed

if TYPE_CHECKING:
    from eval.judging.desk import JudgingDesk
    from eval.judging.judgments import JudgedPair, Judgment

__all__ = ["add_to"]

TeamsDir = Annotated[
    Path | None,
    typer.Option(
        "--teams",
        exists=True,
        file_okay=False,
        help="Folder with assessments.jsonl; default: the shipped development teams.",
    ),
]
JudgeName = Annotated[str, typer.Option("--judge", help="Who grades; each judge is kept apart.")]
JudgmentFiles = Annotated[
    list[Path], typer.Argument(metavar="JUDGMENTS...", exists=True, dir_okay=False, help="Files of judgments.")
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (pool, judge, agreement, adjudicate, stale):
        app.command()(command)


def pool(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="TREC runs.")],
    out: Annotated[Path, typer.Option("--out", dir_okay=False, writable=True, help="Pool to write, JSON lines.")],
    depth: Annotated[int, typer.Option("--depth", min=1, help="Places read of each list of each kind.")] = 20,
    teams: TeamsDir = None,
    catalog: CatalogDir = None,
    seed: Seed = SEED,
) -> None:
    """Pool what several runs show first, shuffled for each team, without a trace of which run showed what."""
    from eval.inputs.files import write_line
    from eval.inputs.known_ids import KnownIds
    from eval.inputs.run_files import read_runs
    from eval.judging.desk import open_desk
    from eval.judging.pool import make_pool

    desk = open_desk(teams=teams, catalog=catalog)
    known = KnownIds(queries=desk.cases, documents=desk.hashes)
    found = read_runs({str(path): path for path in runs}, known=known)
    pooled = make_pool(
        found,
        kinds={support.id: support.kind for support in desk.catalog.supports},
        teams=tuple(desk.cases),
        depth=depth,
        seed=seed,
    )
    out.write_text("".join(map(write_line, pooled)), "utf-8")
    n_teams = len({item.assessment_id for item in pooled})
    typer.echo(f"{len(pooled)} pairs of {n_teams} teams from {len(found)} runs to depth {depth}: {out}")


def judge(
    pool: Annotated[Path, typer.Argument(metavar="POOL", exists=True, dir_okay=False, help="From `pool`.")],
    judge: JudgeName,
    out: Annotated[Path, typer.Option("--out", dir_okay=False, help="File that grades are added to.")],
    teams: TeamsDir = None,
    catalog: CatalogDir = None,
    stale: Annotated[
        bool, typer.Option("--stale", help="Also ask again for your grades of records that have changed.")
    ] = False,
) -> None:
    """Grade a pool on the terminal, 0 to 3 by key; quit and resume as you like. A pipe gives one command a line."""
    from eval.judging.judgments import PooledPair, read_judgments, stale_judgments
    from recommender.reading.values import read_lines

    _check_judge(judge)
    pairs = [item.pair for item in read_lines([pool], PooledPair)[pool]]
    earlier = read_judgments([out]) if out.exists() else []
    desk = _desk(teams, catalog, pairs, str(pool))
    if stale:
        again = {item.judgment.pair for item in stale_judgments(earlier, desk.catalog) if item.judgment.judge == judge}
        earlier = [item for item in earlier if not (item.judge == judge and item.pair in again)]
    _session(desk, pairs, judge, earlier, out)


def agreement(files: JudgmentFiles, seed: Seed = SEED, as_json: Json = False) -> None:
    """Tell how far judges agree: weighted kappa of each two, Krippendorff's alpha of all, and where they part."""
    from eval.judging.agreement import measure_agreement
    from eval.judging.agreement_text import agreement_markdown
    from eval.judging.judgments import read_judgments

    report = measure_agreement(read_judgments(files), seed=seed)
    typer.echo(report.model_dump_json(indent=1) + "\n" if as_json else agreement_markdown(report), nl=False)


def adjudicate(
    files: JudgmentFiles,
    judge: JudgeName,
    decisions: Annotated[Path, typer.Option("--decisions", dir_okay=False, help="File that decisions are added to.")],
    qrels: Annotated[Path, typer.Option("--qrels", dir_okay=False, writable=True, help="TREC qrels to write.")],
    tolerance: Annotated[
        int, typer.Option(min=0, max=3, help="Grades at most this far apart settle on their median.")
    ] = 0,
    teams: TeamsDir = None,
    catalog: CatalogDir = None,
) -> None:
    """Settle where judges part, one pair at a time, and write the final judgments once nothing is open."""
    from eval.judging.adjudication import settle, write_qrels
    from eval.judging.judgments import present_judgments, read_judgments, stale_judgments

    _check_judge(judge)
    given = read_judgments(files)
    decided = read_judgments([decisions]) if decisions.exists() else []
    settled = settle(given, decided, tolerance=tolerance)
    if settled.open:
        desk = _desk(teams, catalog, settled.open, ", ".join(map(str, files)))
        by_pair: dict[JudgedPair, list[Judgment]] = {}
        for item in present_judgments(given):
            by_pair.setdefault(item.pair, []).append(item)
        _session(desk, settled.open, judge, decided, decisions, others=lambda pair: by_pair[pair])
        decided = read_judgments([decisions]) if decisions.exists() else []
        settled = settle(given, decided, tolerance=tolerance)
        if n_stale := sum(1 for _ in stale_judgments(given, desk.catalog)):
            typer.echo(f"{n_stale} grades are of records that have changed since (trellis eval stale).")
    if settled.open:
        typer.echo(f"{len(settled.open)} pairs are still open; nothing is written to {qrels}.")
        raise typer.Exit(2)
    qrels.write_text("".join(write_qrels(settled.grades)), "utf-8")
    typer.echo(f"{len(settled.grades)} judgments: {qrels}")


def stale(files: JudgmentFiles, catalog: CatalogDir = None) -> None:
    """List the judgments whose support has changed, or has left the catalog, since it was graded."""
    from eval.judging.judgments import present_judgments, read_judgments, stale_judgments
    from recommender.catalog.load import load_catalog, starter_catalog

    judgments = read_judgments(files)
    found = list(stale_judgments(judgments, starter_catalog() if catalog is None else load_catalog(catalog)))
    for item, reason in found:
        day = item.judged_at.date().isoformat()
        typer.echo(f"{item.assessment_id} {item.support_id} grade {item.grade} by {item.judge} on {day}: {reason}")
    typer.echo(f"{len(found)} of {len(present_judgments(judgments))} judgments are stale.")


def _check_judge(name: str) -> None:
    if not re.fullmatch(r"\S+", name):
        raise typer.BadParameter(f"'{name}' is not one word.", param_hint="--judge")


def _desk(teams: Path | None, catalog: Path | None, pairs: "Sequence[JudgedPair]", file: str) -> "JudgingDesk":
    from eval.judging.desk import open_desk

    desk = open_desk(teams=teams, catalog=catalog)
    desk.check(pairs, file=file)
    return desk


def _session(
    desk: "JudgingDesk",
    pairs: "Sequence[JudgedPair]",
    judge: str,
    earlier: "Sequence[Judgment]",
    out: Path,
    *,
    others: "Callable[[JudgedPair], Sequence[Judgment]] | None" = None,
) -> None:
    """Grade pairs; each grade is in the file before the next key is read."""
    from rich.console import Console

    from eval.inputs.files import write_line
    from eval.judging.desk import read_guidelines
    from eval.judging.page import judge_pool, terminal_or_pipe
    from eval.judging.session import Session

    def record(judgment: "Judgment") -> None:
        with out.open("a", encoding="utf-8") as file:
            file.write(write_line(judgment))

    session = Session(
        pairs, judge=judge, earlier=earlier, hashes=desk.hashes, record=record, now=lambda: datetime.now(UTC)
    )
    console = Console()
    judge_pool(
        session,
        terminal_or_pipe(console),
        cases=desk.cases,
        supports={support.id: support for support in desk.catalog.supports},
        guidelines=read_guidelines(),
        console=console,
        others=others,
    )
