"""Which of several media types a caller prefers."""

from collections.abc import Sequence

__all__ = ["best_of"]


def best_of(accept: str, offered: Sequence[str]) -> str:
    """The offered media type that an Accept header likes best; the first one of equals, and when none fits.

    A more specific range decides over a wider one, as RFC 9110 section 12.5.1 says.
    """
    ranges = [_parse(part) for part in accept.split(",") if part.strip()]
    if not ranges:
        return offered[0]

    def quality(media_type: str) -> float:
        main = media_type.partition("/")[0]
        for wanted in (media_type, f"{main}/*", "*/*"):
            found = [q for name, q in ranges if name == wanted]
            if found:
                return max(found)
        return 0.0

    return max(offered, key=quality)


def _parse(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                return name, min(max(float(value), 0.0), 1.0)
            except ValueError:
                return name, 0.0
    return name, 1.0
