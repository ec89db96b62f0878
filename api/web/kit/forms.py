"""Forms that browsers send, and where they lead."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

__all__ = ["SentForm", "see"]


async def _form(request: Request) -> FormData:
    return await request.form()


SentForm = Annotated[FormData, Depends(_form)]
"""The fields of the form that was sent."""


def see(address: str) -> RedirectResponse:
    """Lead a browser to a page after a form, so that loading it again sends nothing again."""
    return RedirectResponse(address, status_code=303)
