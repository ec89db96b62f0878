"""What can go wrong at the edges, beside the core's own error tree (`recommender.errors`)."""

from collections.abc import Mapping, Sequence

from models.base import Fault
from recommender.errors import InputError, TrellisError, describe

__all__ = [
    "BackupUnusable",
    "Conflict",
    "CrossSite",
    "IdempotencyMismatch",
    "IdentityProviderUnavailable",
    "InvalidBody",
    "InvalidParameter",
    "InvalidRequest",
    "InvalidSetting",
    "LoadingFailed",
    "NoResults",
    "NotAllowed",
    "NotFound",
    "NotReady",
    "NotReleased",
    "Overloaded",
    "PreconditionRequired",
    "SignInFailed",
    "StaleVersion",
    "StorageBusy",
    "StorageFull",
    "StorageUnavailable",
    "TooManyRequests",
    "Unauthenticated",
    "UnsupportedMediaType",
    "WindowClosed",
]


class InvalidParameter(TrellisError):
    """A query parameter outside what the endpoint takes; `faults` name the parameter in `pointer`."""

    slug = "invalid-parameter"
    title = "A query parameter is not valid"

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(describe(fault) for fault in self.faults))


class InvalidSetting(InputError):
    """Environment variables with impossible values; `faults` name the variable in `pointer`."""

    slug = "invalid-setting"
    title = "A setting is not valid"


class UnsupportedMediaType(TrellisError):
    """A request body that is not said to be JSON, or is compressed."""

    slug = "unsupported-media-type"
    title = "The body must be JSON"


class NotReady(TrellisError):
    """Model, catalog or index are still being loaded, or could not be."""

    slug = "not-ready"
    title = "Trellis is not ready yet"


class LoadingFailed(TrellisError):
    """Model, catalog or index could not be loaded."""

    slug = "loading-failed"
    title = "Trellis could not be loaded"


class InvalidBody(InputError):
    """A request body that fits its shape but not what it is about; lists every fault."""

    slug = "invalid-body"
    title = "The request body is not valid"


class InvalidRequest(InvalidBody):
    """A parameter or the body has faults."""

    slug = "invalid-request"
    title = "The request is not valid"


class Unauthenticated(TrellisError):
    """No key, or one that is unknown or revoked."""

    slug = "unauthenticated"
    title = "A valid key is needed"


class NotAllowed(TrellisError):
    """The key is valid, but its scope does not allow this."""

    slug = "not-allowed"
    title = "This key may not do that"


class SignInFailed(TrellisError):
    """A password, link or identity that signs nobody in; which part was wrong is not said."""

    slug = "sign-in-failed"
    title = "The sign-in did not succeed"


class CrossSite(TrellisError):
    """A browser sent this from a page of another site; nothing was done."""

    slug = "cross-site"
    title = "The request came from another site"


class IdentityProviderUnavailable(TrellisError):
    """The identity provider cannot be reached, or answers what nobody can use."""

    slug = "identity-provider-unavailable"
    title = "The identity provider is not available"


class BackupUnusable(TrellisError):
    """A backup file that is damaged, cut short, or made by a newer Trellis."""

    slug = "backup-unusable"
    title = "The backup cannot be used"


class NotFound(TrellisError):
    """Nothing of that id that the caller may see; whether it exists elsewhere is not said."""

    slug = "no-such-thing"
    title = "There is no such thing"

    def __init__(self, what: str, identifier: str) -> None:
        super().__init__(f"There is no {what} '{identifier}' within your reach.")


class Conflict(TrellisError):
    """The thing is not in a state that allows this."""

    slug = "conflict"
    title = "That is not possible now"


class WindowClosed(Conflict):
    """Answers after the window closed, or before it opened; nothing is changed."""

    slug = "window-closed"
    title = "The assessment is not open for answers"


class NoResults(Conflict):
    """Results are frozen when a window closes; there are none yet."""

    slug = "no-results-yet"
    title = "There are no results yet"


class NotReleased(NotAllowed):
    """The run waits for its review."""

    slug = "not-released"
    title = "The recommendations are not released yet"


class StaleVersion(TrellisError):
    """Somebody else changed it since it was read; nothing is overwritten."""

    slug = "stale-version"
    title = "It has changed in the meantime"


class PreconditionRequired(TrellisError):
    """A change that must say, in If-Match, which version it changes."""

    slug = "precondition-required"
    title = "Say which version you are changing"


class IdempotencyMismatch(TrellisError):
    """An Idempotency-Key that was used for another request before."""

    slug = "idempotency-key-reused"
    title = "The Idempotency-Key belongs to another request"


class TooManyRequests(TrellisError):
    """More requests than the limit of this key allows; Retry-After says when to try again."""

    slug = "too-many-requests"
    title = "Too many requests"

    def __init__(self, detail: str, *, headers: Mapping[str, str]) -> None:
        self.headers = headers
        super().__init__(detail)


class Overloaded(TrellisError):
    """More at once than this instance takes; nothing was done, and Retry-After says when to try again."""

    slug = "overloaded"
    title = "Too many others are being served right now"

    def __init__(self, *, retry_after: int) -> None:
        self.headers: Mapping[str, str] = {"Retry-After": str(retry_after)}
        super().__init__(f"Too many requests at once; try again in {retry_after} s.")


class StorageBusy(TrellisError):
    """The database is locked or overloaded for now; nothing was written."""

    slug = "storage-busy"
    title = "The database is busy"


class StorageFull(TrellisError):
    """The disk of the database is full; nothing was written."""

    slug = "storage-full"
    title = "The database is full"


class StorageUnavailable(TrellisError):
    """The database cannot be reached, read or written."""

    slug = "storage-unavailable"
    title = "The database is not available"
