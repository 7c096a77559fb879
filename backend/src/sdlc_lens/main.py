"""Puts the service together and decides nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache, partial

from fastapi import FastAPI

from sdlc_lens.api import (
    connections,
    document,
    documents,
    health_check,
    metrics,
    openapi,
    problems,
    projects,
    repositories,
    search,
    statistics,
    syncs,
    system,
    webhooks,
)
from sdlc_lens.api.middleware.access_log import AccessLogMiddleware
from sdlc_lens.api.middleware.body_limit import BodyLimitMiddleware
from sdlc_lens.api.middleware.buffering import BufferingMiddleware
from sdlc_lens.api.middleware.cross_site import CrossSiteMiddleware
from sdlc_lens.api.middleware.etag import ETagMiddleware
from sdlc_lens.api.middleware.head import HeadMiddleware
from sdlc_lens.api.middleware.metrics import MetricsMiddleware
from sdlc_lens.api.middleware.request_id import RequestIdMiddleware
from sdlc_lens.api.middleware.root_path import RootPathMiddleware
from sdlc_lens.api.middleware.security_headers import SecurityHeadersMiddleware
from sdlc_lens.api.middleware.server_errors import ServerErrorsMiddleware
from sdlc_lens.api.middleware.trusted_hosts import TrustedHostsMiddleware
from sdlc_lens.db.database import Database
from sdlc_lens.sealing import Keys
from sdlc_lens.settings import Settings, load_settings
from sdlc_lens.sources.git.repository import Policy
from sdlc_lens.sync.checks import HealthChecks
from sdlc_lens.sync.history import History
from sdlc_lens.sync.polling import Polling
from sdlc_lens.sync.remotes import Remotes
from sdlc_lens.sync.runner import Runner
from sdlc_lens.sync.schedule import Schedule
from sdlc_lens.version import version
from sdlc_lens.web.application import Pages
from sdlc_lens.web.errors import ErrorPagesMiddleware

# Their routes are taken as they are: include_router would analyse each again at a first request.
# A path is compared with one route after the other, so those that are asked for most come first.
ROUTERS = (
    search.router,
    documents.router,
    document.router,
    projects.router,
    statistics.router,
    health_check.router,
    system.router,
    system.probes,
    metrics.router,
    syncs.router,
    connections.router,
    repositories.connected,
    repositories.router,
    webhooks.router,
    openapi.router,
)
ROUTES = [route for router in ROUTERS for route in router.routes]
TITLE = "SDLC Lens"


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service as an ASGI application; without SETTINGS they come from the environment."""
    app = FastAPI(
        title=TITLE,
        version=version(),
        lifespan=_lifespan,
        openapi_url=None,
        redirect_slashes=False,
        routes=list(ROUTES),
    )
    _equip(app, settings or load_settings())
    app.openapi = partial(_schema, app.version)  # type: ignore[method-assign]
    app.router.default = Pages(app.state.database)
    problems.install(app)
    _wrap(app)
    return app


@cache
def _schema(version: str) -> openapi.Schema:
    """The OpenAPI schema, built when it is first asked for."""
    return openapi.describe(TITLE, version, ROUTES)


def _equip(app: FastAPI, settings: Settings) -> None:
    """Give APP what its routes ask for."""
    database = Database(settings.database_path)
    base = settings.allowed_project_base
    app.state.settings = settings
    app.state.database = database
    app.state.keys = keys = Keys(settings.token_keys)
    policy, git_seconds = Policy.of(settings), settings.git_poll_interval_seconds
    remotes = Remotes(git_seconds)
    app.state.history = History(database, policy, settings.git_history_commits, keys)
    app.state.runner = Runner(database, base, policy, remotes, keys, app.state.history.mark)
    app.state.polling = Polling(database, app.state.runner, policy, remotes, git_seconds, keys)
    seconds = settings.sync_poll_interval_seconds
    app.state.schedule = Schedule(database, app.state.runner, base, seconds)
    app.state.health_checks = HealthChecks(database)
    app.state.metrics = metrics.Metrics(app.version)


def _wrap(app: FastAPI) -> None:
    """Put around APP's routes what every request goes through."""
    # The last one sees a request first: every answer has security headers and an id, log and
    # metrics have the status that the client sees; refusals that need no body come before it is
    # read.
    app.add_middleware(BufferingMiddleware)
    app.add_middleware(ETagMiddleware)
    app.add_middleware(BodyLimitMiddleware)
    app.add_middleware(CrossSiteMiddleware)
    app.add_middleware(TrustedHostsMiddleware, listed=app.state.settings.host_names)
    app.add_middleware(ServerErrorsMiddleware)
    app.add_middleware(MetricsMiddleware, metrics=app.state.metrics)
    app.add_middleware(ErrorPagesMiddleware)
    app.add_middleware(HeadMiddleware)
    app.add_middleware(AccessLogMiddleware)
    app.add_middleware(RootPathMiddleware, root_path=app.state.settings.root_path)
    app.add_middleware(RequestIdMiddleware)
    app.add_middleware(SecurityHeadersMiddleware)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    state = app.state
    background = (state.schedule, state.polling, state.history)
    watching = [asyncio.create_task(each.run()) for each in background]
    yield
    for task in watching:
        task.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
    await app.state.schedule.close()
    await app.state.polling.close()
    await app.state.runner.close()
    await app.state.database.close()
