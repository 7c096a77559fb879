"""Errors as problem+json (RFC 9457), with the member `error` for older clients."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from sdlc_lens.errors import Invalid, LensError, NotReady

MEDIA_TYPE = "application/problem+json"
REQUEST_ID = "request_id"

_CODES = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}
_NO_JSON = (
    "body: is not valid JSON in UTF-8, is nested too deeply, or has a number with too many digits"
)
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

logger = logging.getLogger(__name__)


class ProblemCode(BaseModel):
    """The error code for programs."""

    code: str
    message: str


class Problem(BaseModel):
    """The body of every error; `instance` is the request id, as in the log."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    error: ProblemCode


def install(app: FastAPI) -> None:
    """Make APP answer every error with a problem."""
    app.add_exception_handler(LensError, _expected)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DBAPIError, _database)
    app.add_exception_handler(NoConnection, _database)


def problem(
    scope: Scope,
    status: int,
    code: str,
    title: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The answer that reports an error."""
    content = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": scope.get(REQUEST_ID),
        "error": {"code": code, "message": detail},
    }
    return JSONResponse(content, status, headers, MEDIA_TYPE)


def of_error(scope: Scope, error: LensError) -> JSONResponse:
    """The answer to an expected error."""
    return problem(scope, error.status, error.code, error.title, str(error), error.headers)


def unexpected(scope: Scope) -> JSONResponse:
    """The answer to an unexpected error; the log has the details under the same id."""
    detail = "the service failed. Its log has the reason, under the id of the request"
    return problem(scope, 500, LensError.code, LensError.title, detail)


async def _expected(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, LensError)
    return of_error(request.scope, error)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    complaints = {_place(one): _reason(one) for one in reversed(error.errors())}
    text = "; ".join(f"{place}: {reason}" for place, reason in reversed(complaints.items()))
    return of_error(request.scope, Invalid(text))


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.BAD_REQUEST:
        # FastAPI raises this for a body that fails to decode in any other way.
        return of_error(request.scope, Invalid(_NO_JSON))
    status = HTTPStatus(error.status_code)
    headers = dict(error.headers or {})
    allowed = allowed_methods(request.app.routes, request.scope)
    if status == HTTPStatus.METHOD_NOT_ALLOWED and allowed:  # pages know their own methods
        headers["Allow"] = ", ".join(allowed)
    path = request.url.path[:200]
    detail = f"{request.method} {path}: {error.detail}"
    if status == HTTPStatus.NOT_FOUND:
        detail = f"{path} does not exist. Check the address"
    elif status == HTTPStatus.METHOD_NOT_ALLOWED:
        detail = f"{path} does not support {request.method}. Use {headers['Allow']}"
    code = _CODES.get(status, "BAD_REQUEST")
    return problem(request.scope, status, code, status.phrase, detail, headers)


async def _database(request: Request, error: Exception) -> JSONResponse:
    logger.error("the database failed: %s", error)
    return of_error(request.scope, NotReady("the database is not available. Try again later"))


def allowed_methods(routes: Sequence[BaseRoute], scope: Scope) -> list[str]:
    """The methods of all routes that match the path of SCOPE."""
    allowed = [method for method in _METHODS if _matches(routes, {**scope, "method": method})]
    return ["HEAD", *allowed] if "GET" in allowed else allowed


def _matches(routes: Sequence[BaseRoute], scope: Scope) -> bool:
    return any(route.matches(scope)[0] is Match.FULL for route in routes)


def _reason(complaint: Mapping[str, Any]) -> str:
    """What is wrong there; Pydantic says before the text of an own check that it is one."""
    return str(complaint["msg"]).removeprefix("Value error, ")


def _place(complaint: Mapping[str, object]) -> str:
    """The place of an error in the request, such as `body.name`."""
    place = complaint["loc"]
    assert isinstance(place, tuple)
    # Behind the name of a query parameter, Pydantic lists the types that it tried.
    return ".".join(map(str, place[:2] if place[0] == "query" else place))
