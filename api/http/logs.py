"""Log lines as JSON, one for each request, without personal text.

A line never holds a query, a body, a path as it was called, a name or an answer. Messages of unexpected exceptions may
quote any of these (a database quotes the row that it refuses), so that a traceback shows where, and what class, only.
"""

import logging
import logging.config
import traceback
from types import TracebackType
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

__all__ = ["LineFormatter", "config", "log_request"]

_access = logging.getLogger("trellis.access")
_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class LineFormatter(JsonFormatter):
    """One JSON object a line; of exceptions the classes and the places, never the messages."""

    def __init__(self) -> None:
        super().__init__(
            "{asctime}{levelname}{name}{message}",
            style="{",
            rename_fields={"asctime": "time", "levelname": "level", "exc_info": "traceback"},
            reserved_attrs=[*RESERVED_ATTRS, "color_message"],
            datefmt="%Y-%m-%dT%H:%M:%S%z",
        )

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802  # the name is logging's
        """Where an exception was raised, and those that it came from."""
        return "\n".join(_places(ei[1])) if ei[1] is not None else ""


def _places(error: BaseException) -> list[str]:
    lines: list[str] = []
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        lines.append(f"{type(cause).__module__}.{type(cause).__qualname__}")
        frames = traceback.extract_tb(cause.__traceback__)
        lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return lines


def config(level: str) -> dict[str, Any]:
    """The configuration of `logging` for a server: ours and uvicorn's lines as JSON on standard error.

    Args:
        level: least severe line that is written; of other packages only warnings and worse are.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": LineFormatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "trellis": {"level": level.upper()},
            # Its own handlers are taken away, and its access lines, which hold the path and the query.
            "uvicorn": {"handlers": [], "level": level.upper(), "propagate": True},
            "uvicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
        },
    }


def log_request(
    *, request_id: str, method: str, route: str | None, status: int, duration_ms: float, actor: str | None
) -> None:
    """Write the line of one request.

    Args:
        request_id: the answer's X-Request-Id.
        method: as it came.
        route: template of the path, such as `/v1/teams/{team_id}`; None when nothing is at the path.
        status: of the answer.
        duration_ms: until the answer was sent, in milliseconds.
        actor: who called; None without a valid key.
    """
    _access.info(
        "request",
        extra={
            "request_id": request_id,
            "method": method,
            "route": route,
            "status": status,
            "duration_ms": round(duration_ms, 1),
            "actor": actor,
        },
    )
