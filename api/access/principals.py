"""Scopes of keys and people, what each allows, and the caller of a request."""

from dataclasses import dataclass
from enum import StrEnum

from api.errors import NotAllowed

__all__ = ["GRANTED", "Permission", "Principal", "Scope"]


class Scope(StrEnum):
    """What a key or a person is for."""

    PORTAL = "portal"
    OFFICER = "officer"
    CURATOR = "curator"
    EVALUATOR = "evaluator"
    ADMIN = "admin"


class Permission(StrEnum):
    """One thing that a route may ask for. Which teams it reaches is decided apart, by `api.access.reach`."""

    READ_CATALOG = "read-catalog"
    """Catalog, instrument, and previews that store nothing."""
    WRITE_CATALOG = "write-catalog"
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
    """Keys, people, audit, metrics."""
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
    Scope.CURATOR: frozenset({*_EVERYONE, Permission.WRITE_CATALOG, Permission.READ_QUALITY}),
    Scope.EVALUATOR: frozenset({*_EVERYONE, Permission.READ_QUALITY, Permission.EXPORT}),
    Scope.ADMIN: frozenset(
        {
            *_EVERYONE,
            Permission.WRITE_CATALOG,
            Permission.READ_QUALITY,
            Permission.READ_TEAMS,
            Permission.WRITE_TEAMS,
            Permission.CREATE_RUNS,
            Permission.REPLAY,
            Permission.EXPORT,
            Permission.ADMINISTER,
            Permission.MANAGE_COHORTS,
            Permission.END_GRANTS,
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
    scope: Scope

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
