"""The tables. Profiles and runs are documents that never change; reviews, feedback and status changes are appended.

Times are UTC. Ids are ULIDs with a prefix, so that they sort by age. Deleting a team deletes, by foreign keys, all that
belongs to it; only lines of the audit stay.
"""

import zlib
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

__all__ = [
    "Answer",
    "ApiKey",
    "Artifact",
    "Assessment",
    "AuditLine",
    "Base",
    "CatalogActivation",
    "Cohort",
    "CohortGrant",
    "CompressedText",
    "FeedbackEvent",
    "Json",
    "MatchStatus",
    "OidcAttempt",
    "Organization",
    "OverlayChange",
    "Person",
    "Respondent",
    "Review",
    "ReviewEvent",
    "Run",
    "SignInLink",
    "Snapshot",
    "StoredAnswer",
    "Team",
    "UtcDateTime",
    "WebSession",
]


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time in UTC, also where the database keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; a naive time is a mistake of ours."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class CompressedText(TypeDecorator[str]):
    """Long text that is read whole or not at all, byte for byte; a run's JSON shrinks to a seventh."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Compressed UTF-8."""
        return None if value is None else zlib.compress(value.encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        """The text."""
        return None if value is None else zlib.decompress(value).decode()


Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Base(DeclarativeBase):
    """Base of all tables; constraints have names, so that migrations can change them on every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        datetime: UtcDateTime,
        str: String(200),
        dict[str, Any]: Json,
        list[str]: Json,
    }


def _belongs_to(column: str) -> Any:
    return mapped_column(ForeignKey(column, ondelete="CASCADE"), index=True)


class Organization(Base):
    """A tenant: owns teams, people and keys."""

    __tablename__ = "organizations"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]


def _operators_alone_have_none() -> CheckConstraint:
    return CheckConstraint("(scope = 'operator') = (organization_id IS NULL)", name="operators_alone_have_none")


class ApiKey(Base):
    """A program's key; the secret itself is not here."""

    __tablename__ = "api_keys"
    __table_args__ = (_operators_alone_have_none(),)
    id: Mapped[str] = mapped_column(primary_key=True)
    organization_id: Mapped[str | None] = _belongs_to("organizations.id")
    """None for an operator's."""
    scope: Mapped[str]
    label: Mapped[str]
    secret_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Person(Base):
    """Someone who signs in to the pages."""

    __tablename__ = "people"
    __table_args__ = (_operators_alone_have_none(),)
    id: Mapped[str] = mapped_column(primary_key=True)
    organization_id: Mapped[str | None] = _belongs_to("organizations.id")
    """None for an operator."""
    email: Mapped[str] = mapped_column(unique=True)
    """In lower case."""
    name: Mapped[str]
    scope: Mapped[str]
    password_hash: Mapped[str | None]
    oidc_subject: Mapped[str | None] = mapped_column(String(400), unique=True)
    """Issuer and subject of the identity provider."""
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class SignInLink(Base):
    """A link that signs a person in once."""

    __tablename__ = "sign_in_links"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = _belongs_to("people.id")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class WebSession(Base):
    """A person who is signed in, in one browser."""

    __tablename__ = "web_sessions"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = _belongs_to("people.id")
    method: Mapped[str]
    """How the person signed in: `password`, `link` or `oidc`."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class OidcAttempt(Base):
    """A browser that is away at the identity provider; removed when it comes back, so that an answer counts once."""

    __tablename__ = "oidc_attempts"
    state_hash: Mapped[str] = mapped_column(primary_key=True)
    browser_hash: Mapped[str]
    """Of the cookie that the browser was given; another browser cannot finish what this one began."""
    nonce: Mapped[str]
    code_verifier: Mapped[str]
    expires_at: Mapped[datetime]


class Cohort(Base):
    """Teams that a program looks after together; belongs to the program."""

    __tablename__ = "cohorts"
    id: Mapped[str] = mapped_column(primary_key=True)
    organization_id: Mapped[str] = _belongs_to("organizations.id")
    name: Mapped[str]
    created_at: Mapped[datetime]


class Team(Base):
    """A team or hub; belongs to an organization."""

    __tablename__ = "teams"
    __table_args__ = (UniqueConstraint("organization_id", "external_id"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    organization_id: Mapped[str] = _belongs_to("organizations.id")
    external_id: Mapped[str | None]
    """The portal's own id."""
    name: Mapped[str]
    form: Mapped[str]
    context: Mapped[dict[str, Any]]
    """Answers to the instrument's context questions, `share_with` among them."""
    review_policy: Mapped[str]
    """`before_release` or `after_release`."""
    version: Mapped[int]
    """Counts changes, for ETags."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class CohortGrant(Base):
    """A team's organization lets a program's officers see the team; ended by a revocation, never erased."""

    __tablename__ = "cohort_grants"
    __table_args__ = (
        Index(
            "uq_cohort_grants_active",
            "cohort_id",
            "team_id",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    cohort_id: Mapped[str] = _belongs_to("cohorts.id")
    team_id: Mapped[str] = _belongs_to("teams.id")
    granted_at: Mapped[datetime]
    granted_by: Mapped[str]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None]


class Assessment(Base):
    """One administration of the instrument: a window in which respondents answer."""

    __tablename__ = "assessments"
    __table_args__ = (UniqueConstraint("team_id", "wave"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    team_id: Mapped[str] = _belongs_to("teams.id")
    wave: Mapped[int]
    """1 for the first, counted within the team."""
    previous_id: Mapped[str | None] = mapped_column(ForeignKey("assessments.id", ondelete="SET NULL"), index=True)
    """The assessment that this one retakes."""
    instrument_id: Mapped[str]
    instrument_version: Mapped[str]
    form: Mapped[str]
    length: Mapped[str]
    focus_domains: Mapped[list[str]]
    set_aside: Mapped[list[str]]
    mode: Mapped[str]
    """`individual`, `consensus` or `individual_then_consensus`."""
    phase: Mapped[str]
    """`individual`, `consensus` or `closed`."""
    roster_size: Mapped[int | None]
    """People who were asked; None when unknown."""
    retake: Mapped[dict[str, Any]]
    """`then` and `turnover` as in an assessment file."""
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    version: Mapped[int]
    created_at: Mapped[datetime]


class Respondent(Base):
    """One person's place in a window, or the team's agreed answers."""

    __tablename__ = "respondents"
    __table_args__ = (UniqueConstraint("assessment_id", "external_id", "mode"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    assessment_id: Mapped[str] = _belongs_to("assessments.id")
    external_id: Mapped[str | None]
    """The portal's own id of the person, the same at a retake; pairs answers over time."""
    mode: Mapped[str]
    """`individual` or `consensus`."""
    token_hash: Mapped[str] = mapped_column(unique=True)
    """Of what alone writes these answers and reads them back: the invitation, or the own link of who opened it."""
    opened_hash: Mapped[str | None] = mapped_column(unique=True)
    """Of the invitation that was used up when somebody opened it in a browser and got a link of their own."""
    bound_at: Mapped[datetime | None]
    """When the one whose answers these are first used the invitation: opened it in a browser, or saved with it."""
    readable_from: Mapped[datetime | None]
    """When the invitation was renewed: what was saved before is not read back, for not only its author can renew. It
    counts until something is saved with the new one, and goes then."""
    cleared: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """When pieces were taken out, and by which device, by path, so that no older choice of another device brings them
    back; with an empty path, when all were."""
    created_at: Mapped[datetime]
    saved_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]


