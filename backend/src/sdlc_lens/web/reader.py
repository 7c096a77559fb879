"""Rendered documents, each made once for a state of its project."""

import asyncio
from collections import OrderedDict

from sdlc_lens import memory
from sdlc_lens.db.database import Database
from sdlc_lens.queries.documents.detail import Detail
from sdlc_lens.queries.projects import Project
from sdlc_lens.queries.references import find_targets
from sdlc_lens.web.markdown import VERSION, Rendered, parse, render

MOST_BYTES = 2 * 2**20

LARGE = 100_000
"""Bytes of a document from which on its rendering leaves memory worth returning to the system."""

Key = tuple[int, str, str, int, str, int]


class Reader:
    """Renders documents one at a time, off the event loop, and keeps the last ones."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._turn = asyncio.Lock()
        self._kept: OrderedDict[Key, Rendered] = OrderedDict()
        self._bytes = 0

    async def read(self, project: Project, detail: Detail, home: str) -> Rendered:
        """The content of a document; HOME is the address that its links begin with."""
        # Links depend on which documents exist, so on the revision of the whole project.
        key = (project.id, detail.path, detail.sha256, project.revision, home, VERSION)
        if key not in self._kept:
            async with self._turn:
                if key not in self._kept:
                    self._keep(key, await self._made(project, detail, home))
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        return await self._made(project, detail, home)

    async def _made(self, project: Project, detail: Detail, home: str) -> Rendered:
        parsed = await asyncio.to_thread(parse, detail.content, detail.path)
        async with self._database.read() as session:
            targets = await session.run(find_targets, project.id, parsed.refs, parsed.paths)
        rendered = await asyncio.to_thread(render, parsed, targets, home)
        if len(detail.encoded_content) >= LARGE:
            del parsed
            await asyncio.to_thread(memory.release)
        return rendered

    def _keep(self, key: Key, rendered: Rendered) -> None:
        self._kept[key] = rendered
        self._bytes += len(rendered.html)
        while self._bytes > MOST_BYTES and len(self._kept) > 1:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= len(gone.html)
