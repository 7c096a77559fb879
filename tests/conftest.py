"""Shared by all tests, also by those that drive the engine where the service is not installed."""

import pytest


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
