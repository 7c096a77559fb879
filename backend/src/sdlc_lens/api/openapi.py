"""The OpenAPI 3.1 schema."""

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from starlette.routing import BaseRoute

from sdlc_lens.api.problems import MEDIA_TYPE, Problem
from sdlc_lens.errors import LensError

Schema = dict[str, Any]
Responses = dict[int | str, Schema]

_SUMMARY = "Documents, search, statistics and health checks of sdlc-studio workspaces."
_DESCRIPTION = """\
Lists hold `items`, `total`, `page`, `per_page` and `pages`; a page past the end is empty.
Times are ISO 8601 in UTC. HEAD works wherever GET does, and every GET has an `ETag`: a request
with that value in `If-None-Match` gets 304 while the answer is unchanged.
Every error is a problem (RFC 9457); programs read its `error.code`.\
"""
_PROBLEM = {"schema": {"$ref": "#/components/schemas/Problem"}}
_ANY_OTHER = "Any other problem: a request that is refused, or a failure of the service."
_UNCHANGED = "The answer is unchanged since the one that `If-None-Match` names."


router = APIRouter(prefix="/api/v1", include_in_schema=False)


def problems(*errors: type[LensError]) -> Responses:
    """The `responses` of a route that raises ERRORS."""
    described: Responses = {}
    for error in errors:
        known = described.setdefault(error.status, {"description": ""})
        known["description"] += f"{error.title} (`{error.code}`). "
    return described


@router.get("/openapi.json")
async def openapi(request: Request) -> JSONResponse:
    """The schema, with the address that it is served below when that is not the root."""
    root = request.scope.get("root_path", "")
    servers = {"servers": [{"url": root}]} if root else {}
    return JSONResponse(request.app.openapi() | servers)


def describe(title: str, version: str, routes: Sequence[BaseRoute]) -> Schema:
    """The schema of ROUTES."""
    schema = get_openapi(
        title=title, version=version, summary=_SUMMARY, description=_DESCRIPTION, routes=routes
    )
    components = schema["components"]["schemas"]
    components["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    components.update(components["Problem"].pop("$defs"))
    for name in ("HTTPValidationError", "ValidationError"):
        components.pop(name, None)
    for method, operation in _operations(schema):
        _complete(method, operation["responses"])
    return schema


def _operations(schema: Schema) -> Iterator[tuple[str, Schema]]:
    for methods in schema["paths"].values():
        yield from methods.items()


def _complete(method: str, responses: Schema) -> None:
    """Add what every route has in common: problems, and 304 for GET."""
    if method == "get":
        responses["304"] = {"description": _UNCHANGED}
    responses["default"] = {"description": _ANY_OTHER}
    for status, response in responses.items():
        if status == "422" or (status[0] in "45d" and "content" not in response):
            response["content"] = {MEDIA_TYPE: _PROBLEM}
