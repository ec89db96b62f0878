"""YAML text -> plain data with the line of every part, and what YAML itself would let pass. Pure."""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from recommender.reading.fault_words import found
from recommender.reading.faults import FaultReport, Path, join_pointer
from recommender.reading.text import NotText, text_of

__all__ = ["YamlDocument", "parse_document"]


if TYPE_CHECKING:
    from yaml import SafeLoader as _Base
else:
    # The C parser is much faster where the package has it; the Python one reads the same grammar.
    _Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):
    """YAML 1.2 scalars: `no` and `on` stay words, dates and `1_000` stay text, only true and false are booleans."""

    yaml_implicit_resolvers: dict[str, Any] = {}


for _tag, _pattern, _first in (
    ("null", r"^(?:~|null|)$", ["~", "n", ""]),
    ("bool", r"^(?:true|false)$", ["t", "f"]),
    ("int", r"^[-+]?[0-9]+$", list("-+0123456789")),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?$", list("-+.0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


@dataclass
class YamlDocument:
    """A parsed file."""

    data: Any = None
    lines: dict[str, int] = field(default_factory=dict)
    """JSON pointer -> line from 1, for every part."""

    def line(self, pointer: str) -> int | None:
        """The line of a part, or of the nearest part around it."""
        while pointer and pointer not in self.lines:
            pointer = pointer.rpartition("/")[0]
        return self.lines.get(pointer)


def parse_document(content: str | bytes, report: FaultReport) -> YamlDocument:
    """The data of one YAML document, None for an empty one and for what is not YAML.

    Args:
        content: the text; bytes are UTF-8.
        report: takes what is not YAML, and duplicate keys, anchors and tags, each with its line.
    """
    document = YamlDocument()
    loader = None
    try:
        loader = _Loader(text_of(content) if isinstance(content, bytes) else content)
        node = loader.get_single_node()
        if node is not None:
            document.data = _build(loader, node, (), document, set(), report)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        report.add((), f"Not YAML: {error.problem or error.context}.", line=line)
    except NotText as error:
        report.add((), f"Not YAML: {error}.")
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        reason = "it nests too deeply" if isinstance(error, RecursionError) else str(error).split("\n")[0]
        report.add((), f"Not YAML: {reason}.")
    finally:
        if loader is not None:
            loader.dispose()
    return document


def _build(
    loader: _Loader, node: yaml.Node, path: Path, document: YamlDocument, seen: set[yaml.Node], report: FaultReport
) -> object:
    line = node.start_mark.line + 1
    document.lines[join_pointer(path)] = line
    if node in seen:
        report.add(path, "Anchors and aliases are not read; write the values out.", line=line)
        return None
    seen.add(node)
    if isinstance(node, yaml.SequenceNode):
        return [
            _build(loader, part, (*path, position), document, seen, report) for position, part in enumerate(node.value)
        ]
    if isinstance(node, yaml.MappingNode):
        data: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            place = key_node.start_mark.line + 1
            if key in data:
                report.add((*path, key), "The key is given twice.", line=place)
                continue
            data[key] = _build(loader, value_node, (*path, key), document, seen, report)
            document.lines[join_pointer((*path, key))] = place
        return data
    scalar: object = None
    try:
        scalar = loader.construct_object(node)
    except (KeyError, ValueError, yaml.constructor.ConstructorError):
        kind = node.tag.rpartition(":")[2].lstrip("!")
        report.add(path, f"{found(node.value)} cannot be read as {kind}; write it without the tag.", line=line)
    if scalar is not None and not isinstance(scalar, str | int | float):
        report.add(path, f"Expected text, a number, true, false or null; found the tag {node.tag}.", line=line)
        return None
    return scalar
