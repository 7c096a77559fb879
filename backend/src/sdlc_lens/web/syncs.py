"""The syncs of a project: what was read, and when?"""

from starlette.requests import Request
from starlette.responses import Response

from sdlc_lens.queries.projects import Project, get_project
from sdlc_lens.queries.syncs import Sync, list_syncs
from sdlc_lens.sources.progress import Progress
from sdlc_lens.web.addresses import project_address, root
from sdlc_lens.web.forms import read_form, see
from sdlc_lens.web.render import page, table
from sdlc_lens.web.words import OUTCOMES, TRIGGERS

_CSV = ("started", "finished", "trigger", "outcome", "added", "changed", "unchanged", "removed",
        "failed", "message")  # fmt: skip


async def syncs(request: Request) -> Response:
    """The page, or the reports as CSV."""
    slug = request.path_params["slug"]
    async with request.app.state.database.read() as session:
        project = await get_project(session, slug)
        reports = await list_syncs(session, project.id)
    if request.query_params.get("format") == "csv":
        return table(request, f"{slug}-syncs", _CSV, map(_line, reports))
    return page(
        request,
        "syncs/page.html",
        project=project,
        tab="syncs",
        reports=reports,
        progress=_progress(request, project),
        outcomes=OUTCOMES,
        triggers=TRIGGERS,
    )


async def confirm(request: Request) -> Response:
    """Ask once whether documents may be removed, with a list of them."""
    slug = request.path_params["slug"]
    async with request.app.state.database.read() as session:
        project = await get_project(session, slug)
        reports = await list_syncs(session, project.id)
    held_back = reports[0].held_back if reports else None
    return page(request, "syncs/confirm.html", project=project, tab="syncs", held_back=held_back)


async def start(request: Request) -> Response:
    """Begin a sync; the field `confirm` lets it remove most documents."""
    slug = request.path_params["slug"]
    form = await read_form(request)
    await request.app.state.runner.start(slug, confirmed=form.get("confirm") == "yes")
    return see(f"{project_address(root(request), slug)}/syncs")


def _progress(request: Request, project: Project) -> Progress | None:
    """How far the sync under way is; None for one of another process."""
    found: Progress | None = None
    if project.sync_status == "syncing":
        found = request.app.state.runner.progress(project.slug)
    return found


def _line(sync: Sync) -> tuple[object, ...]:
    counts = (sync.added, sync.changed, sync.unchanged, sync.removed, sync.failed)
    return (sync.started_at, sync.finished_at, sync.trigger, sync.outcome, *counts, sync.message)
