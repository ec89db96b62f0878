"""Rulesets from YAML: every fault with its line and place, or a checked `Ruleset` and its version."""

from functools import lru_cache
from importlib import resources
from pathlib import Path as FilePath

import recommender
from models.rules import DEMOGRAPHIC_FIELDS, Rule, Ruleset
from recommender.canonical import content_hash
from recommender.errors import InvalidRuleset
from recommender.instruments import LoadedInstrument, default_instrument
from recommender.reading.fault_words import found
from recommender.reading.faults import FaultReport, Path
from recommender.reading.values import fill, read_bytes
from recommender.reading.yaml_document import parse_document
from recommender.rules.check import TeamWords, check_rule, check_ruleset
from recommender.rules.facts import team_words

__all__ = ["load_ruleset", "parse_ruleset", "ruleset_version", "starter_ruleset"]

_LIKE = {"weight": "a number, or a number per kind"}


@lru_cache(maxsize=1)
def starter_ruleset() -> Ruleset:
    """The rules that ship with Trellis, read once a process."""
    file = resources.files(recommender) / "data" / "rules" / "starter.yaml"
    return parse_ruleset(file.read_bytes(), file="starter.yaml")


def load_ruleset(path: FilePath, *, instrument: LoadedInstrument | None = None) -> Ruleset:
    """The rules of one file, which may test the answers that `instrument` opens to them (default: the shipped one's).

    Raises:
        InvalidRuleset: the file cannot be read, or has a fault that `parse_ruleset` names.
    """
    return parse_ruleset(read_bytes(path, error=InvalidRuleset), file=path.name, instrument=instrument)


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
    report = FaultReport()
    document = parse_document(content, report)
    ruleset = None
    if isinstance(document.data, dict):
        ruleset = _fill(document.data, team_words(instrument or default_instrument()), report)
    elif not report:
        report.add((), f"Expected a ruleset; found {found(document.data)}.")
    if report or ruleset is None:
        raise InvalidRuleset(report.faults(document.data, file=file, line=document.line))
    return ruleset


def ruleset_version(ruleset: Ruleset) -> str:
    """`id@version+hash`, the hash being the SHA-256 of the rules as canonical JSON, 64 hexadecimal digits."""
    return f"{ruleset.id}@{ruleset.version}+{content_hash(ruleset.model_dump(mode='json'))}"


def _fill(data: dict[str, object], words: TeamWords, report: FaultReport) -> Ruleset | None:
    """The ruleset, or None, and all faults. Rules are read one by one, so that one broken rule hides no other."""
    listed = data.get("rules")
    first: dict[str, int] = {}
    for position, part in enumerate(listed if isinstance(listed, list) else ()):
        at: Path = ("rules", position)
        _check_demographics(part, at, report)
        rule = fill(Rule, part, report, at=at, root=data, like=_LIKE, strict=True)
        if rule is not None:
            check_rule(rule, words, at, report)
        rule_id = part.get("id") if isinstance(part, dict) else None
        if isinstance(rule_id, str) and first.setdefault(rule_id, position) != position:
            detail = f"The id {found(rule_id)} is already used by rule {first[rule_id] + 1}; expected a new one."
            report.add((*at, "id"), detail)
    ruleset = fill(Ruleset, data, report, like=_LIKE, strict=True)
    if ruleset is not None:
        check_ruleset(ruleset, words, report)
    return ruleset


def _check_demographics(part: object, at: Path, report: FaultReport) -> None:
    rule = part if isinstance(part, dict) else {}
    conditions = rule.get("when")
    places: list[tuple[Path, object]] = [(("test", "team"), rule.get("test"))]
    for position, condition in enumerate(conditions if isinstance(conditions, list) else ()):
        places.append((("when", position, "field"), condition))
    for path, holder in places:
        name = holder.get(path[-1]) if isinstance(holder, dict) else None
        if isinstance(name, str) and name in DEMOGRAPHIC_FIELDS:
            report.add((*at, *path), f"{found(name)} is demographic; such fields may not be used in rules.")
