"""Is the service there, and can it do its work?"""

from typing import Literal

from fastapi import APIRouter, Request, Response

from sdlc_lens.api.answer import Answer
from sdlc_lens.api.dependencies import TheDatabase
from sdlc_lens.db.readiness import check_readiness
from sdlc_lens.errors import NotReady


class Health(Answer):
    """Whether the service can do its work."""

    status: Literal["healthy", "unhealthy"]
    database: Literal["connected", "disconnected"]
    version: str
    migration_ok: bool
    fts_ok: bool
    ready: bool


router = APIRouter(prefix="/api/v1", tags=["system"])
probes = APIRouter(include_in_schema=False)


@router.get("/system/health", responses={503: {"model": Health}})
async def system_health(request: Request, database: TheDatabase, response: Response) -> Health:
    """Whether the service is ready, and what is missing; 503 with the same body when it is not."""
    found = await check_readiness(database.path)
    response.status_code = 200 if found.ready else 503
    return Health(
        status="healthy" if found.ready else "unhealthy",
        database="connected" if found.connected else "disconnected",
        version=request.app.version,
        migration_ok=found.migration_ok,
        fts_ok=found.fts_ok,
        ready=found.ready,
    )


@probes.get("/livez")
async def livez() -> dict[str, str]:
    """The process answers; nothing else is looked at."""
    return {"status": "alive"}


@probes.get("/readyz")
async def readyz(database: TheDatabase) -> dict[str, str]:
    """The service can do its work, or a problem says why it cannot."""
    found = await check_readiness(database.path)
    if not found.ready:
        raise NotReady(found.reason)
    return {"status": "ready"}
