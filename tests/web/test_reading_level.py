"""Our own words on pages are for everybody: about grade 8 by the Flesch-Kincaid formula.

0.39 words per sentence + 11.8 syllables per word - 15.59 (Kincaid and others, 1975, "Derivation of new readability
formulas for Navy enlisted personnel"). Syllables are counted as groups of vowels, without a silent e at the end.
"""

import ast
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import TypeGuard

import pytest
from jinja2 import Environment, nodes

from tests.fixtures.places import ROOT

WEB = ROOT / "api/web"
GRADE = 8.9
"""The most that a page, or a file with words of pages, may come to: what rounds down to 8."""
ENOUGH_WORDS = 60
"""A grade of fewer says little."""
SENTENCE_GRADE = 16.0
"""The most of a single sentence, which is read whole or not at all."""
A_SENTENCE = 5
"""Words from which on a text counts as a sentence; labels and headings would make everything look easy."""


def syllables(word: str) -> int:
    word = re.sub(r"[^a-z]", "", word.lower())
    word = re.sub(r"(?<=[^laeiouy])e$|(?<=[^td])ed$|(?<=[^sxzhgc])es$", "", word)
    return max(1, len(re.findall(r"[aeiouy]+", word)))


def grade(sentences: list[str]) -> float:
    words = [word for sentence in sentences for word in words_of(sentence)]
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def words_of(sentence: str) -> list[str]:
    return re.findall(r"[A-Za-z][A-Za-z'’-]*", sentence)


def sentences(text: str) -> list[str]:
    parts = re.split(r"(?<=[.!?:;])\s+|\n\s*\n", text)
    return [" ".join(part.split()) for part in parts if len(words_of(part)) >= A_SENTENCE]


def template_text(path: Path) -> str:
    """The words of a template; what it fills in stands as one short word, what it hands to the catalogs as it is."""
    # Both texts of a plural are read.
    source = re.sub(r"{%-?\s*pluralize\b[^%]*%}", "\n\n", path.read_text("utf-8"))
    tree = Environment().parse(re.sub(r"{%-?\s*(?:end)?trans\b.*?%}", "", source))
    parts: list[str] = []
    joined: set[int] = set()
    for output in tree.find_all((nodes.Output, nodes.Call, nodes.CallBlock)):
        if isinstance(output, nodes.Output):
            joined |= {id(part) for part in output.nodes if is_translated(part)}
            shown = [part.data if isinstance(part, nodes.TemplateData) else translated(part) for part in output.nodes]
            text = re.sub(r"</?(a|b|strong|em|i|span|abbr|kbd|code|mark)\b[^>]*>", "", "".join(shown))
            # What stands in a condition may be the end of a tag, its beginning, or only an attribute of it.
            text = re.sub(r"<[^>]*(>|$)|^[^<>]*>|\s[a-z-]+=\"[^\"]*\"", "\n\n", text)
            parts.append(unescape(text))
        elif isinstance(output, (nodes.Call, nodes.CallBlock)) and id(output) not in joined:
            called = output.call if isinstance(output, nodes.CallBlock) else output
            given = [*called.args, *(one.value for one in called.kwargs)]
            parts += [str(one.value) for one in given if isinstance(one, nodes.Const) and isinstance(one.value, str)]
    return "\n\n".join(re.sub(r"%\(\w+\)s", "this", part) for part in parts)


def translated(part: nodes.Expr) -> str:
    """The sentence that an expression hands to the catalogs; else one short word."""
    return str(part.args[0].as_const()) if is_translated(part) else "this"


def is_translated(part: nodes.Node) -> TypeGuard[nodes.Call]:
    return isinstance(part, nodes.Call) and isinstance(part.node, nodes.Name) and part.node.name == "_"


def module_text(path: Path) -> str:
    """The strings of a module that are no documentation of it."""
    tree = ast.parse(path.read_text("utf-8"))
    documented = [
        node for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    ]
    documentation = {id(node.value) for node in documented}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            found.append("".join(str(part.value) if isinstance(part, ast.Constant) else "this" for part in node.values))
            documentation |= {id(part) for part in node.values}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            found.append(re.sub(r"\{[\w:,.]*\}", "this", node.value))
    return "\n\n".join(found)


def texts() -> Iterator[tuple[str, list[str]]]:
    for path in sorted([*WEB.rglob("*.html"), *WEB.rglob("*.py")]):
        text = template_text(path) if path.suffix == ".html" else module_text(path)
        yield str(path.relative_to(WEB)), sentences(text)


@pytest.mark.parametrize(
    ("word", "count"), [("team", 1), ("open", 2), ("close", 1), ("answered", 2), ("started", 2), ("table", 2), ("a", 1)]
)
def test_syllables_are_counted_as_people_do(word: str, count: int) -> None:
    assert syllables(word) == count


def test_hard_words_and_long_sentences_have_a_high_grade() -> None:
    easy = ["You can come back at any time.", "Your team sees what you all said."]
    hard = ["Organizational prioritization necessitates interdisciplinary methodological considerations throughout."]
    assert grade(easy) < 4
    assert grade(hard) > 20


@pytest.mark.parametrize(
    ("name", "found"), [one for one in texts() if one[1]], ids=lambda value: value if isinstance(value, str) else ""
)
def test_our_words_are_plain(name: str, found: list[str]) -> None:
    hardest = sorted(found, key=lambda one: -grade([one]))[:5]
    shown = "\n".join(f"{grade([one]):5.1f}  {one}" for one in hardest)
    if sum(len(words_of(one)) for one in found) >= ENOUGH_WORDS:
        assert grade(found) <= GRADE, f"{name}: grade {grade(found):.1f}\n{shown}"
    assert all(grade([one]) <= SENTENCE_GRADE for one in hardest), f"{name}\n{shown}"
