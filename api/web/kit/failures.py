"""What went wrong, as a page where a browser asked for one, and as a problem document elsewhere."""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from api.http.problems import MOST_FAULTS, ProblemFault, ProblemKind, problem_response
from api.web.kit.rendering import render

__all__ = ["answer_failure"]


class Failure(NamedTuple):
    """What the page says."""

    title: str
    what_to_do: str
    detail: str
    faults: Sequence[ProblemFault]
    request_id: str
    status: int


_WORDS = {
    "unauthenticated": ("Please sign in", "You are not signed in, or your time has run out."),
    "sign-in-failed": ("That did not sign you in", "Check what you typed, or ask for a new link."),
    "not-allowed": ("This page is not for your role", "Ask whoever runs this site if you need it."),
    "cross-site": ("This came from another site", "Nothing was changed. Open the page here and try again."),
    "no-such-thing": ("We cannot find that", "It may be gone, or it may belong to someone else."),
    "unknown-support": (
        "That support is not in the catalog",
        "It may have been taken out. Search the catalog for others.",
    ),
    "not-found": ("We cannot find that page", "Check the address, or start again from the first page."),
    "conflict": ("That does not fit with how things are now", "Nothing was changed. Open the page again."),
    "window-closed": ("This check is closed", "What you saved before is kept. Nothing was added."),
    "no-results-yet": ("There are no results yet", "They appear when the check closes."),
    "not-released": ("This plan is not ready yet", "A program officer looks at it first."),
    "stale-version": ("Someone else was faster", "Nothing was changed. Open the page again to see what they did."),
    "invalid-body": ("Something in the form needs a change", "Nothing was saved. Go back and mend what is listed."),
    "invalid-parameter": ("That address is not quite right", "Start again from the first page."),
    "body-too-large": ("That is too much at once", "Nothing was saved. Go back and send less."),
    "too-many-requests": ("That was too fast", "Wait a minute and try again."),
    "storage-busy": ("We are busy right now", "Nothing was saved. Go back and try again in a moment."),
    "storage-full": ("We have no room left", "Nothing was saved. Tell whoever runs this site."),
    "not-ready": ("We are still starting", "Try again in a minute."),
}


def answer_failure(request: Request, kind: ProblemKind, detail: str, errors: Sequence[ProblemFault] = ()) -> Response:
    """The answer for one problem; whoever must sign in is led there, and back afterward."""
    if not _wants_page(request):
        return problem_response(request, kind, detail, errors)
    if kind.slug == "unauthenticated" and request.url.path.startswith("/check/"):
        words = ("Please open your invitation again", "Use the link that you were sent. What you saved is kept.")
        failure = Failure(*words, "", errors, request.state.request_id, kind.status)
        return render(request, "kit/failure.html", failure, status=kind.status)
    if kind.slug == "unauthenticated" and request.method == "GET" and "hx-request" not in request.headers:
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/sign-in?{urlencode({'next': back})}", status_code=303)
    title, what_to_do = _WORDS.get(kind.slug, (kind.title, kind.meaning))
    failure = Failure(title, what_to_do, detail, errors[:MOST_FAULTS], request.state.request_id, kind.status)
    return render(request, "kit/failure.html", failure, status=kind.status)


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/v1/")
