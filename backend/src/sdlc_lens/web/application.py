"""The pages as an ASGI application, imported when the first page is asked for."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from sdlc_lens.db.database import Database
from sdlc_lens.web.addresses import API_REFERENCE, own_path
from sdlc_lens.web.errors import is_page


class Pages:
    """Answers every path that the API does not answer.

    The templates and the markdown parser take time to load: a service that only answers programs
    never loads them.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._router: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not is_page(scope) and own_path(scope) != API_REFERENCE:
            raise HTTPException(404)
        if self._router is None:
            self._router = await asyncio.to_thread(_load, self._database)
        await self._router(scope, receive, send)


def _load(database: Database) -> ASGIApp:
    # Imported here on purpose, see above.
    from sdlc_lens.web.routes import make_router

    return make_router(database)
