"""What can go wrong at the edges, beside the core's own error tree (`recommender.errors`)."""

from collections.abc import Sequence

from models.base import Fault
from recommender.errors import InputError, TrellisError, describe

__all__ = ["InvalidParameter", "InvalidSetting", "LoadingFailed", "NotReady", "UnsupportedMediaType"]


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
    """A request body that says it is something else than JSON."""

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
