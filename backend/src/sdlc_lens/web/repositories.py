"""The form of a git repository: where a workspace is, and the token that it is read with."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any

from pydantic import SecretStr
from starlette.requests import Request

from sdlc_lens.db.readers import ReadSession
from sdlc_lens.errors import Invalid
from sdlc_lens.queries.connections import list_connections
from sdlc_lens.queries.projects import Project
from sdlc_lens.queries.sources import FIELDS, source_columns
from sdlc_lens.queries.token_columns import NO_TOKEN, token_columns
from sdlc_lens.sealing import Keys
from sdlc_lens.settings import Settings
from sdlc_lens.sources.git.pasted import read_pasted
from sdlc_lens.token_names import NOT_A_TOKEN, available_names, is_token

_REMOVED = dict.fromkeys(("access_token", "access_token_name", "connection_id"))


async def repository_columns(
    request: Request, form: Mapping[str, str], project: Project | None = None
) -> dict[str, Any]:
    """The columns of a new project, or the changed ones of PROJECT, that FORM names.

    Raises: Invalid, RemoteNotAllowed, TokenStorageDisabled.
    """
    state = request.app.state
    pasted = read_pasted(form.get("repository", ""))
    named = {
        "source_type": project.source_type if project else "git",
        "repo_url": pasted.url,
        "repo_branch": pasted.branch or form.get("branch", "").strip() or None,
        "repo_path": pasted.path or form.get("path", "").strip() or None,
    }
    former = asdict(project) if project else NO_TOKEN
    current = {name: former[name] for name in FIELDS} if project else {}
    source = source_columns(named, current, state.settings)
    async with state.database.read() as session:
        access = await offered_access(session, state.keys, state.settings, project)
        token = _token(form, access, current_access(project))
        tokens = await token_columns(session, token, former, source, state.keys, state.settings)
    return source | tokens


async def offered_access(
    session: ReadSession, keys: Keys, settings: Settings, project: Project | None = None
) -> dict[str, str]:
    """What a repository can be read with, in words; PROJECT may keep what it has."""
    offered = {"none": "no token"}
    if project and project.masked_token is not None:
        offered["kept"] = f"the stored token {project.masked_token}"
    if keys.can_seal:
        offered["typed"] = "the access token typed in below"
    if project and project.access_token_name:
        name = project.access_token_name
        offered[f"name:{name}"] = f"the token in {name}, which is missing"
    offered |= {f"name:{name}": f"the token in {name}" for name in available_names()}
    for found in await list_connections(session):
        account = f"{found.login} at {settings.github_host}"
        offered[f"connection:{found.id}"] = f"the connection {found.label} ({account})"
    return offered


def current_access(project: Project | None) -> str:
    """Which of the offered ones PROJECT has."""
    if project is None or project.credential is None:
        return "none"
    if project.masked_token is not None:
        return "kept"
    if project.connection_id is not None:
        return f"connection:{project.connection_id}"
    return f"name:{project.access_token_name}"


def _token(form: Mapping[str, str], offered: Collection[str], current: str) -> dict[str, Any]:
    """The token fields that FORM changes; a token goes on to another server only if it is given
    again, so what stays the same is not named.
    """
    chosen = form.get("access", current)
    kind, _, name = chosen.partition(":")
    if token := form.get("token", "").strip():
        if name:
            raise Invalid(
                "body.access_token: is typed in, but not chosen. Clear the field, or choose it"
            )
        if not is_token(token):
            raise Invalid(f"body.access_token: {NOT_A_TOKEN}")
        return {"access_token": SecretStr(token)}
    if chosen not in offered:
        raise Invalid("body.access: does not exist any more. Choose again")
    if chosen == current:
        return {}
    if kind == "typed":
        raise Invalid("body.access_token: is missing. Type it in, or choose no token")
    if kind == "name":
        return {"access_token_name": name}
    return {"connection_id": int(name)} if kind == "connection" else dict(_REMOVED)
