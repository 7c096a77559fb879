"""The token that a project reads its repository with, as users give and remove it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from sdlc_lens.db.readers import ReadSession
from sdlc_lens.errors import Invalid
from sdlc_lens.queries.connections import get_connection
from sdlc_lens.sealing import Keys, mask
from sdlc_lens.settings import Settings
from sdlc_lens.token_names import require_token_name

TOKEN_FIELDS = ("access_token", "access_token_name", "connection_id")
NO_TOKEN = dict.fromkeys(("sealed_token", "masked_token", "access_token_name", "connection_id"))
"""The columns of a project without a token."""


async def token_columns(
    session: ReadSession,
    named: Mapping[str, Any],
    project: Mapping[str, Any],
    source: Mapping[str, Any],
    keys: Keys,
    settings: Settings,
) -> dict[str, Any]:
    """The columns that the NAMED token fields change of a PROJECT whose columns are to become those
    of SOURCE.

    A token goes only to the server that it was given for.

    Raises: TokenStorageDisabled; NotFound, for a connection that does not exist; Invalid.
    """
    if named.get("access_token") is not None:
        keys.require_key()
    given = [name for name in TOKEN_FIELDS if named.get(name) is not None]
    if len(given) > 1:
        raise Invalid(f"body: names more than one token. Send one of {', '.join(given)}")
    changed = _given_columns(named, keys) if given else _removed_columns(named)
    wanted = {**project, **source, **changed}
    if wanted["connection_id"] is not None:
        await get_connection(session, wanted["connection_id"])
    if wanted["source_type"] == "local":
        if given:
            raise Invalid(f"body.{given[0]}: a local project is read without a token. Leave it out")
        return dict(NO_TOKEN)
    server = urlsplit(wanted["repo_url"])
    if wanted["connection_id"] is not None and server.hostname != settings.github_host:
        raise Invalid(
            f"body.connection_id: connections read repositories of {settings.github_host}. Give an"
            f" access token for {server.hostname}"
        )
    kept = not given and (wanted["masked_token"] or wanted["access_token_name"])
    if kept and urlsplit(project["repo_url"]).netloc != server.netloc:
        raise Invalid(
            "body.repo_url: the project's token is for another server. Give a token for"
            f" {server.netloc} too, or remove the former one"
        )
    return changed


def _given_columns(named: Mapping[str, Any], keys: Keys) -> dict[str, Any]:
    """A new token takes the place of any other."""
    if (name := named.get("access_token_name")) is not None:
        require_token_name(name)
        return NO_TOKEN | {"access_token_name": name}
    if named.get("access_token") is None:
        return NO_TOKEN | {"connection_id": named["connection_id"]}
    token = named["access_token"].get_secret_value()
    return NO_TOKEN | {"sealed_token": keys.seal(token), "masked_token": mask(token)}


def _removed_columns(named: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of the tokens that are named with None."""
    removed = dict.fromkeys(named.keys() & NO_TOKEN.keys())
    if "access_token" in named:
        removed |= {"sealed_token": None, "masked_token": None}
    return removed
