"""Every 4xx and 5xx answer: the error tree and the framework's own errors as RFC 9457 problem documents.

A problem's `type` is the path of a page of this API (`/problems/SLUG`) that says what it means.
"""

import http
import logging
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import IntegrityError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from api.errors import (
    BackupUnusable,
    Conflict,
    CrossSite,
    IdempotencyMismatch,
    IdentityProviderUnavailable,
    InvalidBody,
    InvalidParameter,
    InvalidRequest,
    LoadingFailed,
    NoResults,
    NotAllowed,
    NotFound,
    NotReady,
    NotReleased,
    Overloaded,
    PreconditionRequired,
    SignInFailed,
    StaleVersion,
    StorageBusy,
    StorageFull,
    StorageUnavailable,
    TooManyRequests,
    Unauthenticated,
    UnsupportedMediaType,
    WindowClosed,
)
from api.http.request_faults import body_faults, parameter_faults
from models.base import Fault
from recommender.errors import (
    CacheUnusable,
    InputError,
    InvalidAssessment,
    ModelAltered,
    ModelError,
    ModelMissing,
    TrellisError,
    UnknownSupport,
)

__all__ = [
    "BODY_TOO_LARGE",
    "BODY_TOO_SLOW",
    "INTERNAL_ERROR",
    "MOST_FAULTS",
    "PROBLEM_KINDS",
    "PROBLEM_MEDIA_TYPE",
    "AnswerFailure",
    "Problem",
    "ProblemFault",
    "ProblemKind",
    "answer_error",
    "install",
    "kind_of",
    "problem_response",
]

MOST_FAULTS = 100
"""Faults that an answer lists; whoever has mended so many sends the rest again."""
_MOST_CHARACTERS = 500
PROBLEM_MEDIA_TYPE = "application/problem+json"
_log = logging.getLogger("trellis.api")


class ProblemFault(BaseModel):
    """One fault: in the body by JSON pointer, or in a query parameter by its name."""

    pointer: str | None = Field(default=None, examples=["/responses/0/answers/la1"])
    """RFC 6901 pointer into the request body; the empty string is the whole of it."""
    parameter: str | None = Field(default=None, examples=["k"])
    """Name of the query parameter."""
    detail: str
    """What was found and what was expected."""


class Problem(BaseModel):
    """An RFC 9457 problem document."""

    type: str = Field(examples=["/problems/invalid-assessment"])
    title: str
    status: int
    detail: str
    instance: str = Field(description="Path of the request.")
    request_id: str = Field(description="The answer's X-Request-Id, for the logs.")
    errors: list[ProblemFault] = Field(
        default=[], description="The faults found, in document order; at most the first 100."
    )
    n_errors: int = Field(default=0, description="How many faults were found in all.")


class ProblemKind(NamedTuple):
    """What is the same for every problem of one type."""

    slug: str
    status: int
    title: str
    meaning: str


def _of(error: type[TrellisError], status: int) -> ProblemKind:
    return ProblemKind(error.slug, status, error.title, (error.__doc__ or "").splitlines()[0])


_KIND_BY_ERROR: dict[type[TrellisError], ProblemKind] = {
    # The most specific class is found by walking the MRO. What a caller did not send is the instance's own fault: 503.
    InvalidAssessment: _of(InvalidAssessment, 422),
    InvalidParameter: _of(InvalidParameter, 422),
    UnknownSupport: _of(UnknownSupport, 404),
    InvalidBody: _of(InvalidBody, 422),
    InvalidRequest: _of(InvalidRequest, 422),
    UnsupportedMediaType: _of(UnsupportedMediaType, 415),
    Unauthenticated: _of(Unauthenticated, 401),
    SignInFailed: _of(SignInFailed, 401),
    CrossSite: _of(CrossSite, 403),
    IdentityProviderUnavailable: _of(IdentityProviderUnavailable, 503),
    NotAllowed: _of(NotAllowed, 403),
    NotReleased: _of(NotReleased, 403),
    NotFound: _of(NotFound, 404),
    Conflict: _of(Conflict, 409),
    WindowClosed: _of(WindowClosed, 409),
    NoResults: _of(NoResults, 409),
    StaleVersion: _of(StaleVersion, 412),
    PreconditionRequired: _of(PreconditionRequired, 428),
    IdempotencyMismatch: _of(IdempotencyMismatch, 422),
    TooManyRequests: _of(TooManyRequests, 429),
    Overloaded: _of(Overloaded, 503),
    StorageBusy: _of(StorageBusy, 503),
    StorageUnavailable: _of(StorageUnavailable, 503),
    StorageFull: _of(StorageFull, 507),
    BackupUnusable: _of(BackupUnusable, 503),
    NotReady: _of(NotReady, 503),
    LoadingFailed: _of(LoadingFailed, 503),
    CacheUnusable: _of(CacheUnusable, 503),
    ModelMissing: _of(ModelMissing, 503),
    ModelAltered: _of(ModelAltered, 503),
    ModelError: _of(ModelError, 503),
    InputError: _of(InputError, 503),
    TrellisError: _of(TrellisError, 500),
}
_EXTRA_HEADERS: dict[type[TrellisError], dict[str, str]] = {
    Unauthenticated: {"WWW-Authenticate": "Bearer"},
    StorageBusy: {"Retry-After": "1"},
    StorageUnavailable: {"Retry-After": "10"},
}
BODY_TOO_LARGE = ProblemKind("body-too-large", 413, "The request body is too large", "Send less in one request.")
BODY_TOO_SLOW = ProblemKind("body-too-slow", 408, "The request body came too slowly", "Send it again in one go.")
INTERNAL_ERROR = ProblemKind("internal-error", 500, "Something went wrong on our side", "The log has the request id.")
_KIND_BY_STATUS: dict[int, ProblemKind] = {
    404: ProblemKind("not-found", 404, "Nothing is at this path", "The path is not part of this API."),
    408: BODY_TOO_SLOW,
    405: ProblemKind("method-not-allowed", 405, "This method is not allowed here", "See the Allow header."),
    413: BODY_TOO_LARGE,
    500: INTERNAL_ERROR,
}
PROBLEM_KINDS: dict[str, ProblemKind] = {
    kind.slug: kind for kind in (*_KIND_BY_ERROR.values(), *_KIND_BY_STATUS.values())
}
"""Every problem this API answers with, by slug."""


