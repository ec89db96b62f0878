"""Whether two texts that people typed are the same: one folding for names, ids and search."""

import unicodedata

__all__ = ["clean", "fold", "is_invisible"]

_LOWEST_MARK = 200
"""Combining classes from here on are marks above and below a letter: accents. Lower ones change which letter it is in
scripts of Asia (the voiced sounds of Japanese, the silent vowels of Hindi) and stay."""

_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {
    chr(point)
    for first, last in ((0x180B, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
    for point in range(first, last + 1)
}
"""What shows nothing, although its category is that of a letter, a mark or a sign."""

_JOINERS = "\u200c\u200d\ufe0f"
_SIGNS = str.maketrans(
    dict.fromkeys("‘’‚‛ʹʻʼʽˈ`´\u1fef\u1ffdʹ′‹›ʾʿ՚׳", "'")
    | dict.fromkeys("“”„‟«»″〝〞〟״", '"')
    | dict.fromkeys("‐‑‒–—―−", "-")
)
_LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ł": "l", "ŧ": "t", "ı": "i"})
"""Letters that are written without their stroke where a keyboard lacks them, but do not decompose."""


def fold(text: str) -> str:
    """The text as it is compared: equal for all ways in which keyboards, files and spreadsheets write the same words.

    Compatibility forms, case, accents, the kinds of apostrophes, quotation marks and hyphens, what shows nothing, and
    white space make no difference. Never shown, never kept in place of what was typed. Folding twice changes nothing.
    """
    if text.isascii():
        return " ".join(_visible(text.translate(_SIGNS).lower()).split())
    text = unicodedata.normalize("NFKC", _visible(text.translate(_SIGNS))).translate(_SIGNS)
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text.casefold()).casefold())
    text = "".join(sign for sign in text if unicodedata.combining(sign) < _LOWEST_MARK)
    return " ".join(_visible(unicodedata.normalize("NFC", text.translate(_LETTERS)).translate(_SIGNS)).split())


def clean(text: str) -> str:
    """The text as it is kept and shown: NFC, each white space one blank, without what shows nothing at all.

    Joiners and variation selectors stay between letters and signs that are not ASCII: some scripts and emoji fall apart
    without them.
    """
    text = " ".join(unicodedata.normalize("NFC", text).split())
    after = [*text[1:], " "]
    kept = [
        sign
        for before, sign, next_one in zip([" ", *text], text, after, strict=False)
        if not is_invisible(sign)
        or (sign in _JOINERS and not before.isascii() and (sign == "\ufe0f" or not next_one.isascii()))
    ]
    return " ".join("".join(kept).split())


def is_invisible(sign: str) -> bool:
    """Whether a character shows nothing and takes no room: controls but white space, format marks, fillers."""
    return sign in _FILLERS or (unicodedata.category(sign) in ("Cc", "Cf", "Cs") and not sign.isspace())


def _visible(text: str) -> str:
    return text if text.isprintable() and text.isascii() else "".join(sign for sign in text if not is_invisible(sign))
