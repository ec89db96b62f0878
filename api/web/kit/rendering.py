"""Turns typed contexts into pages: templates, links to static files, and the headers that every page has."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from babel.dates import format_date, format_datetime
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup

from api import web
from api.access.principals import Scope
from api.text.language import _, capitalized, language, word
from recommender import __version__
from recommender.catalog.addresses import host_of
from recommender.words import load_catalog

__all__ = ["STATIC_FOLDERS", "Visitor", "day_words", "render", "static_file", "static_url", "time_words"]

_ROOMS = sorted(room for room in Path(str(files(web))).iterdir() if (room / "templates").is_dir())
STATIC_FOLDERS = tuple(room / "static" for room in _ROOMS if (room / "static").is_dir())
"""Where the rooms keep their styles and scripts; no two files of them have one name."""
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {"Content-Security-Policy": _POLICY}


class Visitor(NamedTuple):
    """Who looks at a page, as its frame names them."""

    name: str
    scope: Scope | None
    """None for somebody with an invitation."""
    leave: str = ""
    """Where the form goes by which somebody with an invitation leaves this device."""


def render(request: Request, template: str, context: object = None, *, status: int = 200) -> HTMLResponse:
    """A page.

    Args:
        request: whose page; a guard of `api.web.kit.visitors` has noted who looks.
        template: the room and the file among its templates, such as `check/overview.html`.
        context: what the page shows, `page` in the template; a typed value of that room.
        status: of the answer.
    """
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    text = _environment().get_template(template).render(page=context, visitor=visitor, path=request.url.path)
    return HTMLResponse(text, status_code=status, headers=_HEADERS)


def static_file(name: str) -> Path:
    """A style, script or picture, whichever room it is in."""
    return next(folder / name for folder in STATIC_FOLDERS if (folder / name).is_file())


@cache
def static_url(name: str) -> str:
    """Where a static file is; it changes with the file, so that browsers may keep what they have."""
    digest = hashlib.sha256(static_file(name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PrefixLoader({room.name: FileSystemLoader(room / "templates") for room in _ROOMS}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    # Placeholders of templates are `%(name)s`, filled by Jinja, which escapes them.
    translations = {"gettext": _, "ngettext": _plural, "newstyle": True}
    environment.install_gettext_callables(**translations)  # type: ignore[attr-defined]  # made by the extension
    environment.globals.update(
        {"static": static_url, "language": language, "word": word, "version": __version__, **_NAMES}
    )
    environment.filters.update(
        day=day_words,
        time=time_words,
        count=_count,
        percent=_percent,
        capitalized=capitalized,
        host=host_of,
        own=_own,
    )
    return environment


_NAMES: Mapping[str, Any] = {"Scope": Scope}


def day_words(value: date | datetime) -> str:
    """Nov 2, 2026. The day of a moment is the reader's own, by a script; without scripts it says its zone."""
    if isinstance(value, datetime):
        return _moment(value, _("MMM d, y"), Markup(" data-day"))
    return format_date(value, _("MMM d, y"), locale=language())


def time_words(value: datetime) -> str:
    """Nov 2, 2026, 9:05 AM UTC, or, by a script, the reader's own time."""
    return _moment(value, _("MMM d, y, h:mm a"), "")


def _moment(value: datetime, pattern: str, mark: str) -> Markup:
    """What `times.js` turns into the reader's own time."""
    value = value.astimezone(UTC)
    words = f"{format_datetime(value, pattern, locale=language())} UTC"
    return Markup('<time datetime="{at:%Y-%m-%dT%H:%M:%SZ}"{mark}>{words}</time>').format(
        at=value, mark=mark, words=words
    )


def _plural(one: str, many: str, n: int) -> str:
    return load_catalog(language()).find(one, n) or (one if n == 1 else many)


def _own(name: str) -> Markup:
    """A name within a sentence, which may run from right to left whatever the sentence does."""
    return Markup("<bdi>{}</bdi>").format(name)


def _count(number: int, one: str, many: str | None = None) -> str:
    """1 team, 2 teams."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _percent(share: float) -> str:
    """0.254 is 25%."""
    return f"{100 * share:.0f}%"
