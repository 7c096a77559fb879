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
    "event_loop",
    "no_task_left",
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
