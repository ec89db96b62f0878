"""The error tree. No HTTP here: `api.http.problems` maps each class to a status, the command line to an exit code.

TrellisError
├── InputError                 what the caller gave is wrong; lists every fault
│   ├── InvalidAssessment
│   ├── InvalidCatalog
│   ├── InvalidInstrument
│   ├── InvalidRuleset
│   ├── InvalidConfig
│   ├── InvalidQrels
│   └── InvalidRun
├── UnknownSupport             an id that the catalog lacks
├── ModelError                 the embedding model cannot be used; never replaced silently
│   ├── ModelMissing
│   └── ModelAltered
└── CacheUnusable              the file of the vector cache is not ours
"""

from collections.abc import Sequence
from typing import ClassVar

from models.base import Fault

__all__ = [
    "CacheUnusable",
    "InputError",
    "InvalidAssessment",
    "InvalidCatalog",
    "InvalidConfig",
    "InvalidInstrument",
    "InvalidQrels",
    "InvalidRuleset",
    "InvalidRun",
    "ModelAltered",
    "ModelError",
    "ModelMissing",
    "TrellisError",
    "UnknownSupport",
]


class TrellisError(Exception):
    """Base of all errors that Trellis raises on purpose."""

    slug: ClassVar[str] = "error"
    """Stable name, used in problem types and logs."""
    title: ClassVar[str] = "Something went wrong"
    """One line, the same for every instance of the class."""


class InputError(TrellisError):
    """The input has faults; `faults` lists every one, in document order."""

    slug = "invalid-input"
    title = "The input is not valid"

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("; ".join(describe(fault) for fault in self.faults))


class InvalidAssessment(InputError):
    """An assessment that is not JSON, has the wrong shape, or does not fit its instrument."""

    slug = "invalid-assessment"
    title = "The assessment is not valid"


class InvalidCatalog(InputError):
    """Catalog lines that cannot be read, break the schema, or repeat an id."""

    slug = "invalid-catalog"
    title = "The catalog is not valid"


class InvalidInstrument(InputError):
    """A questionnaire that contradicts itself or its vocabularies."""

    slug = "invalid-instrument"
    title = "The instrument is not valid"


class InvalidRuleset(InputError):
    """Rules that name fields, words or operations that do not exist."""

    slug = "invalid-ruleset"
    title = "The ruleset is not valid"


class InvalidConfig(InputError):
    """A ranking configuration with unknown or impossible settings."""

    slug = "invalid-config"
    title = "The ranking configuration is not valid"


class InvalidQrels(InputError):
    """Relevance judgments that cannot be read, or that judge a document twice for one query."""

    slug = "invalid-qrels"
    title = "The relevance judgments are not valid"


class InvalidRun(InputError):
    """Ranked results that cannot be read, repeat a document for one query, or have a score that is not a number."""

    slug = "invalid-run"
    title = "The run is not valid"


class UnknownSupport(TrellisError):
    """No support of that id in the catalog."""

    slug = "unknown-support"
    title = "No such support"

    def __init__(self, support_id: str, close: Sequence[str] = ()) -> None:
        self.support_id = support_id
        self.close = tuple(close)
        hint = f" Did you mean {', '.join(self.close)}?" if self.close else ""
        super().__init__(f"The catalog has no support with the id '{support_id}'.{hint}")


class ModelError(TrellisError):
    """The embedding model cannot be used."""

    slug = "model-error"
    title = "The embedding model cannot be used"


class ModelMissing(ModelError):
    """No model of that name or at that path."""

    slug = "model-missing"
    title = "The embedding model was not found"


class ModelAltered(ModelError):
    """The weights differ from the ones whose hash is known."""

    slug = "model-altered"
    title = "The embedding model's weights are not the expected ones"


class CacheUnusable(TrellisError):
    """The vector cache cannot be read or written; the message says which file and what to do."""

    slug = "cache-unusable"
    title = "The vector cache cannot be used"


def describe(fault: Fault) -> str:
    """A fault in one line for a terminal: place first, then what is wrong."""
    place = fault.file or ""
    if fault.line is not None:
        place += f":{fault.line}" if place else f"line {fault.line}"
    place = " ".join(part for part in (place, fault.pointer) if part)
    return f"{place}: {fault.detail}" if place else fault.detail
