"""Access tokens of projects and connections, as they are stored: sealed, or by name."""

from dataclasses import dataclass, field

from sqlalchemy import select, update

from sdlc_lens.db.connection import rows
from sdlc_lens.db.database import WriteSession
from sdlc_lens.db.readers import ReadSession
from sdlc_lens.db.tables import connections, projects
from sdlc_lens.errors import TokenUnreadable
from sdlc_lens.sealing import Keys
from sdlc_lens.token_names import read_named_token

_TOKEN = """
SELECT access_token_name, projects.sealed_token AS own_token,
    connections.sealed_token AS shared_token
FROM projects LEFT JOIN connections ON connection_id = connections.id WHERE projects.id = :id
"""


@dataclass(frozen=True)
class Resealed:
    """What a rotation of keys has done: tokens sealed again, tokens that the first key had sealed
    already, and the owners of those that no key opens.
    """

    resealed: int = 0
    current: int = 0
    unreadable: tuple[str, ...] = field(default=())


async def get_project_token(session: ReadSession, project_id: int, keys: Keys) -> str | None:
    """The token to read a project's repository with: its own, the one it names, its connection's.

    Raises: TokenUnreadable.
    """
    found = await session.run(rows, _TOKEN, {"id": project_id})
    if not found:
        return None
    if found[0]["access_token_name"]:
        return read_named_token(found[0]["access_token_name"])
    sealed = found[0]["own_token"] or found[0]["shared_token"]
    return keys.open(sealed) if sealed else None


async def reseal_tokens(session: WriteSession, keys: Keys) -> Resealed:
    """Seal every stored token with the first key; one that no key opens stays as it is."""
    resealed, current, unreadable = 0, 0, []
    for table, name in ((projects, projects.c.slug), (connections, connections.c.label)):
        query = select(table.c.id, name.label("name"), table.c.sealed_token)
        sealed = await session.execute(query.where(table.c.sealed_token.is_not(None)))
        for row in sealed.all():
            try:
                token = keys.open(row.sealed_token)
            except TokenUnreadable:
                unreadable.append(f"{table.name[:-1]} {row.name!r}")
                continue
            if keys.is_current(row.sealed_token):
                current += 1
                continue
            value = {"sealed_token": keys.seal(token)}
            await session.execute(update(table).where(table.c.id == row.id).values(value))
            resealed += 1
    return Resealed(resealed, current, tuple(unreadable))
