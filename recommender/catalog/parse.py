"""Bytes of catalog files -> supports, and every fault with its file, line and field. Pure: opens nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import cast

from pydantic import BaseModel

from models.base import Fault
from models.kinds import KINDS
from models.support import Support
from models.vocab import US_STATES, SupportKind
from recommender.catalog.addresses import address_fault
from recommender.catalog.own_ids import id_fault, own_id
from recommender.reading.fault_words import found
from recommender.reading.faults import FaultReport, Path
from recommender.reading.fold import clean, is_invisible
from recommender.reading.values import Line, fill, parse_lines

__all__ = ["ParsedFile", "parse_catalog", "parse_file"]

_NAMES = ("title", "name", "publisher")
SERVES = ("US", *US_STATES)


@dataclass(frozen=True)
class ParsedFile:
    """What one file holds."""

    supports: tuple[Support, ...]
    """The records without a fault, in the order of the file."""
    faults: tuple[Fault, ...]
    """In the order of the file."""
    ids: tuple[tuple[str, int], ...]
    """Id and line of every record that names one, with faults or without."""


def parse_catalog(
    files: Mapping[SupportKind, bytes], names: Mapping[SupportKind, str] | None = None, *, space: str | None = None
) -> ParsedFile:
    """The supports of several files as one, with a fault for every id that is used twice anywhere.

    Args:
        files: content per kind; read in the order of `SupportKind`.
        names: how faults name a file, where it is not the name that its kind has in a folder.
        space: of the organization that adds these supports; their ids are put into it (`recommender.catalog.own_ids`).
    """
    called = {kind: (names or {}).get(kind, spec.file_name) for kind, spec in KINDS.items() if kind in files}
    parsed = [(name, parse_file(files[kind], kind, name=name, space=space)) for kind, name in called.items()]
    first: dict[str, str] = {}
    repeated = []
    for name, part in parsed:
        for support_id, line in part.ids:
            place = f"{name}:{line}"
            if first.setdefault(support_id, place) != place:
                detail = f"The id {found(support_id)} is already used at {first[support_id]}; expected a new one."
                repeated.append(Fault(pointer="/id", detail=detail, file=name, line=line))
    faults = [fault for _, part in parsed for fault in part.faults] + repeated
    order = [name for name, _ in parsed]
    faults.sort(key=lambda fault: (order.index(fault.file or ""), fault.line or 0))
    return ParsedFile(
        supports=tuple(support for _, part in parsed for support in part.supports),
        faults=tuple(faults),
        ids=tuple(pair for _, part in parsed for pair in part.ids),
    )


def parse_file(content: bytes, kind: SupportKind, *, name: str | None = None, space: str | None = None) -> ParsedFile:
    """The supports and faults of one JSON Lines file; `name` is how faults name it, `space` as for `parse_catalog`.

    Blank lines and a byte order mark at the start are let pass. A record with any fault is left out. Ids are
    compared across files by `parse_catalog`.
    """
    name = name or KINDS[kind].file_name
    supports: list[Support] = []
    faults: list[Fault] = []
    ids: list[tuple[str, int]] = []
    empty = "The file is empty; expected one record a line."
    read = partial(_fill, kind=kind, space=space)
    lines: Iterator[Line[Support]] = parse_lines(content, read, file=name, empty=empty)
    for line in lines:
        record = line.data
        if isinstance(record, dict) and isinstance(record.get("id"), str):
            ids.append((own_id(record["id"], space) if space else record["id"], line.number))
        if line.value is not None and not line.faults:
            supports.append(line.value)
        faults += line.faults
    return ParsedFile(tuple(supports), tuple(faults), tuple(ids))


def _fill(record: object, report: FaultReport, *, kind: SupportKind, space: str | None) -> Support | None:
    if not isinstance(record, dict):
        report.add((), f"Expected one JSON object; found {found(record)}.")
        return None
    support_id = record.get("id")
    if isinstance(support_id, str):
        if wrong := id_fault(support_id, space):
            report.add(("id",), wrong)
        record = record | {"id": own_id(support_id, space) if space else support_id}
    model: type[BaseModel] = KINDS[kind].model  # the checker takes a class of two kinds for one of neither
    return cast("Support | None", fill(model, record, report, check=_check_words, strict=True))


def _shows_nothing(sign: str, text: str) -> bool:
    return is_invisible(sign) and sign not in clean(text)


def _check_words(record: dict[str, object], report: FaultReport) -> None:
    """What the types do not say: states that exist, addresses that lead where they seem to, nothing twice in a list."""
    for place, address in _addresses(record):
        if isinstance(address, str) and (wrong := address_fault(address)):
            report.add(place, f"{wrong}; found {found(address)}.")
    for name in _NAMES:
        value = record.get(name)
        if isinstance(value, str) and (sign := next((one for one in value if _shows_nothing(one, value)), None)):
            report.add((name,), f"The text holds a character that shows nothing (U+{ord(sign):04X}); leave it out.")
    serves = record.get("serves")
    for position, code in enumerate(serves if isinstance(serves, list) else ()):
        if isinstance(code, str) and code not in SERVES:
            report.unknown_word(("serves", position), code, SERVES, what="a state")
    lists: list[tuple[Path, object]] = [((name,), value) for name, value in record.items()]
    services = record.get("services")
    for position, service in enumerate(services if isinstance(services, list) else ()):
        if isinstance(service, dict):
            lists.append((("services", position, "domains"), service.get("domains")))
    for path, entries in lists:
        seen: set[str | int] = set()
        for position, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, str | int):
                if entry in seen:
                    report.add((*path, position), f"{found(entry)} is listed twice.")
                seen.add(entry)


def _addresses(record: dict[str, object]) -> Iterator[tuple[Path, object]]:
    yield ("url",), record.get("url")
    sources = record.get("source_urls")
    for position, source in enumerate(sources if isinstance(sources, list) else ()):
        yield ("source_urls", position), source
    evidence = record.get("evidence")
    if isinstance(evidence, dict):
        yield ("evidence", "url"), evidence.get("url")
