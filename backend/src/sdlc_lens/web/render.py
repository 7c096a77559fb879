"""Pages and tables as answers."""

import csv
import gzip
import hashlib
import io
import secrets
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from sdlc_lens.domain.documents.kinds import status_class
from sdlc_lens.domain.forges import Forge
from sdlc_lens.queries.projects import Project
from sdlc_lens.sources.git.pasted import repository_name
from sdlc_lens.version import version
from sdlc_lens.web import words
from sdlc_lens.web.addresses import (
    API_REFERENCE,
    changed,
    document_address,
    here,
    project_address,
    root,
)
from sdlc_lens.web.charts import LEGEND

HERE = Path(__file__).parent
THEMES = ("light", "dark", "system")
THEME_COOKIE = "theme"
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
LEAST_COMPRESSED = 1000
LARGE = 200_000
SHORT_COMMIT = 10
FAST, THOROUGH = 1, 5
MOST_KEPT = 8
_kept: OrderedDict[bytes, bytes] = OrderedDict()
_DEFUSED = ("=", "+", "-", "@", *map(chr, range(32)))
# Stands for the content of a page; random, so that no document can contain it.
_PLACEHOLDER = Markup(f"<!-- {secrets.token_hex()} -->")


@cache
def static_files() -> dict[str, tuple[str, bytes]]:
    """By file name: the name that it is served under, which has a hash of it, and its bytes."""
    found = {}
    for file in (HERE / "static").iterdir():
        content = file.read_bytes()
        served = f"{file.stem}.{hashlib.sha256(content).hexdigest()[:12]}{file.suffix}"
        found[file.name] = served, content
    return found


@cache
def environment() -> Environment:
    """The templates."""
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    templates.filters.update(
        moment=words.moment,
        day=words.day,
        number=words.grouped,
        type_name=words.type_name,
        relation_name=words.relation_name,
        class_key=words.class_key,
        id=words.short_id,
        without_id=words.without_id,
        with_code=words.with_code,
        upper_first=words.upper_first,
        size=words.size,
        sentence=words.sentence,
        commit=lambda commit_id: commit_id[:SHORT_COMMIT],
        repository=repository_name,
        basename=lambda path: path.rstrip("/").rpartition("/")[2],
    )
    templates.globals.update(
        static={name: served for name, (served, _) in static_files().items()},
        version=version(),
        themes=THEMES,
        legend=LEGEND,
        status_class=status_class,
        counted=words.counted,
        are=words.are,
        not_proven=words.not_proven,
        rule_names=words.RULES,
        sync_states=words.SYNC_STATES,
        document_address=document_address,
        api_reference=API_REFERENCE,
    )
    return templates


def theme(request: Request) -> str:
    """The theme that the user has chosen."""
    chosen = request.cookies.get(THEME_COOKIE, "system")
    return chosen if chosen in THEMES else "system"


def page(
    request: Request, template: str, status: int = 200, content: bytes = b"", **values: Any
) -> Response:
    """The page that TEMPLATE makes of VALUES.

    CONTENT is HTML that the template has as `content`. It is inserted at the end, since a template
    takes many times as long for a long text.
    """
    base = root(request)
    project = values.get("project")
    html = (
        environment()
        .get_template(template)
        .render(
            root=base,
            theme=theme(request),
            here=here(request),
            changed=lambda **query: changed(request, **query),
            home=project_address(base, project.slug) if project else base,
            commit_url=_commit_url(request, project) if project else None,
            content=_PLACEHOLDER if content else "",
            **{"project": None, "tab": None} | values,
        )
    )
    headers = {
        "Content-Security-Policy": POLICY,
        "Referrer-Policy": "same-origin",
        "Vary": "Cookie, Accept-Encoding",
    }
    body = html.encode().replace(_PLACEHOLDER.encode(), content, 1)
    return compressed(request, Response(body, status, headers, "text/html"))


def forge(request: Request, project: Project) -> Forge | None:
    """The web pages of the repository that the project's documents are from."""
    if project.repo_url is None or project.commit_id is None:
        return None
    return Forge(project.repo_url, request.app.state.settings.github_host)


def _commit_url(request: Request, project: Project) -> str | None:
    pages = forge(request, project)
    return pages.commit_url(project.commit_id or "") if pages else None


def compressed(request: Request, answer: Response) -> Response:
    """ANSWER, compressed where the client accepts it."""
    accepted = request.headers.get("accept-encoding", "")
    body = bytes(answer.body)
    if len(body) >= LEAST_COMPRESSED and "gzip" in accepted:
        answer.body = _gzipped(body)
        answer.headers["Content-Encoding"] = "gzip"
        answer.headers["Content-Length"] = str(len(answer.body))
    return answer


def _gzipped(body: bytes) -> bytes:
    """BODY, compressed. The last large ones are kept: this takes longer than all other steps."""
    if len(body) <= LARGE:
        return gzip.compress(body, THOROUGH, mtime=0)  # a time in it would change the ETag
    digest = hashlib.sha256(body).digest()
    found = _kept.get(digest) or gzip.compress(body, FAST, mtime=0)
    _kept[digest] = found
    while len(_kept) > MOST_KEPT:
        _kept.popitem(last=False)
    return found


def table(
    request: Request, name: str, columns: Sequence[str], lines: Iterable[Sequence[object]]
) -> Response:
    """LINES as a CSV file; cells that a spreadsheet would take for a formula are made harmless."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_harmless(cell) for cell in line] for line in lines)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.csv"',
        "Vary": "Accept-Encoding",
    }
    return compressed(request, Response(text.getvalue(), 200, headers, "text/csv"))


def _harmless(cell: object) -> object:
    if isinstance(cell, str) and cell.startswith(_DEFUSED):
        return f"'{cell}"
    return "" if cell is None else cell
