"""Addresses of pages, below the path that a proxy has put the service at."""

from typing import Protocol
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.types import Scope

from sdlc_lens.domain.documents.kinds import BY_NAME, OTHER

API_REFERENCE = "/api/v1/docs"
"""The one page among the paths of the API."""


class Addressed(Protocol):
    """A document as its address needs it."""

    @property
    def type(self) -> str: ...
    @property
    def doc_id(self) -> str: ...
    @property
    def path(self) -> str: ...


def root(request: Request) -> str:
    """The path below which the service is."""
    found: str = request.scope.get("root_path", "")
    return found


def own_path(scope: Scope) -> str:
    """The path of a request without the root path."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def project_address(base: str, slug: str) -> str:
    """The address of a project's overview; BASE is the root path."""
    return f"{base}/projects/{quote(slug, safe='')}"


def document_address(project: str, document: Addressed) -> str:
    """The address of a document; outside of its type's folder its path is needed to be sure."""
    query = "" if _is_at_home(document) else f"?{urlencode({'path': document.path})}"
    return f"{project}/documents/{document.type}/{quote(document.doc_id, safe='')}{query}"


def _is_at_home(document: Addressed) -> bool:
    kind = BY_NAME.get(document.type)
    folder = f"{kind.folder}/" if kind else ""
    return document.type != OTHER and document.path == f"{folder}{document.doc_id}.md"


def here(request: Request) -> str:
    """The path and query of the request, as a form sends them back."""
    path = quote(request.url.path, safe="/:@!$&'()*+,;=~")
    return f"{path}?{request.url.query}" if request.url.query else path


def changed(request: Request, **values: str | int | None) -> str:
    """The address of the same page with other values in its query; None leaves a name out."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if value]
    query = [(name, value) for name, value in kept if name not in values]
    query += [(name, str(value)) for name, value in values.items() if value is not None]
    path = quote(request.url.path, safe="/:@!$&'()*+,;=~")
    return f"{path}?{urlencode(query)}" if query else path
