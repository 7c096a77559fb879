"""The dependencies of routes.

They are coroutines, since FastAPI runs plain functions in a thread. There is none for sessions: a
dependency that has to be ended costs a tenth of a short request, and a change would be committed
only after the response is built.
"""

from typing import Annotated

from fastapi import Depends, Request

from sdlc_lens.db.database import Database
from sdlc_lens.sealing import Keys
from sdlc_lens.settings import Settings
from sdlc_lens.sync.checks import HealthChecks
from sdlc_lens.sync.polling import Polling
from sdlc_lens.sync.runner import Runner


async def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


async def _runner(request: Request) -> Runner:
    runner: Runner = request.app.state.runner
    return runner


async def _health_checks(request: Request) -> HealthChecks:
    checks: HealthChecks = request.app.state.health_checks
    return checks


async def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


async def _keys(request: Request) -> Keys:
    keys: Keys = request.app.state.keys
    return keys


async def _polling(request: Request) -> Polling:
    polling: Polling = request.app.state.polling
    return polling


TheDatabase = Annotated[Database, Depends(_database)]
TheRunner = Annotated[Runner, Depends(_runner)]
TheHealthChecks = Annotated[HealthChecks, Depends(_health_checks)]
TheKeys = Annotated[Keys, Depends(_keys)]
ThePolling = Annotated[Polling, Depends(_polling)]
TheSettings = Annotated[Settings, Depends(_settings)]
