"""`trellis serve`."""

from typing import Annotated

import typer

from api.cli.options import CatalogDir, ConfigFile, ModelName, RulesetFile

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
) -> None:
    """Answer over HTTP. /docs shows the API; /readyz says when recommendations can be made."""
    from api.app import create_app
    from api.server import serve
    from api.settings import load_settings
    from api.storage.migrate import upgrade

    settings = load_settings(host=host, port=port, catalog_dir=catalog, ruleset=ruleset, config=config, model=model)
    app = create_app(settings)
    upgrade(app.state.database)  # here, so that a database that cannot be used ends in one line
    if not serve(app, settings):
        raise typer.Exit(2)  # its log has said why
