"""In which language a page is written: the first that the browser asks for and that has a catalog, else English."""

from babel import negotiate_locale
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.text.language import speaking
from recommender.words import ENGLISH, languages

__all__ = ["SpeaksLanguage", "wanted_language"]


class SpeaksLanguage:
    """Sets the language for everything that one request does."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; other events (lifespan) pass untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with speaking(wanted_language(Headers(scope=scope).get("accept-language", ""))):
            await self._app(scope, receive, send)


def wanted_language(accepted: str) -> str:
    """The best of our languages for an `Accept-Language` header (RFC 9110), English when it asks for none of them."""
    wishes = [_wish(part) for part in accepted.split(",")]
    tags = [tag for quality, tag in sorted(wishes, key=lambda wish: -wish[0]) if tag and quality > 0]
    return negotiate_locale(tags, languages(), sep="-") or ENGLISH


def _wish(part: str) -> tuple[float, str]:
    tag, _, rest = part.partition(";")
    quality = rest.strip().removeprefix("q=")
    try:
        return float(quality) if quality else 1.0, tag.strip()
    except ValueError:
        return 0.0, ""
