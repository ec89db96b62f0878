"""YAML text -> plain data with the line of every part, and what YAML itself would let pass. Pure."""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from models.base import Fault
from recommender.reading.faults import join_pointer, show

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

    data: object = None
    lines: dict[str, int] = field(default_factory=dict)
    """JSON pointer -> line from 1, for every part."""
    faults: list[Fault] = field(default_factory=list)

    def line(self, pointer: str) -> int | None:
        """The line of a part, or of the nearest part around it."""
        while pointer and pointer not in self.lines:
            pointer = pointer.rpartition("/")[0]
        return self.lines.get(pointer)


def parse_document(content: str | bytes) -> YamlDocument:
    """The data of one YAML document; with faults for what is not YAML, and for duplicate keys, anchors and tags."""
    document = YamlDocument()
    loader = None
    try:
        loader = _Loader(content)
        node = loader.get_single_node()
        if node is not None:
            document.data = _build(loader, node, [], document, set())
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        document.faults = [Fault(pointer="", detail=f"not valid YAML: {error.problem or error.context}", line=line)]
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        reason = str(error).split("\n")[0] or "it nests too deeply"
        document.faults = [Fault(pointer="", detail=f"not valid YAML: {reason}")]
    finally:
        if loader is not None:
            loader.dispose()
    return document


def _build(
    loader: _Loader, node: yaml.Node, path: list[str | int], document: YamlDocument, seen: set[yaml.Node]
) -> object:
    pointer, line = join_pointer(path), node.start_mark.line + 1
    document.lines[pointer] = line
    if node in seen:
        detail = "anchors and aliases are not read; write the values out"
        document.faults.append(Fault(pointer=pointer, detail=detail, line=line))
        return None
    seen.add(node)
    if isinstance(node, yaml.SequenceNode):
        return [_build(loader, part, [*path, position], document, seen) for position, part in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        data: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in data:
                detail = f"the key {show(key)} occurs twice; expected it once"
                place = key_node.start_mark.line + 1
                document.faults.append(Fault(pointer=join_pointer([*path, key]), detail=detail, line=place))
                continue
            data[key] = _build(loader, value_node, [*path, key], document, seen)
            document.lines[join_pointer([*path, key])] = key_node.start_mark.line + 1
        return data
    scalar: object = loader.construct_object(node)
    if scalar is not None and not isinstance(scalar, str | int | float):
        detail = f"found the tag {node.tag}; expected text, a number, true, false or null"
        document.faults.append(Fault(pointer=pointer, detail=detail, line=line))
        return None
    return scalar
