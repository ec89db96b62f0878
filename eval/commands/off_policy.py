"""`trellis eval off-policy` and `simulate`: what another ranking would have earned, from logged decisions."""

import json
from pathlib import Path
from typing import Annotated

import typer

from eval.commands.options import SEED, Json, Seed, progress_bar

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("off-policy")(off_policy)
    app.command()(simulate)


def off_policy(
    log: Annotated[
        Path, typer.Argument(metavar="LOG", exists=True, dir_okay=False, help="Logged decisions, JSON lines.")
    ],
    target: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Probabilities of the ranking to evaluate, JSON lines."),
    ] = None,
    run: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Or its lists as a TREC run, by decision id, without chance."),
    ] = None,
    clip: Annotated[float | None, typer.Option(min=1, help="Largest weight let through; default: all are.")] = None,
    switch: Annotated[float, typer.Option(min=0, help="Above this weight, Switch-DR trusts its model.")] = 10.0,
    seed: Seed = SEED,
    as_json: Json = False,
) -> None:
    """Estimate what another ranking would have earned, or say why the log cannot tell."""
    if (target is None) == (run is None):
        raise typer.BadParameter("give either --target or --run.", param_hint="--target")
    from eval.inputs.files import read_text
    from eval.off_policy.data import policy_data
    from eval.off_policy.estimate import evaluate_policy
    from eval.off_policy.log import read_log, read_target, target_of_run
    from eval.off_policy.text import off_policy_markdown
    from recommender.reading.trec import read_run

    decisions = read_log(log)
    if target is not None:
        wanted = read_target(target, decisions)
    elif run is not None:
        wanted = target_of_run(read_run(read_text(run).splitlines(), file=str(run)), decisions, file=str(run))
    report = evaluate_policy(policy_data(decisions, wanted), clip=clip, switch=switch, seed=seed)
    typer.echo(report.model_dump_json(indent=1) + "\n" if as_json else off_policy_markdown(report), nl=False)


def simulate(
    logs: Annotated[int, typer.Option(min=1, help="Logs a scenario.")] = 200,
    decisions: Annotated[int, typer.Option(min=1, help="Decisions a log.")] = 400,
    only: Annotated[
        list[str] | None, typer.Option("--scenario", metavar="NAME", help="Only this one; may be repeated.")
    ] = None,
    example: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="Instead, write one log and one target here, to see the format."),
    ] = None,
    seed: Seed = SEED,
    as_json: Json = False,
) -> None:
    """Show how far each off-policy estimator errs, and how often its interval holds, where the truth is known."""
    from eval.inputs.files import write_line
    from eval.off_policy.simulation import Scenario, SimulationRecord, example_log
    from eval.off_policy.simulation import simulate as run_logs
    from eval.off_policy.text import simulation_markdown

    if example is not None:
        logged, wanted = example_log(Scenario.PLAIN, n_decisions=decisions, seed=seed)
        example.mkdir(parents=True, exist_ok=True)
        (example / "log.jsonl").write_text("".join(map(write_line, logged)), "utf-8")
        (example / "target.jsonl").write_text("".join(map(write_line, wanted)), "utf-8")
        typer.echo(f"{decisions} decisions: {example / 'log.jsonl'}, {example / 'target.jsonl'}")
        return
    try:
        scenarios = [Scenario(name) for name in only or Scenario]
    except ValueError as error:
        raise typer.BadParameter(f"there are {', '.join(Scenario)}.", param_hint="--scenario") from error
    records: list[SimulationRecord] = []
    with progress_bar() as progress:
        for scenario in scenarios:
            records += run_logs(scenario, n_logs=logs, n_decisions=decisions, seed=seed, progress=progress)
    if as_json:
        typer.echo(json.dumps([item.model_dump(mode="json") for item in records], indent=1, allow_nan=False))
    else:
        typer.echo(simulation_markdown(records, n_decisions=decisions), nl=False)
