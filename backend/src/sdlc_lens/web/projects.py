"""Adding, changing and removing projects."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sdlc_lens.errors import Conflict, Invalid, LensError, PathNotFound
from sdlc_lens.queries import projects
from sdlc_lens.queries.sources import in_words
from sdlc_lens.settings import PREFIX
from sdlc_lens.slug import require_slug
from sdlc_lens.sources.folder import find_workspaces, locate
from sdlc_lens.sources.git.hosts import Host
from sdlc_lens.sources.git.pasted import repository_name
from sdlc_lens.sources.git.repository import Policy
from sdlc_lens.web.addresses import project_address, root
from sdlc_lens.web.badges import NAMES
from sdlc_lens.web.forms import read_form, see
from sdlc_lens.web.render import page
from sdlc_lens.web.repositories import current_access, offered_access, repository_columns

SEARCH_SECONDS = 1.0

_CORRECTABLE = (Invalid, PathNotFound, Conflict)


async def add(request: Request) -> Response:
    """The forms for a new project."""
    return await _show_add(request, {})


async def create(request: Request) -> Response:
    """Add a project and begin its first sync."""
    form = await read_form(request)
    name = form.get("name", "").strip()
    source: str | dict[str, Any]
    try:
        if "repository" in form:
            source = await repository_columns(request, form)
            name = name or repository_name(source["repo_url"])
            slug = require_slug(name)
        else:
            slug = require_slug(name)
            source = form.get("folder", "").strip()
            await asyncio.to_thread(locate, source, _base(request))
        async with request.app.state.database.write() as session:
            await projects.add_project(session, slug, name, source)
    except _CORRECTABLE as error:
        return await _show_add(request, form, error)
    await request.app.state.runner.start(slug)
    return see(f"{project_address(root(request), slug)}/syncs")


async def settings(request: Request) -> Response:
    """The form that changes a project."""
    return await _show_settings(request, {})


async def change(request: Request) -> Response:
    """Change name, source and automatic syncs."""
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
        elif "repository" in form:
            values |= await repository_columns(request, form, project)
        async with request.app.state.database.write() as session:
            await projects.change_project(session, slug, values)
    except _CORRECTABLE as error:
        return await _show_settings(request, form, error)
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
    request: Request, form: Mapping[str, str], error: LensError | None = None
) -> Response:
    state = request.app.state
    hosts: tuple[Host, ...] = Policy.of(state.settings).hosts
    async with state.database.read() as session:
        access = await offered_access(session, state.keys, state.settings)
    return page(
        request,
        "projects/add.html",
        error.status if error else 200,
        form=form,
        error=in_words(error) if error else None,
        hosts=[host.shown for host in hosts],
        base=_base(request),
        folders=await _folders(request),
        access=access,
    )


async def _show_settings(
    request: Request, form: Mapping[str, str], error: LensError | None = None
) -> Response:
    state = request.app.state
    async with state.database.read() as session:
        project = await projects.get_project(session, request.path_params["slug"])
        access = await offered_access(session, state.keys, state.settings, project)
    name = "sync_poll_interval_seconds" if project.place is None else "git_poll_interval_seconds"
    stored = {
        "name": project.name,
        "folder": project.sdlc_path or "",
        "repository": project.repo_url or "",
        "branch": project.repo_branch or "",
        "path": project.repo_path or "",
        "access": current_access(project),
    }
    return page(
        request,
        "projects/settings.html",
        error.status if error else 200,
        project=project,
        tab="settings",
        form=stored | dict(form),
        error=in_words(error) if error else None,
        access=access,
        token_error=state.keys.why_unreadable(project.sealed_by),
        has_webhooks=bool(state.settings.webhook_secret.get_secret_value()),
        base=_base(request),
        folders=await _folders(request) if project.place is None else [],
        badges=NAMES,
        origin=f"{request.url.scheme}://{request.url.netloc}",
        seconds=getattr(state.settings, name),
        setting=PREFIX + name.upper(),
        saved=request.query_params.get("saved") == "yes",
    )


async def _folders(request: Request) -> list[str]:
    return await asyncio.to_thread(find_workspaces, _base(request), SEARCH_SECONDS)
