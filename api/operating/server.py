"""The process that serves: uvicorn, with an end in three steps.

On SIGTERM `/readyz` turns 503 at once, so that balancers send nothing more; after the drain time no new connection is
taken; requests in flight are then finished, within a limit. A second SIGINT ends at once.
"""

import asyncio
import gc
from contextlib import suppress
from types import FrameType

import uvicorn
from fastapi import FastAPI

from api.http import logs
from api.operating.connections import allow_many_files, http_with, tell_once
from api.settings import Settings
from recommender.errors import TrellisError

__all__ = ["serve"]


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, app: FastAPI, *, drain_seconds: float) -> None:
        super().__init__(config)
        self._app = app
        self._drain_seconds = drain_seconds
        self._loaded: object = None

    async def on_tick(self, counter: int) -> bool:
        self._set_aside()
        return await super().on_tick(counter)

    def _set_aside(self) -> None:
        """Take what is loaded for good out of the search for garbage, which would hold everybody up for 0.2 s."""
        loaded: object = None
        with suppress(TrellisError):
            loaded = self._app.state.engine.recommender
        if loaded is not self._loaded:
            self._loaded = loaded
            gc.collect()
            gc.freeze()

    async def startup(self, *args: object, **kwargs: object) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(tell_once())
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
        http=http_with(head_seconds=settings.header_seconds, most=allow_many_files()),
        ws="none",
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
