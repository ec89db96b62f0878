"""The process that serves: uvicorn, with an end in three steps.

On SIGTERM `/readyz` turns 503 at once, so that balancers send nothing more; after the drain time no new connection is
taken; requests in flight are then finished, within a limit. A second SIGINT ends at once.
"""

import asyncio
from contextlib import suppress
from types import FrameType

import uvicorn
from fastapi import FastAPI

from api.http import logs
from api.settings import Settings

__all__ = ["serve"]


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, app: FastAPI, *, drain_seconds: float) -> None:
        super().__init__(config)
        self._app = app
        self._drain_seconds = drain_seconds

    async def startup(self, *args: object, **kwargs: object) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._drain_seconds and self.started and not getattr(self._app.state, "stopping", False):
            self._loop.call_soon_threadsafe(self._loop.call_later, self._drain_seconds, super().handle_exit, sig, frame)
        else:
            super().handle_exit(sig, frame)
        self._app.state.stopping = True


def serve(app: FastAPI, settings: Settings) -> bool:
    """Answer until a signal ends it.

    Returns:
        Whether it had started: False when the address is taken or the application could not start.
    """
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=logs.config(settings.log_level),
        access_log=False,
        server_header=False,
        workers=1,  # else taken from a variable of the environment that may hold anything
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )
    server = _Server(config, app, drain_seconds=settings.drain_seconds)
    with suppress(SystemExit, KeyboardInterrupt):  # it says why itself, but with a code of its own
        server.run()
    return server.started
