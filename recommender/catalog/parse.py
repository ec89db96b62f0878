"""Bytes of catalog files -> supports, and every fault with its file, line and field. Pure: opens nothing."""

import codecs
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from models.base import Fault
from models.kinds import KINDS
from models.support import Evidence, Service, Support
from models.vocab import US_STATES, SupportKind
from recommender.reading.faults import join_pointer, show, value_faults, wrong_word

__all__ = ["ParsedFile", "parse_catalog", "parse_file"]

_PREFIXES = " or ".join(f"'{spec.id_prefix}-' (a {kind})" for kind, spec in KINDS.items())
EXPECTED = {
    "id": f"{_PREFIXES} and then lowercase words or numbers joined by '-'",
    "url": "a web address that starts with http:// or https://",
    "source_urls": "a web address that starts with http:// or https://",
    "language": "a BCP 47 language tag like en or zh-Hans",
    "serves": "a state code of two capital letters, or US",
}
SERVES = ("US", *US_STATES)


class _LineError(ValueError):
    """A line that Python's JSON reader would accept and others would read differently or refuse."""


@dataclass(frozen=True)
class ParsedFile:
    """What one file holds."""

    supports: tuple[Support, ...]
    """The records without a fault, in the order of the file."""
    faults: tuple[Fault, ...]
    """In the order of the file."""
    ids: tuple[tuple[str, int], ...]
    """Id and line of every record that names one, with faults or without."""


def parse_catalog(files: Mapping[SupportKind, bytes]) -> ParsedFile:
    """The supports of several files as one, with a fault for every id that is used twice anywhere.

    Args:
        files: content per kind; read in the order of `SupportKind`.
    """
    parsed = [(spec.file_name, parse_file(files[kind], kind)) for kind, spec in KINDS.items() if kind in files]
    first: dict[str, str] = {}
    repeated = []
    for name, part in parsed:
        for support_id, line in part.ids:
            place = f"{name}:{line}"
            if first.setdefault(support_id, place) != place:
                detail = f"the id {show(support_id)} is already used at {first[support_id]}; expected a new one"
                repeated.append(Fault(pointer="/id", detail=detail, file=name, line=line))
    faults = [fault for _, part in parsed for fault in part.faults] + repeated
    order = [name for name, _ in parsed]
    faults.sort(key=lambda fault: (order.index(fault.file or ""), fault.line or 0))
    return ParsedFile(
        supports=tuple(support for _, part in parsed for support in part.supports),
        faults=tuple(faults),
        ids=tuple(pair for _, part in parsed for pair in part.ids),
    )


def parse_file(content: bytes, kind: SupportKind) -> ParsedFile:
    """The supports and faults of one JSON Lines file.

    Blank lines and a byte order mark at the start are let pass. A record with any fault is left out. Ids are
    compared across files by `parse_catalog`.
    """
    name = KINDS[kind].file_name
    supports: list[Support] = []
    faults: list[Fault] = []
    ids: list[tuple[str, int]] = []
    # Only line feeds end a line: a text may hold other separators, such as U+2028.
    lines = content.removeprefix(codecs.BOM_UTF8).split(b"\n")
    if not any(line.strip() for line in lines):
        return ParsedFile(
            (), (Fault(pointer="", detail="the file is empty; expected one record a line", file=name),), ()
        )
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        record, found = _parse_line(line)
        if isinstance(record, dict):
            if isinstance(record.get("id"), str):
                ids.append((record["id"], number))
            support, more = _validate(line, record, kind)
            found += more
            if support is not None and not found:
                supports.append(support)
        faults += [fault.model_copy(update={"file": name, "line": number}) for fault in found]
    return ParsedFile(tuple(supports), tuple(faults), tuple(ids))


def _parse_line(line: bytes) -> tuple[object, list[Fault]]:
    try:
        record = json.loads(line.decode(), object_pairs_hook=_unique_keys, parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        return None, [_whole(f"byte {error.start + 1} of the line is not UTF-8; expected a file in UTF-8")]
    except json.JSONDecodeError as error:
        text = line.decode().strip()
        if text.startswith("{") and not text.endswith("}"):
            return None, [_whole(f"the line stops inside the record, after `{text[-20:]}`; was it cut in half?")]
        return None, [_whole(f"not valid JSON at column {error.colno}: {error.msg}")]
    except _LineError as error:
        return None, [_whole(str(error))]
    except (RecursionError, ValueError):
        return None, [_whole("the line nests too deeply or holds a number that is too long")]
    if not isinstance(record, dict):
        return record, [_whole(f"found {show(record)}; expected one JSON object")]
    return record, []


def _validate(line: bytes, record: dict[str, object], kind: SupportKind) -> tuple[Support | None, list[Fault]]:
    model = KINDS[kind].model
    support, faults = None, []
    try:
        support = model.model_validate_json(line, strict=True)
    except ValidationError as error:
        names = {info.alias or name for part in (model, Evidence, Service) for name, info in part.model_fields.items()}
        faults = value_faults(error, record, fields=names, expected=EXPECTED)
    seen = {fault.pointer for fault in faults}
    faults += [fault for fault in _word_faults(record) if fault.pointer not in seen]
    return support, faults


def _word_faults(record: dict[str, object]) -> Iterator[Fault]:
    """What the types do not say: states that exist, and nothing twice in one list."""
    serves = record.get("serves")
    for position, code in enumerate(serves if isinstance(serves, list) else ()):
        if isinstance(code, str) and code not in SERVES:
            yield Fault(pointer=f"/serves/{position}", detail=wrong_word(code, SERVES))
    lists: list[tuple[list[str | int], object]] = [([name], value) for name, value in record.items()]
    services = record.get("services")
    for position, service in enumerate(services if isinstance(services, list) else ()):
        if isinstance(service, dict):
            lists.append((["services", position, "domains"], service.get("domains")))
    for path, entries in lists:
        if not isinstance(entries, list):
            continue
        words = [entry for entry in entries if isinstance(entry, str | int)]
        if len(set(words)) == len(words):
            continue
        for position, entry in enumerate(entries):
            if entry in entries[:position]:
                yield Fault(pointer=join_pointer([*path, position]), detail=f"{show(entry)} is listed twice")


def _unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    record = dict(pairs)
    if len(record) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        raise _LineError(f"the key {', '.join(map(show, twice))} occurs twice in one object; expected it once")
    return record


def _refuse_constant(constant: str) -> object:
    raise _LineError(f"found {constant}, which JSON does not have; expected a number or null")


def _whole(detail: str) -> Fault:
    return Fault(pointer="", detail=detail)
