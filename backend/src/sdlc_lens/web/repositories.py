"""The form of a git repository: where a workspace is, and the token that it is read with."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from pydantic import SecretStr
from starlette.requests import Request

from sdlc_lens.db.readers import ReadSession
from sdlc_lens.errors import Invalid
from sdlc_lens.queries.connections import get_connection
from sdlc_lens.queries.projects import Project
from sdlc_lens.queries.sources import FIELDS, source_columns
from sdlc_lens.queries.token_columns import NO_TOKEN, token_columns
from sdlc_lens.sources.git.pasted import read_pasted
from sdlc_lens.token_names import NOT_A_TOKEN, is_token

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
        tokens = await token_columns(
            session, _token(form), former, source, state.keys, state.settings
        )
    return source | tokens


async def token_state(session: ReadSession, project: Project) -> str:
    """What the project's repository is read with, in words."""
    if project.masked_token is not None:
        return f"the stored token {project.masked_token}"
    if project.connection_id is not None:
        return f"the connection {(await get_connection(session, project.connection_id)).label}"
    if project.access_token_name is not None:
        return f"the token that {project.access_token_name} holds"
    return "no token"


def _token(form: Mapping[str, str]) -> dict[str, SecretStr | None]:
    """The token fields that FORM names; an empty one keeps the token as it is."""
    if token := form.get("token", "").strip():
        if not is_token(token):
            raise Invalid(f"body.access_token: {NOT_A_TOKEN}")
        return {"access_token": SecretStr(token)}
    return dict(_REMOVED) if form.get("remove_token") == "yes" else {}
