"""People to invite, as a lead types or pastes them: one a line, with a role if it is known."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple
from urllib.parse import quote, unquote

from api.errors import InvalidBody
from api.text.language import _
from models.base import Fault
from recommender.instruments import LoadedInstrument
from recommender.reading.fold import clean, fold

__all__ = ["MOST_AT_ONCE", "Invitee", "invitees_in", "name_of", "role_names"]

MOST_AT_ONCE = 200
_SAFE = "".join(chr(number) for number in range(0x21, 0x7F) if chr(number) != "%")
_LONGEST = 200
_OURS = "res_"
_CELL = re.compile(r'\s*(?:"((?:[^"]|"")*)"\s*|([^,;\t]*))(?:[,;\t]|$)')
"""One cell of a line and what ends it; a cell in quotation marks may hold what would end it."""


class Invitee(NamedTuple):
    """Somebody to invite."""

    who: str
    """As they were typed; empty for a place without a name."""
    role: str | None

    @property
    def external_id(self) -> str | None:
        """The name as the service keeps it: the same at every check, so that change can be told from new people."""
        return quote(self.who, safe=_SAFE) if self.who else None


def invitees_in(lines: str, unnamed: str, instrument: LoadedInstrument) -> list[Invitee]:
    """The people in a form.

    Args:
        lines: one a line, `name` or `name, role`.
        unnamed: how many more places are made without a name.
        instrument: knows the roles.

    Raises:
        InvalidBody: every line and number that cannot be used.
    """
    roles = {fold(word): key for key, name in role_names(instrument).items() for word in (key, name)}
    invitees, wrong, seen = [], [], set()
    rows = [(number, cells) for number, line in enumerate(lines.split("\n"), start=1) if any(cells := _cells(line))]
    if rows and _is_heading(rows[0][1]):
        rows = rows[1:]
    for number, cells in rows:
        found = Invitee(cells[0], roles.get(fold(cells[1])) if len(cells) == 2 else None)
        fault = _fault(found, cells, roles)
        if not fault and fold(found.who) in seen:
            fault = _("“{name}” is in the list twice.", name=found.who)
        if fault:
            wrong.append(_("Line {number}: {fault}", number=number, fault=fault))
        seen.add(fold(found.who))
        invitees.append(found)
    faults = [Fault(pointer="/people", detail=" ".join(wrong))] if wrong else []
    more = unnamed.strip() or "0"
    if not (more.isascii() and more.isdigit() and len(more) < 6):
        faults.append(
            Fault(pointer="/unnamed", detail=_("Give a whole number up to {most}, or leave it out.", most=MOST_AT_ONCE))
        )
    else:
        invitees += [Invitee("", None)] * min(int(more), MOST_AT_ONCE + 1)
    if len(invitees) > MOST_AT_ONCE:
        faults.append(Fault(pointer="/people", detail=_("Invite up to {most} people at once.", most=MOST_AT_ONCE)))
    if not faults and not invitees:
        faults.append(Fault(pointer="/people", detail=_("Name at least one person, or ask for links without names.")))
    if faults:
        raise InvalidBody(faults)
    return invitees


def _cells(line: str) -> list[str]:
    """The cells of a line, as spreadsheets and people write them; what is empty after the name is left out."""
    cells = [clean(quoted.replace('""', '"') or plain) for quoted, plain in _CELL.findall(line)]
    return [*cells[:1], *filter(None, cells[1:])]


def _is_heading(cells: Sequence[str]) -> bool:
    """Whether a first line names columns and no person."""
    words = _("name, full name, first name, last name, person, email, e-mail, email address, role, position")
    return all(fold(cell) in map(fold, words.split(",")) for cell in cells)


def _fault(found: Invitee, cells: Sequence[str], roles: Mapping[str, str]) -> str:
    """What is wrong with a line; empty for nothing."""
    name, *more = cells
    email = next((cell for cell in more if "@" in cell), None)
    unknown = [cell for cell in more if fold(cell) not in roles]
    if not name:
        return _("here is a role, but no name.")
    if email:
        return _("“{email}” is an email address. Give the name alone, or the name and the role.", email=email)
    if len(more) > 1 and not unknown:
        return _("this is more than one role. Choose the main one.")
    if unknown and _may_be_first_name(unknown[0], roles) and " " not in name:
        return _(
            "is “{name}” last name, first name? Then write “{first} {last}”.",
            name=f"{name}, {unknown[0]}",
            first=unknown[0],
            last=name,
        )
    if len(more) > 1:
        return _("this is more than a name and a role. Leave out the rest.")
    if unknown:
        return _("“{role}” is not one of the roles. Write it as in the list, or leave it out.", role=more[0])
    if name.startswith(_OURS):
        return _("a name cannot begin with “{mark}”.", mark=_OURS)
    if len(found.external_id or "") > _LONGEST:
        return _("this name is too long. Initials are enough.")
    return ""


def _may_be_first_name(cell: str, roles: Mapping[str, str]) -> bool:
    """Whether a cell that is no role begins as names do, and is no slip in the name of a role."""
    return not cell[:1].islower() and not get_close_matches(fold(cell), list(roles), n=1)


def name_of(external_id: str | None) -> str:
    """How a person is called on pages; empty for a place without a name."""
    return unquote(external_id) if external_id else ""


def role_names(instrument: LoadedInstrument) -> dict[str, str]:
    """Roles by their words."""
    options: Sequence[tuple[str, str]] = [(one.key, one.label) for one in instrument.context["role"].options]
    return dict(options)
