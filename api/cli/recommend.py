"""`trellis recommend`, `rank`, `why-not` and `demo`."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from api.cli.options import AsOf, CatalogDir, ConfigFile, KindOption, ModelName, RulesetFile, read_input
from models.kinds import ALL, kinds_of

if TYPE_CHECKING:
    from recommender.pipeline import Recommender

__all__ = ["add_to"]

BasisOption = Annotated[
    Literal["answers", "release"],
    typer.Option(
        "--basis",
        help="What to rank by: the release, as everybody but the authors gets it; or the answers in full, which are "
        "yours alone: what comes of them tells single answers.",
    ),
]
AssessmentFile = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="Assessment; - is stdin."),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("recommend")(recommend_command)
    app.command("rank")(rank_command)
    app.command("why-not")(why_not_command)
    app.command("demo")(demo_command)


def recommend_command(
    file: AssessmentFile,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document for programs.")] = False,
    kind: KindOption = ALL,
    k: Annotated[int | None, typer.Option("--k", min=1, max=50, help="Longest list of each kind.")] = None,
    as_of: AsOf = None,
    basis: BasisOption = "release",
    catalog: CatalogDir = None,
    ruleset: RulesetFile = None,
    config: ConfigFile = None,
    model: ModelName = None,
) -> None:
    """Show a team's profile, its needs, and ranked, explained supports in a plan."""
    from api.recommending.recommend import recommend
    from recommender.diagnosis.assessments import parse_assessment
    from recommender.instruments import default_instrument

    assessment = parse_assessment(read_input(file), default_instrument())
    recommender = _open(catalog=catalog, ruleset=ruleset, config=config, model=model)
    run = recommend(recommender, assessment, today=date.today(), as_of=as_of, kinds=kinds_of([kind]), k=k, basis=basis)
    if as_json:
        typer.echo(run.model_dump_json(indent=2))
        return
    from api.cli.terminal import screen
    from api.text.run import render_run

    render_run(run, recommender.instrument, screen())


def rank_command(
    file: Annotated[
        Path,
        typer.Argument(metavar="ASSESSMENTS.jsonl", help="One a line."),
    ],
    out: Annotated[Path, typer.Option("--out", dir_okay=False, writable=True, help="TREC run to write.")],
    catalog: CatalogDir = None,
    kind: KindOption = ALL,
    k: Annotated[int, typer.Option("--k", min=1, help="Longest list of each kind.")] = 50,
    explain: Annotated[
        Path | None,
        typer.Option("--explain", dir_okay=False, writable=True, help="Explanations to write, a match a line."),
    ] = None,
    as_of: AsOf = None,
    basis: BasisOption = "answers",
    ruleset: RulesetFile = None,
    config: ConfigFile = None,
    model: ModelName = None,
) -> None:
    """Rank every eligible support for many assessments into a TREC run, without a floor."""
    from api.cli.terminal import progress_bar
    from api.recommending.ranking import parse_assessment_lines, rank_to_files
    from recommender.instruments import default_instrument

    for path, option in ((out, "--out"), (explain, "--explain")):
        if path is not None and not path.resolve().parent.is_dir():
            raise typer.BadParameter(f"the folder of '{path}' does not exist.", param_hint=option)
    if explain is not None and explain.resolve() == out.resolve():
        raise typer.BadParameter("names the file of --out.", param_hint="--explain")
    assessments = parse_assessment_lines(read_input(file), default_instrument(), file=file.name)
    # The same file is often ranked again and again while weights change; its vectors (not its words) stay.
    recommender = _open(catalog=catalog, ruleset=ruleset, config=config, model=model, keep_words=True)
    with progress_bar() as progress:
        rank_to_files(
            recommender,
            assessments,
            today=date.today(),
            as_of=as_of,
            kinds=kinds_of([kind]),
            k=k,
            out=out,
            explain=explain,
            basis=basis,
            on_done=lambda done: progress(done, len(assessments), "assessments ranked"),
        )


def why_not_command(
    file: AssessmentFile,
    support_id: Annotated[str, typer.Argument(metavar="SUPPORT_ID", help="An id of the catalog.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document for programs.")] = False,
    k: Annotated[int | None, typer.Option("--k", min=1, max=50, help="Longest list of each kind.")] = None,
    as_of: AsOf = None,
    basis: BasisOption = "release",
    catalog: CatalogDir = None,
    ruleset: RulesetFile = None,
    config: ConfigFile = None,
    model: ModelName = None,
) -> None:
    """Say why a support is, or is not, in a team's list."""
    from api.recommending.recommend import source_of
    from recommender.diagnosis.assessments import parse_assessment
    from recommender.instruments import default_instrument
    from recommender.pipeline import ListTerms

    assessment = parse_assessment(read_input(file), default_instrument())
    recommender = _open(catalog=catalog, ruleset=ruleset, config=config, model=model)
    date_used = as_of or assessment.as_of or date.today()
    source = source_of(recommender, assessment, basis)
    answer = recommender.why_not(source, support_id, ListTerms(date_used, k=k))
    if as_json:
        typer.echo(answer.model_dump_json(indent=2))
        return
    from api.cli.terminal import screen
    from api.text.run import render_why_not

    render_why_not(answer, screen())


def demo_command() -> None:
    """Run the main job for three sample teams that ship with Trellis."""
    from api.cli.terminal import screen
    from api.engine.samples import SAMPLES, read_sample
    from api.recommending.recommend import recommend
    from api.text.run import render_run
    from recommender.diagnosis.assessments import parse_assessment

    recommender = _open()
    target = screen()
    for name in SAMPLES:
        assessment = parse_assessment(read_sample(name), recommender.instrument)
        run = recommend(recommender, assessment, today=date.today(), k=5)
        render_run(run, recommender.instrument, target)


def _open(
    *,
    catalog: Path | None = None,
    ruleset: Path | None = None,
    config: Path | None = None,
    model: str | None = None,
    keep_words: bool = False,
) -> "Recommender":
    from api.cli.terminal import progress_bar
    from api.engine.engine import load_inputs, open_recommender
    from api.settings import load_settings

    settings = load_settings(catalog_dir=catalog, ruleset=ruleset, config=config, model=model)
    inputs = load_inputs(settings)
    with progress_bar() as progress:
        return open_recommender(inputs, keep_words=keep_words, progress=progress)
