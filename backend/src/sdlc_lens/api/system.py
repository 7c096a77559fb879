"""Liveness, readiness and the version."""

from typing import Literal

from fastapi import APIRouter, Request, Response

from sdlc_lens.api.answer import Answer
from sdlc_lens.api.dependencies import TheDatabase
from sdlc_lens.db.readiness import check_readiness
from sdlc_lens.errors import NotReady


class Health(Answer):
    """The state of the service and its database."""

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
    """The state of the service; 503 with the same body when it is not ready."""
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
    """Liveness: the process answers; nothing else is checked."""
    return {"status": "alive"}


@probes.get("/readyz")
async def readyz(database: TheDatabase) -> dict[str, str]:
    """Readiness: 200, or a problem that states the reason."""
    found = await check_readiness(database.path)
    if not found.ready:
        raise NotReady(found.reason)
    return {"status": "ready"}
