"""Scopes of keys and people, what each allows, and the caller of a request."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from api.errors import NotAllowed

__all__ = ["GRANTED", "INSTANCE", "OrganizationScope", "Permission", "Principal", "Scope"]

INSTANCE = ""
"""Stands in a principal where others have an organization: an operator belongs to none. No row has this id, so whoever
asks for an organization's things as an operator finds none."""


class Scope(StrEnum):
    """What a key or a person is for."""

    PORTAL = "portal"
    OFFICER = "officer"
    CURATOR = "curator"
    EVALUATOR = "evaluator"
    ADMIN = "admin"
    OPERATOR = "operator"
    """Who runs the instance: what all organizations share, and nothing that belongs to one of them."""


OrganizationScope = Literal[Scope.PORTAL, Scope.OFFICER, Scope.CURATOR, Scope.EVALUATOR, Scope.ADMIN]
"""What an organization gives to its own keys and people."""


class Permission(StrEnum):
    """One thing that a route may ask for. Which teams it reaches is decided apart, by `api.access.reach`."""

    READ_CATALOG = "read-catalog"
    """Catalog, instrument, and previews that store nothing."""
    CURATE = "curate"
    """An organization's own additions to the catalog, and what it leaves out."""
    WRITE_CATALOG = "write-catalog"
    """The versions of the catalog that every organization starts from, and which one is in use."""
    READ_QUALITY = "read-quality"
    """Where the catalog is thin, and how good the rankings are."""
    READ_TEAMS = "read-teams"
    """Teams, their windows, frozen results and runs, as far as the caller may see each."""
    WRITE_TEAMS = "write-teams"
    """Teams, windows, invitations, answers, feedback, cohort grants."""
    CREATE_RUNS = "create-runs"
    REPLAY = "replay"
    """Making a stored run again."""
    REVIEW = "review"
    EXPORT = "export"
    """Judgments and decisions, without names and words."""
    ADMINISTER = "administer"
    """Keys and people of an organization."""
    READ_AUDIT = "read-audit"
    """Who did what: in an organization, or to what all of them share."""
    OPERATE = "operate"
    """Figures of the service."""
    MANAGE_COHORTS = "manage-cohorts"
    END_GRANTS = "end-grants"
    """Take a team out of a cohort: from the team's side, or from the program's."""


_EVERYONE = {Permission.READ_CATALOG}
GRANTED: dict[Scope, frozenset[Permission]] = {
    Scope.PORTAL: frozenset(
        {*_EVERYONE, Permission.READ_TEAMS, Permission.WRITE_TEAMS, Permission.CREATE_RUNS, Permission.END_GRANTS}
    ),
    Scope.OFFICER: frozenset(
        {
            *_EVERYONE,
            Permission.READ_QUALITY,
            Permission.READ_TEAMS,
            Permission.CREATE_RUNS,
            Permission.REPLAY,
            Permission.REVIEW,
            Permission.MANAGE_COHORTS,
            Permission.END_GRANTS,
        }
    ),
    Scope.CURATOR: frozenset({*_EVERYONE, Permission.CURATE, Permission.READ_QUALITY}),
    Scope.EVALUATOR: frozenset({*_EVERYONE, Permission.READ_QUALITY, Permission.EXPORT}),
    Scope.ADMIN: frozenset(
        {
            *_EVERYONE,
            Permission.CURATE,
            Permission.READ_QUALITY,
            Permission.READ_TEAMS,
            Permission.WRITE_TEAMS,
            Permission.CREATE_RUNS,
            Permission.REPLAY,
            Permission.EXPORT,
            Permission.ADMINISTER,
            Permission.READ_AUDIT,
            Permission.MANAGE_COHORTS,
            Permission.END_GRANTS,
        }
    ),
    Scope.OPERATOR: frozenset(
        {
            *_EVERYONE,
            Permission.WRITE_CATALOG,
            Permission.READ_QUALITY,
            Permission.READ_AUDIT,
            Permission.OPERATE,
        }
    ),
}
"""What each scope may do; what is not named is refused."""


@dataclass(frozen=True)
class Principal:
    """The caller of a request."""

    actor: str
    """Who, for histories and the audit: `key:ID` or `person:ID`."""
    organization_id: str
    """`INSTANCE` for an operator."""
    scope: Scope

    @property
    def owner(self) -> str | None:
        """Whose the caller's doings are, as the audit keeps it: an organization's, or None for the instance's."""
        return self.organization_id or None

    def may(self, permission: Permission) -> bool:
        """Whether the scope allows something."""
        return permission in GRANTED[self.scope]

    def must(self, permission: Permission) -> None:
        """Go on only when the scope allows it.

        Raises:
            NotAllowed: it does not.
        """
        if not self.may(permission):
            allowed = ", ".join(scope for scope in Scope if permission in GRANTED[scope])
            raise NotAllowed(f"A key of scope '{self.scope}' may not do this ({permission}); it takes: {allowed}.")
