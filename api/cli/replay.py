"""`trellis replay`: make a stored run again."""

from typing import Annotated

import typer

__all__ = ["replay_command"]


def replay_command(
    run_id: Annotated[str, typer.Argument(metavar="RUN_ID", help="Id of a stored run.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document for programs.")] = False,
) -> None:
    """Make a stored run again and prove that it is the same, byte for byte; else name the first difference."""
    from api.engine.engine import Engine, load_inputs
    from api.recommending.replay import replay
    from api.runs.rows import find_run
    from api.settings import load_settings
    from api.storage.open import opened
    from api.text.screen import printable

    engine = Engine(load_inputs(load_settings()))
    with opened() as database, database.reading() as session:
        run = find_run(session, run_id, inputs=True)
        if run is None:
            raise typer.BadParameter(f"there is no run '{run_id}'.", param_hint="RUN_ID")
        found = replay(session, engine, run)
    typer.echo(found.model_dump_json(indent=2) if as_json else printable(f"{run_id}: {found.detail}"))
    if found.outcome != "same":
        raise typer.Exit(1)
