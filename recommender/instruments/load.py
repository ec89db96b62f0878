"""Reading an instrument: YAML to a checked, hashed, indexed questionnaire."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path as FilePath
from types import MappingProxyType
from typing import Any

import recommender
from models.instrument import ContextQuestion, DomainSpec, Handling, Instrument, InstrumentVersion, Item, PageGroup
from models.vocab import Domain, Form, ImportanceKey, Length
from recommender.canonical import content_hash
from recommender.errors import InvalidInstrument
from recommender.instruments.check import check_references
from recommender.instruments.handling import Apart, check_handling, handling_in, page_groups_in, take_apart
from recommender.reading.fault_words import found
from recommender.reading.faults import FaultReport
from recommender.reading.values import fill, read_bytes
from recommender.reading.yaml_document import parse_document
from recommender.words import Speaker

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
    """What the document asks, for `restore_instrument`: the part that the content hash covers."""
    page_groups: tuple[PageGroup, ...]
    """Groups of context questions, in the order of the page; empty for a restored instrument."""
    handling: Mapping[str, Handling]
    """How each context question is handled, by its id; nothing is said of those of a restored instrument."""

    def placed(self, place: Callable[[Handling], int | None]) -> list[ContextQuestion]:
        """Context questions that have a place, smallest first; equal ones in the order of the instrument."""
        places = {key: place(self.handling[key]) for key in self.context}
        shown = [(at, key) for key, at in places.items() if at is not None]
        return [self.context[key] for _, key in sorted(shown, key=lambda one: one[0])]

    def short_name(self, question: ContextQuestion) -> str:
        """A context question in a word or two, where the instrument has them."""
        return self.handling[question.id].short or question.text

    @cached_property
    def english(self) -> Speaker:
        """Says messages about this questionnaire in English, the language that documents are stored in."""
        return Speaker(instrument=self.instrument)

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
        The instrument; its content hash covers what the document asks, not its layout, its comments or how pages and
        rules handle the answers (`recommender.instruments.handling`).

    Raises:
        InvalidInstrument: lists every fault with its JSON pointer and line: not readable, not YAML, repeated keys,
            wrong shapes, and contradictions between forms, domains, items and vocabularies.
    """
    file = source.name if isinstance(source, FilePath) else None
    content = read_bytes(source, file=file, error=InvalidInstrument) if isinstance(source, FilePath) else source
    report = FaultReport()
    document = parse_document(content, report)
    apart, instrument = None, None
    if isinstance(document.data, dict):
        apart = take_apart(document.data)
        check_references(apart.asked, report)
        check_handling(apart, report)
        instrument = fill(Instrument, apart.asked, report)
    elif not report:
        report.add((), f"Expected an object with the parts of an instrument; found {found(document.data)}.")
    if report or apart is None or instrument is None:
        raise InvalidInstrument(report.faults(document.data, file=file, line=document.line))
    return _index(instrument, apart)


def restore_instrument(document: dict[str, Any]) -> LoadedInstrument:
    """The instrument of a document that `load_instrument` has checked before, also after a way through JSON.

    Such a document holds what is asked and not how answers are handled.

    Raises:
        pydantic.ValidationError: it never was such a document.
    """
    return _index(Instrument.model_validate(document), Apart(document, (), {}))


@lru_cache(maxsize=1)
def default_instrument() -> LoadedInstrument:
    """The instrument that ships with Trellis, read once a process."""
    return load_instrument((files(recommender) / "data" / "instruments" / _DEFAULT).read_text("utf-8"))


def _index(instrument: Instrument, apart: Apart) -> LoadedInstrument:
    meta = instrument.instrument
    return LoadedInstrument(
        instrument=instrument,
        version=InstrumentVersion(id=meta.id, version=meta.version, content_hash=content_hash(apart.asked)),
        domains=MappingProxyType({domain.id: domain for domain in instrument.domains}),
        items=MappingProxyType({item.id: item for domain in instrument.domains for item in domain.items}),
        domain_of=MappingProxyType({item.id: domain.id for domain in instrument.domains for item in domain.items}),
        context=MappingProxyType({question.id: question for question in instrument.context}),
        importance_weights=MappingProxyType({option.key: option.weight for option in instrument.importance.options}),
        document=MappingProxyType(apart.asked),
        page_groups=page_groups_in(apart),
        handling=MappingProxyType(handling_in(apart, instrument.context)),
    )
