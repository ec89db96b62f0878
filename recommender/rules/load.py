"""Rulesets from YAML: every fault with its line and place, or a checked `Ruleset` and its version."""

import json
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import get_args

from pydantic import BaseModel, ValidationError

import recommender
from models import rules as rule_models
from models.base import Fault
from models.rules import DEMOGRAPHIC_FIELDS, Condition, Reasons, Rule, Ruleset
from recommender.canonical import content_hash
from recommender.errors import InvalidRuleset
from recommender.instruments import LoadedInstrument, default_instrument
from recommender.reading.faults import join_pointer, show, value_faults
from recommender.reading.yaml_document import parse_document
from recommender.rules.check import TeamWords, rule_faults, ruleset_faults
from recommender.rules.facts import team_words

__all__ = ["load_ruleset", "parse_ruleset", "ruleset_version", "starter_ruleset"]

MODELS: tuple[type[BaseModel], ...] = (Condition, Reasons, *get_args(get_args(rule_models.Test)[0]))
FIELDS = frozenset(name for model in MODELS for name in model.model_fields)
EXPECTED = {
    "id": "lowercase words or numbers joined by '-'",
    "version": "a version like 1.0.0",
    "weight": "a number, or a number per kind",
}


def starter_ruleset() -> Ruleset:
    """The rules that ship with Trellis."""
    file = resources.files(recommender) / "data" / "rules" / "starter.yaml"
    return parse_ruleset(file.read_bytes(), file="starter.yaml")


def load_ruleset(path: Path, *, instrument: LoadedInstrument | None = None) -> Ruleset:
    """The rules of one file, which may test the answers that `instrument` opens to them (default: the shipped one's).

    Raises:
        InvalidRuleset: the file cannot be read, or has a fault that `parse_ruleset` names.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InvalidRuleset([Fault(pointer="", detail=error.strerror or "cannot be read", file=str(path))]) from None
    return parse_ruleset(content, file=path.name, instrument=instrument)


def parse_ruleset(content: str | bytes, *, file: str, instrument: LoadedInstrument | None = None) -> Ruleset:
    """The rules of one YAML document.

    Args:
        content: the text; bytes are UTF-8.
        file: how faults name it.
        instrument: whose answers rules may test; None: the one that ships with Trellis.

    Raises:
        InvalidRuleset: every fault, by line: not YAML, unknown fields, operations and words, demographic fields,
            missing or misplaced weights, incomplete tables, reasons that name a value the test lacks, ids used twice.
    """
    document = parse_document(content)
    faults = list(document.faults)
    ruleset = None
    if not isinstance(document.data, dict):
        faults = faults or [Fault(pointer="", detail=f"found {show(document.data)}; expected a ruleset")]
    else:
        ruleset, found = _validate(document.data, team_words(instrument or default_instrument()))
        faults += found
    if faults or ruleset is None:
        placed = {
            fault.model_copy(update={"file": file, "line": fault.line or document.line(fault.pointer)}): None
            for fault in faults
        }
        raise InvalidRuleset(sorted(placed, key=lambda fault: fault.line or 0))
    return ruleset


def ruleset_version(ruleset: Ruleset) -> str:
    """`id@version+hash`, the hash being the SHA-256 of the rules as canonical JSON, 64 hexadecimal digits."""
    return f"{ruleset.id}@{ruleset.version}+{content_hash(ruleset.model_dump(mode='json'))}"


def _validate(data: dict[str, object], words: TeamWords) -> tuple[Ruleset | None, list[Fault]]:
    """The ruleset, or None, and all faults. Rules are read one by one, so that one broken rule hides no other."""
    faults: list[Fault] = []
    listed = data.get("rules")
    good: list[object] = []
    first: dict[str, int] = {}
    for position, found in enumerate(listed if isinstance(listed, list) else ()):
        is_good, problems = _rule_faults(found, words)
        rule_id = found.get("id") if isinstance(found, dict) else None
        if isinstance(rule_id, str) and first.setdefault(rule_id, position) != position:
            detail = f"the id {show(rule_id)} is already used by rule {first[rule_id] + 1}; expected a new one"
            problems.append(Fault(pointer="/id", detail=detail))
        place = join_pointer(["rules", position])
        faults += [fault.model_copy(update={"pointer": place + fault.pointer}) for fault in problems]
        good += [found] if is_good else []
    whole = {**data, "rules": good} if listed and isinstance(listed, list) else data
    try:
        ruleset = Ruleset.model_validate_json(json.dumps(whole), strict=True)
    except ValidationError as error:
        found_faults = value_faults(error, whole, fields=Ruleset.model_fields, expected=EXPECTED)
        # Without one good rule the list looks empty; its own faults are already listed.
        faults += [fault for fault in found_faults if whole is data or not fault.pointer.startswith("/rules")]
        return None, faults
    return ruleset, faults + list(ruleset_faults(ruleset, words))


def _rule_faults(found: object, words: TeamWords) -> tuple[bool, list[Fault]]:
    """Whether one rule has the shape of a rule, and its faults, with pointers from the rule."""
    demographic = {fault.pointer: fault for fault in _demographic_faults(found)}
    try:
        rule = Rule.model_validate_json(json.dumps(found), strict=True)
    except ValidationError as error:
        faults = value_faults(error, found, fields=FIELDS | Rule.model_fields.keys(), expected=EXPECTED)
        return False, [demographic.get(fault.pointer, fault) for fault in faults]
    return True, [demographic.get(fault.pointer, fault) for fault in rule_faults(rule, words)]


def _demographic_faults(found: object) -> Iterator[Fault]:
    rule = found if isinstance(found, dict) else {}
    conditions = rule.get("when")
    places: list[tuple[list[str | int], object]] = [(["test", "team"], rule.get("test"))]
    for position, condition in enumerate(conditions if isinstance(conditions, list) else ()):
        places.append((["when", position, "field"], condition))
    for path, part in places:
        name = part.get(path[-1]) if isinstance(part, dict) else None
        if isinstance(name, str) and name in DEMOGRAPHIC_FIELDS:
            detail = f"found {show(name)}; demographic fields may not be used in rules"
            yield Fault(pointer=join_pointer(path), detail=detail)
