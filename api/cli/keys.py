"""`trellis keys`: API keys of organizations."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.access.principals import Scope
from recommender.reading.fold import clean

if TYPE_CHECKING:
    from api.storage.tables import ApiKey

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="API keys: create, list, revoke.")

_CLI = "cli"


def _short_text(given: str) -> str:
    text = given.strip()
    if len(text) > 200 or not all(sign.isprintable() for sign in text):
        raise typer.BadParameter("at most 200 printable characters")
    return text


def _name(given: str | None) -> str | None:
    if given is None:
        return None
    text = clean(_short_text(given))
    if not text:
        raise typer.BadParameter("a name cannot be blank")
    return text


@app.command("create")
def create_command(
    scope: Annotated[Scope, typer.Option("--scope", help="What the key is for.")],
    organization: Annotated[
        str | None,
        typer.Option(
            "--organization", help="Name or id; a new name makes it. An operator's key has none.", callback=_name
        ),
    ] = None,
    label: Annotated[str, typer.Option("--label", help="A word to tell keys apart.", callback=_short_text)] = "",
) -> None:
    """Make a key and print it; it is shown only now."""
    from api.people.keys import create_key
    from api.storage.open import opened

    with opened() as database, database.writing() as session:
        made = create_key(session, organization, scope, label=label, actor=_CLI, now=datetime.now(UTC))
    typer.echo(made.secret)
    typer.echo(f"Key {made.key.id}, scope {scope}. Keep it: it is not shown again.", err=True)


@app.command("list")
def list_command(
    as_json: Annotated[bool, typer.Option("--json", help="A JSON list instead of a table.")] = False,
) -> None:
    """Print the keys, without their secrets."""
    from rich.table import Column, Table

    from api.access.key_rows import keys, organizations
    from api.cli.terminal import INSTANCE_WORDS, screen
    from api.storage.open import opened
    from api.text.screen import printable

    with opened() as database, database.reading() as session:
        names: dict[str | None, str] = {one.id: one.name for one in organizations(session)}
        names[None] = INSTANCE_WORDS
        rows = keys(session)
    if as_json:
        typer.echo(json.dumps([_document(key, names[key.organization_id]) for key in rows], indent=2))
        return
    table = Table(
        Column("key", min_width=30), "organization", "scope", "label", "created", "last used", "revoked", box=None
    )
    for key in rows:
        times = (key.created_at, key.last_used_at, key.revoked_at)
        shown = [f"{time:%Y-%m-%d %H:%M}" if time else "" for time in times]
        words = (key.id, names[key.organization_id], key.scope, key.label)
        table.add_row(*map(printable, words), *shown)
    out = screen()
    with out.page():
        out.console.print(table)


@app.command("revoke")
def revoke_command(key_id: Annotated[str, typer.Argument(help="Id of the key, from `trellis keys list`.")]) -> None:
    """End a key at once."""
    from api.people.keys import revoke_key
    from api.storage.open import opened

    with opened() as database, database.writing() as session:
        revoke_key(session, key_id, actor=_CLI, now=datetime.now(UTC))
    typer.echo(f"Key {key_id} is revoked.", err=True)


def _document(key: "ApiKey", organization: str) -> dict[str, Any]:
    times = {"created_at": key.created_at, "last_used_at": key.last_used_at, "revoked_at": key.revoked_at}
    return {
        "id": key.id,
        "organization_id": key.organization_id,
        "organization": organization,
        "scope": key.scope,
        "label": key.label,
        **{name: time and time.isoformat() for name, time in times.items()},
    }
