"""Reading an instrument: YAML to a checked, hashed, indexed questionnaire."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path as FilePath
from types import MappingProxyType
from typing import Any

from models.instrument import ContextQuestion, DomainSpec, Instrument, InstrumentVersion, Item
from models.vocab import Domain, Form, ImportanceKey, Length
from recommender.canonical import content_hash
from recommender.errors import InvalidInstrument
from recommender.instruments.check import check_references
from recommender.reading.fault_words import found
from recommender.reading.faults import FaultReport
from recommender.reading.values import fill, read_bytes
from recommender.reading.yaml_document import parse_document

__all__ = ["LoadedInstrument", "default_instrument", "load_instrument", "restore_instrument"]

_DEFAULT = "improvement-capacity-check-0.1.0.yaml"


@dataclass(frozen=True, eq=False)
class LoadedInstrument:
    """A checked instrument with its version and its lookups. Made by `load_instrument`."""

    instrument: Instrument
    version: InstrumentVersion
    domains: Mapping[Domain, DomainSpec]
    """Domains by id, in the order of the instrument."""
    items: Mapping[str, Item]
    """Items by id, in the order they are asked."""
    domain_of: Mapping[str, Domain]
    """The domain of each item id."""
    context: Mapping[str, ContextQuestion]
    """Context questions by id."""
    importance_weights: Mapping[ImportanceKey, float]
    """Weight of each importance answer, 0 to 1."""
    document: Mapping[str, Any]
    """The whole document as it was read, for `restore_instrument`."""

    def form_domains(self, form: Form) -> tuple[Domain, ...]:
        """Domains that a form asks, in the order of the instrument."""
        on_form = set(self.instrument.forms[form].domains)
        return tuple(domain for domain in self.domains if domain in on_form)

    def asked(
        self, form: Form, *, length: Length = Length.FULL, focus_domains: tuple[Domain, ...] = ()
    ) -> Mapping[Domain, tuple[Item, ...]]:
        """Items that a respondent is asked, by domain of the form, in the order they are asked.

        The short form asks the core items everywhere and every item of the focus domains.
        """
        return {
            domain: tuple(
                item
                for item in self.domains[domain].items
                if form in item.forms and (length is Length.FULL or item.core or domain in focus_domains)
            )
            for domain in self.form_domains(form)
        }


def load_instrument(source: str | FilePath) -> LoadedInstrument:
    """A checked instrument from YAML text or from a file.

    Args:
        source: the YAML text itself, or the path of a UTF-8 file as a `pathlib.Path`.

    Returns:
        The instrument; its content hash covers the whole document, not its layout or comments.

    Raises:
        InvalidInstrument: lists every fault with its JSON pointer and line: not readable, not YAML, repeated keys,
            wrong shapes, and contradictions between forms, domains, items and vocabularies.
    """
    file = source.name if isinstance(source, FilePath) else None
    content = read_bytes(source, file=file, error=InvalidInstrument) if isinstance(source, FilePath) else source
    report = FaultReport()
    document = parse_document(content, report)
    instrument = None
    if isinstance(document.data, dict):
        instrument = fill(Instrument, document.data, report, check=check_references)
    elif not report:
        report.add((), f"Expected an object with the parts of an instrument; found {found(document.data)}.")
    if report or instrument is None:
        raise InvalidInstrument(report.faults(document.data, file=file, line=document.line))
    return _index(instrument, document.data)


def restore_instrument(document: dict[str, Any]) -> LoadedInstrument:
    """The instrument of a document that `load_instrument` has checked before, also after a way through JSON.

    Raises:
        pydantic.ValidationError: it never was such a document.
    """
    return _index(Instrument.model_validate(document), document)


@lru_cache(maxsize=1)
def default_instrument() -> LoadedInstrument:
    """The instrument that ships with Trellis, read once a process."""
    return load_instrument((files("recommender") / "data" / "instruments" / _DEFAULT).read_text("utf-8"))


def _index(instrument: Instrument, document: dict[str, Any]) -> LoadedInstrument:
    meta = instrument.instrument
    return LoadedInstrument(
        instrument=instrument,
        version=InstrumentVersion(id=meta.id, version=meta.version, content_hash=content_hash(document)),
        domains=MappingProxyType({domain.id: domain for domain in instrument.domains}),
        items=MappingProxyType({item.id: item for domain in instrument.domains for item in domain.items}),
        domain_of=MappingProxyType({item.id: domain.id for domain in instrument.domains for item in domain.items}),
        context=MappingProxyType({question.id: question for question in instrument.context}),
        importance_weights=MappingProxyType({option.key: option.weight for option in instrument.importance.options}),
        document=MappingProxyType(document),
    )
