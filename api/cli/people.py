"""`trellis people`: who may sign in to the pages."""

import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from api.access.principals import Scope

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="People who sign in: create, link, list, disable.")

_CLI = "cli"
_PersonId = Annotated[str, typer.Argument(help="Id of the person, from `trellis people list`.")]


@app.command("create")
def create_command(
    email: Annotated[str, typer.Option("--email", help="What they sign in with.")],
    name: Annotated[str, typer.Option("--name", help="What they are called.")],
    scope: Annotated[Scope, typer.Option("--scope", help="What they may do.")],
    organization: Annotated[
        str | None,
        typer.Option("--organization", help="Name or id of an organization that exists. An operator has none."),
    ] = None,
) -> None:
    """Add a person and print a link that signs them in once."""
    from pydantic import ValidationError

    from api.access.key_rows import find_organization
    from api.errors import NotFound
    from api.people.people import AnyNewPerson, create_person, make_link
    from api.settings import load_settings
    from api.storage.open import opened

    try:
        new = AnyNewPerson(email=email, name=name, scope=scope)
    except ValidationError as error:
        wrong = [str(fault["loc"][0]) for fault in error.errors()]
        examples = {field: (AnyNewPerson.model_fields[field].examples or [""])[0] for field in wrong}
        words = (f"--{field} cannot be used; expected something like '{like}'" for field, like in examples.items())
        raise typer.BadParameter("; ".join(words)) from None
    settings, now = load_settings(), datetime.now(UTC)
    with opened() as database, database.writing() as session:
        found = None if organization is None else find_organization(session, organization)
        if found is None and organization is not None:
            raise NotFound("organization", organization)
        person = create_person(session, found.id if found else None, new, actor=_CLI, now=now)
        made = make_link(session, person.id, minutes=settings.link_minutes, actor=_CLI, now=now)
    typer.echo(f"{settings.base_url}/sign-in/link/{made.token}")
    typer.echo(f"Person {person.id}, scope {scope}. The link works once, until {made.expires_at:%H:%M} UTC.", err=True)


@app.command("link")
def link_command(person_id: _PersonId) -> None:
    """Print a new link that signs a person in once; their earlier links end."""
    from api.people.people import make_link
    from api.settings import load_settings
    from api.storage.open import opened

    settings = load_settings()
    with opened() as database, database.writing() as session:
        made = make_link(session, person_id, minutes=settings.link_minutes, actor=_CLI, now=datetime.now(UTC))
    typer.echo(f"{settings.base_url}/sign-in/link/{made.token}")
    typer.echo(f"It works once, until {made.expires_at:%H:%M} UTC.", err=True)


@app.command("list")
def list_command(
    as_json: Annotated[bool, typer.Option("--json", help="A JSON list instead of a table.")] = False,
) -> None:
    """Print the people of all organizations."""
    from rich.table import Column, Table

    from api.access.key_rows import organizations
    from api.cli.terminal import INSTANCE_WORDS, screen
    from api.people.people import person_view
    from api.people.rows import people
    from api.storage.open import opened
    from api.text.screen import printable

    with opened() as database, database.reading() as session:
        names: dict[str | None, str] = {one.id: one.name for one in organizations(session)}
        names[None] = INSTANCE_WORDS
        rows = [(person_view(person), names[person.organization_id]) for person in people(session)]
    if as_json:
        typer.echo(json.dumps([{**p.model_dump(mode="json"), "organization": name} for p, name in rows], indent=2))
        return
    table = Table(Column("person", min_width=33), "organization", "scope", "email", "name", "disabled", box=None)
    for person, organization in rows:
        words = (person.id, organization, person.scope, person.email, person.name)
        disabled = f"{person.disabled_at:%Y-%m-%d %H:%M}" if person.disabled_at else ""
        table.add_row(*map(printable, words), disabled)
    out = screen()
    with out.page():
        out.console.print(table)


@app.command("disable")
def disable_command(person_id: _PersonId) -> None:
    """Sign a person out everywhere and let them in no more."""
    from api.people.people import disable_person
    from api.storage.open import opened

    with opened() as database, database.writing() as session:
        disable_person(session, person_id, actor=_CLI, now=datetime.now(UTC))
    typer.echo(f"Person {person_id} is disabled.", err=True)
