"""Connections: credentials for GitHub that several projects share."""

from typing import Annotated

from fastapi import APIRouter, status
from pydantic import BaseModel, StringConstraints
from starlette.convertors import Convertor, register_url_convertor

from sdlc_lens.api.answer import Answer
from sdlc_lens.api.dependencies import TheDatabase, TheKeys, TheSettings
from sdlc_lens.api.openapi import problems
from sdlc_lens.api.tokens import AccessToken
from sdlc_lens.errors import (
    ConnectionInUse,
    LabelExists,
    NotFound,
    TokenStorageDisabled,
    TokenUnreadable,
)
from sdlc_lens.queries import connections
from sdlc_lens.queries.connections import Connection
from sdlc_lens.remote_errors import GitHubFailed, InvalidToken, TooManyRequests
from sdlc_lens.sealing import Keys, mask

Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
GITHUB_PROBLEMS = (InvalidToken, TooManyRequests, GitHubFailed)


class NewConnection(BaseModel):
    """An account at GitHub, under a label."""

    label: Label
    access_token: AccessToken


class NewToken(BaseModel):
    """The token that replaces a connection's former one."""

    access_token: AccessToken


class ConnectionAnswer(Answer):
    """A connection, without its token."""

    id: int
    label: str
    login: str
    masked_token: str
    created_at: str
    last_validated_at: str
    token_error: str | None


class IdConvertor(Convertor[int]):
    """A number that the database can hold; a path with another one does not exist."""

    regex = "[0-9]{1,18}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("id", IdConvertor())
router = APIRouter(prefix="/api/v1/connections", tags=["connections"])


@router.get("")
async def list_connections(database: TheDatabase, keys: TheKeys) -> list[ConnectionAnswer]:
    """Every connection, the oldest first."""
    async with database.read() as session:
        found = await connections.list_connections(session)
    return [_answer(connection, keys) for connection in found]


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=problems(TokenStorageDisabled, LabelExists, *GITHUB_PROBLEMS),
)
async def add_connection(
    body: NewConnection, database: TheDatabase, keys: TheKeys, settings: TheSettings
) -> ConnectionAnswer:
    """Store credentials, after GitHub has accepted them."""
    keys.require_key()
    token = body.access_token.get_secret_value()
    async with database.read() as session:
        await connections.require_free_label(session, body.label)
    login = await _login(settings.github_api_url, token)
    async with database.write() as session:
        added = await connections.add_connection(
            session, body.label, login, keys.seal(token), mask(token)
        )
    return _answer(added, keys)


@router.put(
    "/{connection_id:id}", responses=problems(NotFound, TokenStorageDisabled, *GITHUB_PROBLEMS)
)
async def change_token(
    connection_id: int,
    body: NewToken,
    database: TheDatabase,
    keys: TheKeys,
    settings: TheSettings,
) -> ConnectionAnswer:
    """Replace the token, after GitHub has accepted the new one."""
    async with database.read() as session:
        await connections.get_connection(session, connection_id)
    keys.require_key()
    token = body.access_token.get_secret_value()
    login = await _login(settings.github_api_url, token)
    async with database.write() as session:
        changed = await connections.change_connection(
            session,
            connection_id,
            login=login,
            sealed_token=keys.seal(token),
            masked_token=mask(token),
        )
    return _answer(changed, keys)


@router.post(
    "/{connection_id:id}/validate",
    responses=problems(NotFound, TokenUnreadable, *GITHUB_PROBLEMS),
)
async def validate_connection(
    connection_id: int, database: TheDatabase, keys: TheKeys, settings: TheSettings
) -> ConnectionAnswer:
    """Ask GitHub again whether it accepts the token."""
    async with database.read() as session:
        stored = await connections.get_connection(session, connection_id)
    login = await _login(settings.github_api_url, keys.open(stored.sealed_token))
    async with database.write() as session:
        changed = await connections.change_connection(session, connection_id, login=login)
    return _answer(changed, keys)


@router.delete(
    "/{connection_id:id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(NotFound, ConnectionInUse),
)
async def remove_connection(connection_id: int, database: TheDatabase) -> None:
    """Forget credentials that no project uses."""
    async with database.write() as session:
        await connections.remove_connection(session, connection_id)


async def _login(api_url: str, token: str) -> str:
    # Imported late on purpose, here and below: most services never ask GitHub.
    from sdlc_lens.sources.github import GitHub, make_client

    async with make_client(api_url) as client:
        return await GitHub(client, api_url, token).get_login()


def _answer(connection: Connection, keys: Keys) -> ConnectionAnswer:
    error = keys.why_unreadable(connection.sealed_token)
    return ConnectionAnswer(
        id=connection.id,
        label=connection.label,
        login=connection.login,
        masked_token=connection.masked_token,
        created_at=connection.created_at,
        last_validated_at=connection.last_validated_at,
        token_error=error,
    )
