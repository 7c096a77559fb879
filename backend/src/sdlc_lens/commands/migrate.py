"""Migrates the database and exits."""

import logging
import os

from sdlc_lens.commands.threads import require_threads
from sdlc_lens.db.migration import migrate
from sdlc_lens.logs import announce, configure_logs
from sdlc_lens.settings import Settings, ignored_variables, load_settings

logger = logging.getLogger(__name__)


def run() -> int:
    """Bring the configured database to the newest revision."""
    prepare(load_settings())
    return 0


def prepare(settings: Settings, *, in_child: bool = False) -> None:
    """Set up the logs, then migrate, IN_CHILD in a process of its own.

    Raises: ThreadsRefused, and what `migrate` raises.
    """
    configure_logs(settings.log_level, settings.log_format)
    announce("Running database migrations...", settings.log_format)
    for complaint in ignored_variables(os.environ):
        logger.warning(complaint)
    require_threads()
    migrate(settings.database_path, in_child=in_child)
