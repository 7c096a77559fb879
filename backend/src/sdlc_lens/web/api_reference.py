"""The reference of the API: its schema for people."""

from collections import defaultdict
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sdlc_lens.web.render import page

LIMITS = {
    "default": "default",
    "minimum": "at least",
    "maximum": "at most",
    "minLength": "characters at least",
    "maxLength": "characters at most",
}


async def api_reference(request: Request) -> Response:
    """Every operation, and every body by its name."""
    schema = request.app.openapi()
    tags: dict[str, list[tuple[str, str, Any]]] = defaultdict(list)
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            tags[operation["tags"][0]].append((method, path, operation))
    return page(request, "api_reference/page.html", schema=schema, tags=tags, limits=LIMITS)
