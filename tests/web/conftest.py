from support.databases import migrated, migrated_once
from support.services import app, client, port, synced, synced_once, workspace

__all__ = ["app", "client", "migrated", "migrated_once", "port", "synced", "synced_once",
           "workspace"]  # fmt: skip
