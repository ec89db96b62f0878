"""`trellis export`: what officers decided, as files for `trellis eval`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Officers' decisions, without names, as files for `trellis eval`.")

Out = Annotated[Path, typer.Option("--out", help="File to write.", dir_okay=False, writable=True)]
OfOrganization = Annotated[
    str | None,
    typer.Option("--organization", help="Name or id; only its own teams and those granted to it. Default: all."),
]


@app.command("judgments")
def judgments_command(out: Out, organization: OfOrganization = None) -> None:
    """Write TREC qrels: 3 pinned, 2 approved or added, 1 let stand in a released list, 0 removed as not fitting."""
    from api.evaluation.exports import judgments
    from api.storage.open import opened

    with opened() as database, database.reading() as session:
        lines = judgments(session, _organization(session, organization))
    _write(out, lines)
    typer.echo(f"{len(lines)} judgments written to {out}.", err=True)


@app.command("decisions")
def decisions_command(out: Out, organization: OfOrganization = None) -> None:
    """Write the log of lists: reward 1 kept, 0.5 kept elsewhere, 0 removed as not fitting, null undecided."""
    from api.evaluation.exports import decisions
    from api.storage.open import opened

    with opened() as database, database.reading() as session:
        lines = decisions(session, _organization(session, organization))
    _write(out, lines)
    typer.echo(f"{len(lines)} lists written to {out}.", err=True)


def _organization(session: "Session", name: str | None) -> str | None:
    from api.access.key_rows import find_organization
    from api.errors import NotFound

    if name is None:
        return None
    found = find_organization(session, name)
    if found is None:
        raise NotFound("organization", name)
    return found.id


def _write(out: Path, lines: Sequence[str]) -> None:
    from api.text.whole_files import whole_text

    with whole_text(out) as file:
        file.writelines(f"{line}\n" for line in lines)
