"""Repositories at GitHub that connections and tokens can read."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Self

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field, StringConstraints, model_validator

from sdlc_lens.api.answer import Answer
from sdlc_lens.api.connections import GITHUB_PROBLEMS
from sdlc_lens.api.dependencies import TheDatabase, TheKeys, TheSettings
from sdlc_lens.api.openapi import problems
from sdlc_lens.api.tokens import AccessToken
from sdlc_lens.db.database import Database
from sdlc_lens.errors import NotFound, TokenStorageDisabled, TokenUnreadable
from sdlc_lens.queries.connections import Connection, get_connection, list_connections
from sdlc_lens.sealing import Keys

if TYPE_CHECKING:
    from sdlc_lens.sources.github import Listing

FOLDER = "sdlc-studio"

Owner = Annotated[
    str, Path(max_length=100, pattern=r"^[A-Za-z0-9_.-]*[A-Za-z0-9_-][A-Za-z0-9_.-]*$")
]
"""The name of an account or a repository: never `..`."""
Branch = Annotated[str, StringConstraints(min_length=1, max_length=250)]


class Credentials(BaseModel):
    """What to ask GitHub with: a token or a connection."""

    access_token: AccessToken | None = None
    connection_id: int | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.access_token is None) == (self.connection_id is None):
            raise ValueError("needs either access_token or connection_id")
        return self


class FolderQuestion(Credentials):
    """The branch to look in; null for the default branch."""

    branch: Branch | None = None


class RepositoryAnswer(Answer):
    """A repository at GitHub."""

    full_name: str
    owner: str
    name: str
    private: bool
    default_branch: str
    description: str | None


class ConnectedRepository(RepositoryAnswer):
    """A repository, and the connection that reads it."""

    connection_id: int
    connection_label: str


class Degraded(Answer):
    """A connection whose repositories are missing, or some of them."""

    connection_id: int
    label: str
    reason: str
    code: str = Field(description="The code of the problem that this would be by itself.")


class ConnectedRepositories(Answer):
    """The repositories of all connections, as far as GitHub lists them."""

    repos: list[ConnectedRepository]
    degraded: list[Degraded]


class Repositories(Answer):
    """The repositories that a token can read."""

    repositories: list[RepositoryAnswer]
    missing: str | None = Field(description="Why some are not listed.")


class FolderAnswer(Answer):
    """Whether a repository has a workspace where one is usually kept."""

    has_sdlc_studio: bool


connected = APIRouter(prefix="/api/v1/connections", tags=["connections"])
router = APIRouter(prefix="/api/v1/projects/github/repos", tags=["connections"])


@connected.get("/repos")
async def list_connected(
    database: TheDatabase, keys: TheKeys, settings: TheSettings
) -> ConnectedRepositories:
    """The repositories of every connection; those that fail are named with the reason."""
    async with database.read() as session:
        stored = await list_connections(session)
    answers = await _list_all(stored, keys, settings.github_api_url)
    return ConnectedRepositories(
        repos=[repository for repositories, _ in answers for repository in repositories],
        degraded=[degraded for _, degraded in answers if degraded],
    )


@router.post("", responses=problems(NotFound, TokenStorageDisabled, TokenUnreadable))
async def list_repositories(
    body: Credentials,
    database: TheDatabase,
    keys: TheKeys,
    settings: TheSettings,
    search: Annotated[str, Query(max_length=200)] = "",
) -> Repositories:
    """The repositories that a token can read and whose names contain `search`."""
    from sdlc_lens.sources.github import GitHub, make_client

    token, api_url = await _token(body, database, keys), settings.github_api_url
    async with make_client(api_url) as client:
        listing = await GitHub(client, api_url, token).list_repositories()
    if listing.missing and not listing.repositories:
        raise listing.missing
    wanted = search.strip().casefold()
    return Repositories(
        repositories=[
            RepositoryAnswer.model_validate(found)
            for found in listing.repositories
            if wanted in found.full_name.casefold()
        ],
        missing=str(listing.missing) if listing.missing else None,
    )


@router.post(
    "/{owner}/{repo}/has-sdlc-studio",
    responses=problems(NotFound, TokenStorageDisabled, TokenUnreadable, *GITHUB_PROBLEMS),
)
async def has_folder(
    owner: Owner,
    repo: Owner,
    body: FolderQuestion,
    database: TheDatabase,
    keys: TheKeys,
    settings: TheSettings,
) -> FolderAnswer:
    """Whether the repository has a folder `sdlc-studio` in that branch."""
    from sdlc_lens.sources.github import GitHub, make_client

    token, api_url = await _token(body, database, keys), settings.github_api_url
    async with make_client(api_url) as client:
        github = GitHub(client, api_url, token)
        found = await github.has_folder(owner, repo, body.branch, FOLDER)
    return FolderAnswer(has_sdlc_studio=found)


async def _token(body: Credentials, database: Database, keys: Keys) -> str:
    """The token that the body sends, or that of its connection.

    Raises: TokenStorageDisabled, NotFound, TokenUnreadable.
    """
    if body.access_token is not None:
        keys.require_key()
        return body.access_token.get_secret_value()
    assert body.connection_id is not None
    async with database.read() as session:
        return keys.open((await get_connection(session, body.connection_id)).sealed_token)


async def _list_all(
    stored: Sequence[Connection], keys: Keys, api_url: str
) -> list[tuple[list[ConnectedRepository], Degraded | None]]:
    """For each connection what it reads, and why that is not all; asks for all of them at once."""
    if not stored:
        return []
    from sdlc_lens.sources.github import GitHub, Listing, make_client

    async def list_one(connection: Connection) -> Listing:
        try:
            token = keys.open(connection.sealed_token)
        except TokenUnreadable as error:
            return Listing((), error)
        return await GitHub(client, api_url, token).list_repositories()

    async with make_client(api_url) as client:
        listings = await asyncio.gather(*map(list_one, stored))
    return [_of_connection(*pair) for pair in zip(stored, listings, strict=True)]


def _of_connection(
    connection: Connection, listing: "Listing"
) -> tuple[list[ConnectedRepository], Degraded | None]:
    repositories = [
        ConnectedRepository(
            **vars(found), connection_id=connection.id, connection_label=connection.label
        )
        for found in listing.repositories
    ]
    if listing.missing is None:
        return repositories, None
    degraded = Degraded(
        connection_id=connection.id,
        label=connection.label,
        reason=str(listing.missing),
        code=listing.missing.code,
    )
    return repositories, degraded
