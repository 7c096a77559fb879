"""Adding, changing and removing projects."""

import asyncio
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from sdlc_lens.errors import Conflict, Invalid, LensError, PathNotFound
from sdlc_lens.queries import projects
from sdlc_lens.settings import PREFIX
from sdlc_lens.slug import require_slug
from sdlc_lens.sources.folder import find_workspaces, locate
from sdlc_lens.web.addresses import project_address, root
from sdlc_lens.web.badges import NAMES
from sdlc_lens.web.forms import read_form, see
from sdlc_lens.web.render import page

SEARCH_SECONDS = 1.0

_CORRECTABLE = (Invalid, PathNotFound, Conflict)


async def add(request: Request) -> Response:
    """The form for a new project."""
    return await _show_add(request, {"name": "", "folder": ""})


async def create(request: Request) -> Response:
    """Add a project and begin its first sync."""
    form = await read_form(request)
    name, folder = form.get("name", "").strip(), form.get("folder", "").strip()
    try:
        slug = require_slug(name)
        await asyncio.to_thread(locate, folder, _base(request))
        async with request.app.state.database.write() as session:
            await projects.add_project(session, slug, name, folder)
    except _CORRECTABLE as error:
        return await _show_add(request, {"name": name, "folder": folder}, error)
    await request.app.state.runner.start(slug)
    return see(f"{project_address(root(request), slug)}/syncs")


async def settings(request: Request) -> Response:
    """The form that changes a project."""
    return await _show_settings(request)


async def change(request: Request) -> Response:
    """Change name, folder and automatic syncs."""
    slug = request.path_params["slug"]
    form = await read_form(request)
    values: dict[str, object] = {
        "name": form.get("name", "").strip(),
        "auto_sync": form.get("auto_sync") == "yes",
    }
    async with request.app.state.database.read() as session:
        project = await projects.get_project(session, slug)
    try:
        require_slug(str(values["name"]))
        if project.place is None:
            values["sdlc_path"] = folder = form.get("folder", "").strip()
            await asyncio.to_thread(locate, folder, _base(request))
        async with request.app.state.database.write() as session:
            await projects.change_project(session, slug, values)
    except _CORRECTABLE as error:
        return await _show_settings(request, error)
    return see(f"{project_address(root(request), slug)}/settings?saved=yes")


async def ask_to_remove(request: Request) -> Response:
    """Ask once, and name what will be lost."""
    async with request.app.state.database.read() as session:
        project = await projects.get_project(session, request.path_params["slug"])
    return page(request, "projects/remove.html", project=project, tab="settings")


async def remove(request: Request) -> Response:
    """Remove a project."""
    async with request.app.state.database.write() as session:
        await projects.remove_project(session, request.path_params["slug"])
    return see(f"{root(request)}/")


def _base(request: Request) -> Path:
    base: Path = request.app.state.settings.allowed_project_base
    return base


async def _show_add(
    request: Request, form: dict[str, str], error: LensError | None = None
) -> Response:
    return page(
        request,
        "projects/add.html",
        error.status if error else 200,
        form=form,
        error=error,
        base=_base(request),
        folders=await _folders(request),
    )


async def _show_settings(request: Request, error: LensError | None = None) -> Response:
    async with request.app.state.database.read() as session:
        project = await projects.get_project(session, request.path_params["slug"])
    name = "sync_poll_interval_seconds" if project.place is None else "git_poll_interval_seconds"
    return page(
        request,
        "projects/settings.html",
        error.status if error else 200,
        project=project,
        tab="settings",
        error=error,
        base=_base(request),
        folders=await _folders(request),
        badges=NAMES,
        origin=f"{request.url.scheme}://{request.url.netloc}",
        seconds=getattr(request.app.state.settings, name),
        setting=PREFIX + name.upper(),
        saved=request.query_params.get("saved") == "yes" and error is None,
    )


async def _folders(request: Request) -> list[str]:
    return await asyncio.to_thread(find_workspaces, _base(request), SEARCH_SECONDS)
