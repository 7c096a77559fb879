"""Queries on connections: credentials for GitHub that several projects share."""

from dataclasses import dataclass, field

from sqlalchemy import delete, insert, update

from sdlc_lens.clock import now, stamp
from sdlc_lens.db.connection import rows
from sdlc_lens.db.database import WriteSession
from sdlc_lens.db.readers import ReadSession
from sdlc_lens.db.tables import connections
from sdlc_lens.errors import ConnectionInUse, LabelExists, NotFound

MOST_NAMED = 10


@dataclass(frozen=True)
class Connection:
    """An account at GitHub, and the sealed token that reads as it."""

    id: int
    label: str
    login: str
    sealed_token: str = field(repr=False)
    masked_token: str
    created_at: str
    last_validated_at: str


async def list_connections(session: ReadSession) -> list[Connection]:
    """Every connection, the oldest first."""
    found = await session.run(rows, "SELECT * FROM connections ORDER BY id", {})
    return [Connection(**row) for row in found]


async def get_connection(session: ReadSession, connection_id: int) -> Connection:
    """The connection with this id. Raises: NotFound."""
    query = "SELECT * FROM connections WHERE id = :id"
    # No id is larger than SQLite's numbers, which the driver refuses to exceed.
    found = await session.run(rows, query, {"id": connection_id}) if connection_id < 2**63 else []
    if not found:
        raise NotFound(
            f"connection {str(connection_id)[:20]} does not exist. GET /api/v1/connections lists"
            " those that do"
        )
    return Connection(**found[0])


async def require_free_label(session: ReadSession, label: str) -> None:
    """Raises: LabelExists."""
    query = "SELECT id FROM connections WHERE label = :label"
    if await session.run(rows, query, {"label": label}):
        raise LabelExists(f"a connection with the label {label!r} exists. Choose another label")


async def add_connection(
    session: WriteSession, label: str, login: str, sealed_token: str, masked_token: str
) -> Connection:
    """Store a new connection. Raises: LabelExists."""
    await require_free_label(session, label)
    moment = stamp(now())
    row = {
        "label": label,
        "login": login,
        "sealed_token": sealed_token,
        "masked_token": masked_token,
        "created_at": moment,
        "last_validated_at": moment,
    }
    connection_id = await session.scalar(
        insert(connections).values(row).returning(connections.c.id)
    )
    assert connection_id is not None
    return await get_connection(session, connection_id)


async def change_connection(session: WriteSession, connection_id: int, **values: str) -> Connection:
    """Store what GitHub has just confirmed: `login`, and a new token's two forms.

    Raises: NotFound.
    """
    values |= {"last_validated_at": stamp(now())}
    await get_connection(session, connection_id)
    changed = update(connections).where(connections.c.id == connection_id).values(values)
    await session.execute(changed)
    return await get_connection(session, connection_id)


async def remove_connection(session: WriteSession, connection_id: int) -> None:
    """Forget a connection. Raises: NotFound; ConnectionInUse, which names the projects."""
    connection = await get_connection(session, connection_id)
    query = "SELECT name FROM projects WHERE connection_id = :id ORDER BY created_at, id"
    used = await session.run(rows, query, {"id": connection_id})
    names = [row["name"] for row in used]
    if names:
        listed = ", ".join(repr(name) for name in names[:MOST_NAMED])
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        raise ConnectionInUse(
            f"connection {connection.label!r} is used by {listed}{more}. Give them another"
            " connection or token first"
        )
    await session.execute(delete(connections).where(connections.c.id == connection_id))
