"""Runs the migrations on the configured database, all of them in one transaction."""

import asyncio
from pathlib import Path

from alembic import context
from sqlalchemy import Connection

from sdlc_lens.db import file
from sdlc_lens.db.database import create_engine
from sdlc_lens.db.tables import metadata
from sdlc_lens.settings import load_settings


def database_path() -> Path:
    path: Path = context.config.attributes.get("database_path") or load_settings().database_path
    file.create(path)
    return path


def is_modelled(_thing: object, name: str | None, kind: str, *_rest: object) -> bool:
    """The search index is made by hand, so a comparison with the models leaves it out."""
    return not (kind == "table" and (name or "").startswith("search"))


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_object=is_modelled,
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def migrate() -> None:
    engine = create_engine(database_path())
    try:
        async with engine.begin() as connection:
            await connection.run_sync(run)
    finally:
        await engine.dispose()


if context.is_offline_mode():
    raise SystemExit("--sql is not supported: the migrations look at the database they change")
asyncio.run(migrate())