class Answer(Base):
    """One piece of a respondent's answers; the last write wins."""

    __tablename__ = "answers"
    respondent_id: Mapped[str] = mapped_column(ForeignKey("respondents.id", ondelete="CASCADE"), primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    """Where it stands in a response of an assessment file, such as `answers/la1` or `open_text/strengths`."""
    value: Mapped[Any] = mapped_column(Json)
    saved_at: Mapped[datetime]
    chosen_at: Mapped[datetime | None]
    """When it was chosen, on a device that was offline in between; None where that is when it was saved."""
    device: Mapped[str | None]
    """Which browser sent it: what that one sends later was chosen later, however long each took to arrive."""


class Snapshot(Base):
    """Frozen results of a window. Immutable."""

    __tablename__ = "snapshots"
    __table_args__ = (UniqueConstraint("assessment_id", "number"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    assessment_id: Mapped[str] = _belongs_to("assessments.id")
    number: Mapped[int]
    """1 for the first of the window; the last one counts."""
    mode: Mapped[str]
    taken_at: Mapped[datetime]
    schema_version: Mapped[int]
    assessment: Mapped[str] = mapped_column(Text)
    """The assessment file (JSON) that the results came from. Never shown: it holds everybody's answers."""
    release: Mapped[str] = mapped_column(Text)
    """The `ReleasedProfile` (JSON): all that anybody but the authors gets to know of these results."""


class Artifact(Base):
    """A catalog, ruleset, configuration or instrument that a run used, kept for replay; and checked uploads."""

    __tablename__ = "artifacts"
    kind: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    """SHA-256 of the body, 64 hexadecimal digits."""
    body: Mapped[str] = mapped_column(CompressedText, deferred=True)
    """Canonical JSON."""
    created_at: Mapped[datetime]


class CatalogActivation(Base):
    """Which imported catalog is in use from when; the last line counts."""

    __tablename__ = "catalog_activations"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    version: Mapped[str]
    activated_at: Mapped[datetime]
    activated_by: Mapped[str]


class OverlayChange(Base):
    """Which additions and exclusions an organization has from when; the last line of each organization counts."""

    __tablename__ = "overlay_changes"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    organization_id: Mapped[str] = _belongs_to("organizations.id")
    version: Mapped[str]
    """Of an artifact of the kind `overlay`."""
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]


class Run(Base):
    """A recommendation run. Immutable."""

    __tablename__ = "runs"
    id: Mapped[str] = mapped_column(primary_key=True)
    team_id: Mapped[str] = _belongs_to("teams.id")
    assessment_id: Mapped[str] = _belongs_to("assessments.id")
    snapshot_id: Mapped[str] = _belongs_to("snapshots.id")
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    schema_version: Mapped[int]
    request: Mapped[dict[str, Any]]
    """What was asked, complete: kinds, k, date, history, exploration; with assessment and versions it replays."""
    assessment: Mapped[str] = mapped_column(CompressedText, deferred=True)
    """The `ReleasedTeam` (JSON) that was ranked: the release of the snapshot, the words that are shared, and the team's
    context of that moment. Up to schema 2 an assessment file with all answers, which nothing reads any more."""
    versions: Mapped[dict[str, Any]]
    document: Mapped[str] = mapped_column(CompressedText)
    """The `RecommendationRun` (JSON), byte for byte as it was made."""
    sha256: Mapped[str]
    decision_log: Mapped[str] = mapped_column(CompressedText, deferred=True)
    """Candidates, features and propensities at decision time (a JSON list of `LoggedList`), for evaluation."""


class Review(Base):
    """Where the review of a run stands: what its events add up to, kept beside them for the queue."""

    __tablename__ = "reviews"
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[str] = mapped_column(index=True)
    version: Mapped[int]
    """Number of the last event; the ETag."""
    assignee: Mapped[str | None]
    second_reader: Mapped[str | None]
    due_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    low_confidence: Mapped[bool]
    """Whether too few people or answers stand behind the run to show its numbers."""
    unmet_needs: Mapped[int]
    """Priority needs, counted for each kind, that nothing in the catalog was good enough for."""
    updated_at: Mapped[datetime]


class ReviewEvent(Base):
    """One thing a reviewer did. Appended only."""

    __tablename__ = "review_events"
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1 for the first of the run; two reviewers cannot both write the same number."""
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    support_id: Mapped[str | None]
    payload: Mapped[dict[str, Any]]


class MatchStatus(Base):
    """A step in the life of a match between a team and a support. Appended only; the last one counts."""

    __tablename__ = "match_statuses"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    team_id: Mapped[str] = _belongs_to("teams.id")
    run_id: Mapped[str | None] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), index=True)
    support_id: Mapped[str]
    status: Mapped[str]
    outcome: Mapped[str | None]
    reason: Mapped[str | None]
    note: Mapped[str] = mapped_column(Text)
    actor: Mapped[str]
    at: Mapped[datetime]


class FeedbackEvent(Base):
    """What a team did with a support, as the portal tells. Appended only; the same event id is taken once."""

    __tablename__ = "feedback_events"
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True)
    event_id: Mapped[str] = mapped_column(primary_key=True)
    team_id: Mapped[str] = _belongs_to("teams.id")
    run_id: Mapped[str | None] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), index=True)
    support_id: Mapped[str]
    kind: Mapped[str]
    reason: Mapped[str | None]
    note: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    actor: Mapped[str]


class StoredAnswer(Base):
    """The answer to a creating call with an Idempotency-Key, written in the transaction of the call itself."""

    __tablename__ = "stored_answers"
    owner: Mapped[str] = mapped_column(primary_key=True)
    """Whose key it is: an actor."""
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    """Of method, path, query and body."""
    team_id: Mapped[str | None] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), index=True)
    """Whose content it may hold, so that it goes with the team."""
    status: Mapped[int]
    headers: Mapped[dict[str, Any]]
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(index=True)


class AuditLine(Base):
    """Who did what to what, without content; stays when the thing is deleted."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    organization_id: Mapped[str | None] = mapped_column(index=True)
    action: Mapped[str]
    subject: Mapped[str]
    """Id of the thing."""
    detail: Mapped[dict[str, Any]]
