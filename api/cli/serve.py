"""`trellis serve`."""

from typing import TYPE_CHECKING, Annotated

import typer

from api.access.principals import Scope
from api.cli.options import CatalogDir, ConfigFile, ModelName, RulesetFile

if TYPE_CHECKING:
    from fastapi import FastAPI

    from api.settings import Settings

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("serve")(serve_command)


def serve_command(
    host: Annotated[str | None, typer.Option("--host", help="Address; default 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Port; default 8000.")] = None,
    catalog: CatalogDir = None,
    ruleset: RulesetFile = None,
    config: ConfigFile = None,
    model: ModelName = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="Serve a database of its own with sample teams, made anew each time.")
    ] = False,
) -> None:
    """Answer over HTTP. /docs shows the API; /readyz says when recommendations can be made."""
    from api.app import create_app
    from api.operating.server import serve
    from api.settings import load_settings
    from api.storage.migrate import upgrade

    settings = load_settings(host=host, port=port, catalog_dir=catalog, ruleset=ruleset, config=config, model=model)
    app = _demo(settings) if demo else create_app(settings)
    upgrade(app.state.database)  # here, so that a database that cannot be used ends in one line
    if not serve(app, settings):
        raise typer.Exit(2)  # its log has said why


def _demo(settings: "Settings") -> "FastAPI":
    """The application over a fresh database with sample data; says where to look and with which keys."""
    import asyncio
    from datetime import UTC, datetime

    from pydantic import SecretStr

    from api.app import create_app
    from api.cli.terminal import progress_bar
    from api.engine.engine import load_inputs, open_recommender
    from api.storage.database import url_of
    from api.storage.migrate import upgrade
    from api.web.start.fill import fill

    settings.data_dir.mkdir(parents=True, exist_ok=True)
    path = settings.data_dir / "demo.sqlite"
    for leftover in settings.data_dir.glob(f"{path.name}*"):
        leftover.unlink()
    settings = settings.model_copy(update={"database_url": SecretStr(url_of(path))})
    inputs = load_inputs(settings)
    with progress_bar() as progress:
        recommender = open_recommender(inputs, progress=progress)
    app = create_app(settings, recommender)
    upgrade(app.state.database)
    demo = app.state.demo = asyncio.run(fill(app, now=datetime.now(UTC)))
    typer.echo(f"Open {settings.base_url}/ in a browser: the start page leads to everything.\n")
    typer.echo(f"Sample data in {path}\n\nTeams")
    for what, team_id in demo.teams.items():
        typer.echo(f"  {what:<10} {team_id}")
    typer.echo("Keys")
    for scope, secret in demo.keys.items():
        typer.echo(f"  {scope:<10} {secret}")
    typer.echo(f"\nhttp://{settings.host}:{settings.port}/docs shows the API. To begin with:")
    typer.echo(
        f"  curl -H 'Authorization: Bearer {demo.keys[Scope.OFFICER]}' "
        f"http://{settings.host}:{settings.port}/v1/reviews\n"
    )
    return app
