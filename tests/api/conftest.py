"""The services that most tests only read from, and what tests that change something start with."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from support.databases import migrated, migrated_once
from support.event_loop import event_loop, no_task_left
from support.github import FakeGitHub, github, github_server
from support.services import (
    HARBOUR,
    app,
    asking,
    client,
    connected,
    connected_app,
    serving_connected,
    serving_projects,
    synced,
    synced_once,
    workspace,
)

__all__ = [
    "app",
    "client",
    "connected",
    "connected_app",
    "event_loop",
    "github",
    "github_server",
    "migrated",
    "migrated_once",
    "no_task_left",
    "synced",
    "synced_once",
    "workspace",
]


@pytest.fixture(scope="session")
async def shared_app(
    migrated_once: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[FastAPI]:
    """A service with the project `harbour`, synced, which no test changes."""
    folder = tmp_path_factory.mktemp("shared")
    async with serving_projects(migrated_once, folder, {"harbour": HARBOUR}) as app:
        yield app


@pytest.fixture(scope="session")
async def visitor(shared_app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of that service."""
    async with asking(shared_app) as client:
        yield client


@pytest.fixture(scope="session")
async def connected_visitor(
    migrated_once: Path, github_server: FakeGitHub, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a connected service without projects and connections, which no test adds."""
    folder = tmp_path_factory.mktemp("connected")
    database = Path(shutil.copy(migrated_once, folder))
    async with serving_connected(database, folder, github_server) as app, asking(app) as client:
        yield client


@pytest.fixture(scope="session")
def harbour() -> str:
    """The address of its project."""
    return "/api/v1/projects/harbour"
