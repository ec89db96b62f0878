"""Style sheets and scripts, served from this instance alone."""

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api.web.kit.rendering import STATIC_FOLDERS

__all__ = ["OwnFiles"]


class OwnFiles(StaticFiles):
    """The static files of all rooms; their addresses change with them, so browsers keep them for a year."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC_FOLDERS[0])
        self.all_directories = list(STATIC_FOLDERS)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """One file."""
        response = await super().get_response(path, scope)
        if response.status_code == 200:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
