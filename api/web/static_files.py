"""Style sheets and scripts, served from this instance alone."""

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api.web.rendering import STATIC

__all__ = ["OwnFiles"]


class OwnFiles(StaticFiles):
    """The static files; their addresses change with them, so browsers keep them for a year."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """One file."""
        response = await super().get_response(path, scope)
        if response.status_code == 200:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
