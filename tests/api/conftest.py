from support.databases import migrated, migrated_once
from support.github import github
from support.services import (
    app,
    client,
    connected,
    connected_app,
    synced,
    synced_once,
    workspace,
)

__all__ = [
    "app",
    "client",
    "connected",
    "connected_app",
    "github",
    "migrated",
    "migrated_once",
    "synced",
    "synced_once",
    "workspace",
]
