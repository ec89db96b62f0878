"""Words that several parts of the report share."""

import re

from eval.reporting.blocks import Paragraph

__all__ = ["label", "missing", "plain"]


def label(metric: str) -> str:
    """A metric's name without its parameters."""
    name = re.sub(r"\([^)]*\)", "", metric)
    return name.replace("ndcg", "nDCG")


def plain(name: str) -> str:
    """A key as a word at the start of a sentence."""
    words = name.replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:]


def missing(why: str) -> Paragraph:
    """A section without data, saying so."""
    return Paragraph(f"Not shown: {why[:1].lower()}{why[1:]}")
