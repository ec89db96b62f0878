"""People to invite, as a lead types them: one a line, with a role if it is known."""

import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote, unquote

from api.errors import InvalidBody
from api.text.language import _
from models.base import Fault
from recommender.instruments import LoadedInstrument

__all__ = ["MOST_AT_ONCE", "Invitee", "invitees_in", "name_of", "role_names"]

MOST_AT_ONCE = 200
_SAFE = "".join(chr(number) for number in range(0x21, 0x7F) if chr(number) != "%")
_LONGEST = 200
_OURS = "res_"


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
    roles = {name.casefold(): key for key, name in role_names(instrument).items()}
    roles |= {key.casefold(): key for key in role_names(instrument)}
    invitees, wrong, seen = [], [], set()
    for number, line in enumerate(lines.splitlines(), start=1):
        parts = [" ".join(part.split()) for part in re.split(r"[,;\t]", line, maxsplit=1)]
        name, role = parts[0], parts[1] if len(parts) > 1 else ""
        if not name and not role:
            continue
        found = Invitee(name, roles.get(role.casefold()) if role else None)
        if not name:
            wrong.append(_("Line {number} has a role but no name.", number=number))
        elif role and found.role is None:
            wrong.append(
                _(
                    "Line {number}: “{role}” is not one of the roles. Write it as in the list, or leave it out.",
                    number=number,
                    role=role,
                )
            )
        elif name.startswith(_OURS):
            wrong.append(_("Line {number}: a name cannot begin with “{mark}”.", number=number, mark=_OURS))
        elif len(found.external_id or "") > _LONGEST:
            wrong.append(_("Line {number}: this name is too long. Initials are enough.", number=number))
        elif name in seen:
            wrong.append(_("Line {number}: “{name}” is in the list twice.", number=number, name=name))
        seen.add(name)
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


def name_of(external_id: str | None) -> str:
    """How a person is called on pages; empty for a place without a name."""
    return unquote(external_id) if external_id else ""


def role_names(instrument: LoadedInstrument) -> dict[str, str]:
    """Roles by their words."""
    options: Sequence[tuple[str, str]] = [(one.key, one.label) for one in instrument.context["role"].options]
    return dict(options)
