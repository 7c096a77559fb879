from support.databases import migrated, migrated_once
from support.event_loop import event_loop, no_task_left
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
    "event_loop",
    "github",
    "migrated",
    "migrated_once",
    "no_task_left",
    "synced",
    "synced_once",
    "workspace",
]
