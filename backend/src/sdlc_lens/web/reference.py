"""Pages that explain: the glossary and what this is; the theme; static files."""

import platform
import sqlite3

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from sdlc_lens.errors import Invalid
from sdlc_lens.web.addresses import root
from sdlc_lens.web.forms import read_form, see
from sdlc_lens.web.render import THEME_COOKIE, THEMES, compressed, page, static_files
from sdlc_lens.web.words import GLOSSARY

MEDIA_TYPES = {"css": "text/css", "js": "text/javascript"}
YEAR_SECONDS = 365 * 24 * 60 * 60
# The libraries that the pages are made with, besides those of the API.
LIBRARIES = (
    ("FastAPI and Starlette", "MIT, BSD-3-Clause", "answer requests"),
    ("uvicorn", "BSD-3-Clause", "listens"),
    ("SQLAlchemy, Alembic, aiosqlite", "MIT", "store"),
    ("pydantic, pydantic-settings", "MIT", "checks requests"),
    ("Jinja2 and MarkupSafe", "BSD-3-Clause", "make pages"),
    ("markdown-it-py, mdit-py-plugins, mdurl", "MIT", "read markdown"),
    ("PyYAML", "MIT", "reads a workspace's settings"),
    ("anyascii", "ISC", "makes addresses of names"),
    ("httpx", "BSD-3-Clause", "asks git servers and GitHub"),
    ("PyNaCl", "Apache-2.0", "encrypts access tokens"),
    ("prometheus-client", "Apache-2.0", "counts"),
)


async def glossary(request: Request) -> Response:
    """The words that the pages use."""
    terms = sorted(GLOSSARY, key=lambda term: term.name.casefold())
    return page(request, "reference/glossary.html", terms=terms)


async def about(request: Request) -> Response:
    """Version, build and licences."""
    runs_on = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    return page(request, "reference/about.html", runs_on=runs_on, libraries=LIBRARIES)


async def choose_theme(request: Request) -> Response:
    """Keep a theme in a cookie, and go back to the page."""
    form = await read_form(request)
    chosen, back = form.get("theme", ""), form.get("back", "")
    if chosen not in THEMES:
        raise Invalid(f"theme: {chosen[:100]!r} is not supported. Choose light, dark or system")
    # A path here: `//host` and `/\\host` would lead to another site.
    base = root(request)
    inside = back.startswith(f"{base}/") and back.removeprefix(base)[1:2] not in ("/", "\\")
    answer = see(back if inside and back.isprintable() else f"{base}/")
    answer.set_cookie(
        THEME_COOKIE, chosen, max_age=YEAR_SECONDS, path=f"{base}/", samesite="lax", httponly=True
    )
    return answer


async def static(request: Request) -> Response:
    """A static file; its name changes with its content."""
    content = dict(static_files().values()).get(request.path_params["name"])
    if content is None:
        raise HTTPException(404)
    headers = {
        "Cache-Control": f"public, max-age={YEAR_SECONDS}, immutable",
        "Vary": "Accept-Encoding",
    }
    media_type = MEDIA_TYPES[request.path_params["name"].rpartition(".")[2]]
    return compressed(request, Response(content, headers=headers, media_type=media_type))