class AnswerFailure(Protocol):
    """Makes the answer for one problem."""

    def __call__(
        self, request: Request, kind: ProblemKind, detail: str, errors: Sequence[ProblemFault] = (), /
    ) -> Response:
        """`detail` is for people; `errors` are the faults, each with its place."""
        ...


def kind_of(error: TrellisError) -> ProblemKind:
    """The kind of the most specific mapped class of an error."""
    return next(_KIND_BY_ERROR[base] for base in type(error).__mro__ if base in _KIND_BY_ERROR)


def problem_response(request: Request, kind: ProblemKind, detail: str, errors: Sequence[ProblemFault] = ()) -> Response:
    """The answer for one problem."""
    problem = Problem(
        type=f"/problems/{kind.slug}",
        title=kind.title,
        status=kind.status,
        detail=detail,
        instance=request.url.path,
        request_id=request.state.request_id,
        errors=list(errors[:MOST_FAULTS]),
        n_errors=len(errors),
    )
    body = problem.model_dump(mode="json")
    body["errors"] = [fault.model_dump(exclude_none=True) for fault in problem.errors]
    return JSONResponse(body, status_code=kind.status, media_type=PROBLEM_MEDIA_TYPE)


def answer_error(answer: AnswerFailure, request: Request, error: TrellisError) -> Response:
    """The answer for one of our own errors."""
    kind = kind_of(error)
    if isinstance(error, InvalidAssessment | InvalidBody | InvalidParameter):
        where = "parameter" if isinstance(error, InvalidParameter) else "pointer"
        return _listed(answer, request, kind, [_problem_fault(where, fault) for fault in error.faults])
    if kind.status >= 500 and not isinstance(error, NotReady | Overloaded):
        # Paths and settings of this instance are for its operator, not for callers.
        _log.error("%s", error, extra={"request_id": request.state.request_id})
        response = answer(request, kind, kind.title + ".")
    else:
        response = answer(request, kind, str(error))
    response.headers.update(_EXTRA_HEADERS.get(type(error), {}))
    if isinstance(error, TooManyRequests | Overloaded):
        response.headers.update(error.headers)
    return response


def install(app: FastAPI, answer: AnswerFailure = problem_response) -> None:
    """Answer every error of `app`, with a problem document unless `answer` knows better."""

    @app.exception_handler(TrellisError)
    def trellis_error(request: Request, error: TrellisError) -> Response:
        return answer_error(answer, request, error)

    @app.exception_handler(IntegrityError)
    def integrity_error(request: Request, error: IntegrityError) -> Response:
        # Two calls at once: each found that all was well, and the database let only the first one through.
        _log.warning("refused by a constraint", exc_info=error, extra={"request_id": request.state.request_id})
        detail = "Another call changed the same thing at the same time; nothing was written."
        return answer(request, _KIND_BY_ERROR[Conflict], detail)

    @app.exception_handler(RequestValidationError)
    def validation_error(request: Request, error: RequestValidationError) -> Response:
        errors = [_problem_fault("parameter", fault) for fault in parameter_faults(request, error)]
        errors += [_problem_fault("pointer", fault) for fault in body_faults(request, error)]
        kind = InvalidParameter if all(one.parameter is not None for one in errors) else InvalidRequest
        return _listed(answer, request, _KIND_BY_ERROR[kind], errors)

    @app.exception_handler(HTTPException)
    def http_error(request: Request, error: HTTPException) -> Response:
        if error.status_code == 400:  # how the framework says that it could not parse the body
            return answer(request, _KIND_BY_ERROR[InvalidRequest], "The body cannot be read as JSON.")
        kind = _KIND_BY_STATUS.get(error.status_code)
        phrase = http.HTTPStatus(error.status_code).phrase
        if kind is None:
            kind = ProblemKind(phrase.lower().replace(" ", "-"), error.status_code, phrase, phrase)
        detail = kind.meaning if error.detail == phrase else str(error.detail)
        response = answer(request, kind, detail)
        response.headers.update(error.headers or {})
        if error.status_code == 405:
            response.headers["Allow"] = ", ".join(_allowed(request))
        return response


def _listed(answer: AnswerFailure, request: Request, kind: ProblemKind, errors: Sequence[ProblemFault]) -> Response:
    return answer(request, kind, f"{len(errors)} {'fault' if len(errors) == 1 else 'faults'}; see errors.", errors)


def _problem_fault(where: str, fault: Fault) -> ProblemFault:
    return ProblemFault.model_validate({where: _cut(fault.pointer), "detail": _cut(fault.detail)})


def _cut(text: str) -> str:
    """A text that a hundred of, each with the longest name of a body in it, still make a small answer."""
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"


def _allowed(request: Request) -> list[str]:
    """Every method of the path; the framework names those of one route only."""
    if "allowed" in request.scope:
        return list(request.scope["allowed"])
    methods = set()
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        scope = {**request.scope, "method": method}
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.routes):
            methods.add(method)
    return sorted(methods | ({"HEAD"} if "GET" in methods else set()))
