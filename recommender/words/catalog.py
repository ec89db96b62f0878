"""Message catalogs in gettext's format, one file a language, read as they are written: nothing is compiled before.

`en.po` holds the words of every key that stored documents and vocabularies use. Pages write their English sentences
where they stand; other languages translate both in one file.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from gettext import c2py
from importlib import resources
from io import StringIO

from babel.messages.pofile import read_po

import recommender

__all__ = ["ENGLISH", "MessageCatalog", "languages", "load_catalog", "parse_catalog"]

ENGLISH = "en"
_FOLDER = resources.files(recommender) / "data" / "words"


@dataclass(frozen=True)
class MessageCatalog:
    """The words of one language."""

    language: str
    """A BCP 47 tag."""
    messages: Mapping[str, tuple[str, ...]]
    """By key, or by English sentence: the text, or one text for each plural form of the language."""
    plural: Callable[[int], int]
    """Which plural form a number takes."""

    def find(self, key: str, n: int | None = None) -> str | None:
        """The text of a key, in the form that `n` of something take; None when the language lacks it."""
        texts = self.messages.get(key)
        if texts is None:
            return None
        return texts[0] if n is None or len(texts) == 1 else texts[self.plural(n)]


@cache
def languages() -> tuple[str, ...]:
    """The languages that have a catalog, English first."""
    found = sorted(file.name.removesuffix(".po") for file in _FOLDER.iterdir() if file.name.endswith(".po"))
    return (ENGLISH, *(language for language in found if language != ENGLISH))


@cache
def load_catalog(language: str) -> MessageCatalog:
    """The catalog of one of `languages()`."""
    return parse_catalog((_FOLDER / f"{language}.po").read_text("utf-8"), language)


def parse_catalog(text: str, language: str) -> MessageCatalog:
    """A catalog from the text of a PO file; messages that are marked as fuzzy, or have no text yet, are left out."""
    catalog = read_po(StringIO(text), locale=language.replace("-", "_"), abort_invalid=True)
    messages = {}
    for message in catalog:
        if not message.id or message.fuzzy:
            continue
        key = message.id if isinstance(message.id, str) else message.id[0]
        texts = (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))
        if all(texts):
            messages[key] = texts
    return MessageCatalog(language, messages, c2py(catalog.plural_expr))
