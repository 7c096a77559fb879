"""Migrates the database and ends."""

from sdlc_lens.db.migration import migrate
from sdlc_lens.logs import configure_logs
from sdlc_lens.settings import Settings, load_settings


def run() -> int:
    """Bring the configured database to the newest revision."""
    prepare(load_settings())
    return 0


def prepare(settings: Settings) -> None:
    """Set up the logs and migrate, telling so."""
    configure_logs(settings.log_level)
    print("Running database migrations...", flush=True)
    migrate(settings.database_path)
