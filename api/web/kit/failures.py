"""What went wrong, as a page where a browser asked for one, and as a problem document elsewhere."""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from api.http.problems import MOST_FAULTS, ProblemFault, ProblemKind, problem_response
from api.text.language import _
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


def answer_failure(request: Request, kind: ProblemKind, detail: str, errors: Sequence[ProblemFault] = ()) -> Response:
    """The answer for one problem; whoever must sign in is led there, and back afterward."""
    if not _wants_page(request):
        return problem_response(request, kind, detail, errors)
    if kind.slug == "unauthenticated" and request.url.path.startswith("/check/"):
        words = (
            _("This browser does not hold your check"),
            _(
                "Open your own link, if you kept it. If you have not begun yet, open the link that you were sent. "
                "Or ask the lead of your team for a new one. What you saved is kept."
            ),
        )
        failure = Failure(*words, "", errors, request.state.request_id, kind.status)
        return render(request, "kit/failure.html", failure, status=kind.status)
    if kind.slug == "unauthenticated" and request.method == "GET" and "hx-request" not in request.headers:
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/sign-in?{urlencode({'next': back})}", status_code=303)
    title, what_to_do = _words(kind)
    failure = Failure(title, what_to_do, detail, errors[:MOST_FAULTS], request.state.request_id, kind.status)
    return render(request, "kit/failure.html", failure, status=kind.status)


def _words(kind: ProblemKind) -> tuple[str, str]:
    """What happened, and what to do; of kinds that pages rarely meet, what the API says."""
    known = {
        "unauthenticated": (_("Please sign in"), _("You are not signed in, or your time has run out.")),
        "sign-in-failed": (_("That did not sign you in"), _("Check what you typed, or ask for a new link.")),
        "not-allowed": (_("This page is not for your role"), _("Ask whoever runs this site if you need it.")),
        "cross-site": (_("This came from another site"), _("Nothing was changed. Open the page here and try again.")),
        "no-such-thing": (_("We cannot find that"), _("It may be gone, or it may belong to someone else.")),
        "unknown-support": (
            _("That support is not in the catalog"),
            _("It may have been taken out. Search the catalog for others."),
        ),
        "not-found": (_("We cannot find that page"), _("Check the address, or start again from the first page.")),
        "conflict": (_("That does not fit with how things are now"), _("Nothing was changed. Open the page again.")),
        "window-closed": (_("This check is closed"), _("What you saved before is kept. Nothing was added.")),
        "no-results-yet": (_("There are no results yet"), _("They appear when the check closes.")),
        "not-released": (_("This plan is not ready yet"), _("A program officer looks at it first.")),
        "stale-version": (
            _("Someone else was faster"),
            _("Nothing was changed. Open the page again to see what they did."),
        ),
        "invalid-body": (
            _("Something in the form needs a change"),
            _("Nothing was saved. Go back and mend what is listed."),
        ),
        "invalid-parameter": (_("That address is not quite right"), _("Start again from the first page.")),
        "body-too-large": (_("That is too much at once"), _("Nothing was saved. Go back and send less.")),
        "too-many-requests": (_("That was too fast"), _("Wait a minute and try again.")),
        "overloaded": (
            _("Many people are here right now"),
            _("Nothing was changed. Try again in a few seconds."),
        ),
        "body-too-slow": (_("That took too long to arrive"), _("Nothing was saved. Go back and send it again.")),
        "storage-busy": (_("We are busy right now"), _("Nothing was saved. Go back and try again in a moment.")),
        "storage-full": (_("We have no room left"), _("Nothing was saved. Tell whoever runs this site.")),
        "not-ready": (_("We are still starting"), _("Try again in a minute.")),
    }
    return known.get(kind.slug, (kind.title, kind.meaning))


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/v1/")
