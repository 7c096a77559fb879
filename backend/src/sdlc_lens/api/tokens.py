"""Access tokens as clients send them, and the token that a project reads its repository with."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Field, SecretStr

from sdlc_lens.db.readers import ReadSession
from sdlc_lens.errors import Invalid
from sdlc_lens.queries.connections import get_connection
from sdlc_lens.sealing import Keys, mask
from sdlc_lens.settings import Settings
from sdlc_lens.token_names import LONGEST_TOKEN, is_token, require_token_name

_FIELDS = ("access_token", "access_token_name", "connection_id")
NO_TOKEN = dict.fromkeys(("sealed_token", "masked_token", "access_token_name", "connection_id"))
"""The columns of a project without a token."""


def _without_spaces(token: SecretStr) -> SecretStr:
    """The token without the end of the line that was pasted with it."""
    text = token.get_secret_value().strip()
    if not is_token(text):
        # It would not be a valid header, and the library's complaint would show it.
        raise ValueError(f"is not a token of 1 to {LONGEST_TOKEN} ASCII characters without spaces")
    return SecretStr(text)


AccessToken = Annotated[SecretStr, AfterValidator(_without_spaces)]


class TokenFields(BaseModel):
    """The token of a project: its own, one by name, or a connection's. A new one replaces any
    other.
    """

    access_token: AccessToken | None = Field(
        default=None, description="Stored sealed, never answered; null removes it."
    )
    access_token_name: str | None = Field(
        default=None,
        description="Names a variable `SDLC_LENS_GIT_TOKEN_*` of the service or a file"
        " `/run/secrets/git_token_*` in place of a stored token; null removes it.",
    )
    connection_id: int | None = Field(
        default=None, description="Connection to read with; null detaches it."
    )


async def token_columns(
    session: ReadSession,
    body: TokenFields,
    project: Mapping[str, Any],
    source: Mapping[str, Any],
    keys: Keys,
    settings: Settings,
) -> dict[str, Any]:
    """The columns that BODY changes of a PROJECT whose columns are to become those of SOURCE.

    A token goes only to the server that it was given for.

    Raises: TokenStorageDisabled; NotFound, for a connection that does not exist; Invalid.
    """
    if body.access_token is not None:
        keys.require_key()
    given = [name for name in _FIELDS if getattr(body, name) is not None]
    if len(given) > 1:
        raise Invalid(f"body: names more than one token. Send one of {', '.join(given)}")
    changed = _given_columns(body, keys) if given else _removed_columns(body)
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
            f"body.connection_id: connections read repositories of {settings.github_host}. Send an"
            f" access token for {server.hostname}"
        )
    kept = not given and (wanted["masked_token"] or wanted["access_token_name"])
    if kept and urlsplit(project["repo_url"]).netloc != server.netloc:
        raise Invalid(
            "body.repo_url: the project's token is for another server. Send a token for"
            f" {server.netloc} too, or null to remove the former one"
        )
    return changed


def _given_columns(body: TokenFields, keys: Keys) -> dict[str, Any]:
    """A new token takes the place of any other."""
    if body.access_token_name is not None:
        require_token_name(body.access_token_name)
        return NO_TOKEN | {"access_token_name": body.access_token_name}
    if body.access_token is None:
        return NO_TOKEN | {"connection_id": body.connection_id}
    token = body.access_token.get_secret_value()
    return NO_TOKEN | {"sealed_token": keys.seal(token), "masked_token": mask(token)}


def _removed_columns(body: TokenFields) -> dict[str, Any]:
    """The columns of the tokens that BODY names with null."""
    removed = dict.fromkeys(body.model_fields_set & NO_TOKEN.keys())
    if "access_token" in body.model_fields_set:
        removed |= {"sealed_token": None, "masked_token": None}
    return removed
