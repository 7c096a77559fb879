"""How the end of a sync is reported: in its report, and in the log."""

import logging
from itertools import islice

from sqlalchemy.exc import OperationalError

from sdlc_lens.errors import LensError, TokenUnreadable
from sdlc_lens.queries.syncs import Sync
from sdlc_lens.remote_errors import GitError, RemoteNotAllowed

MOST_COMPLAINTS = 5

_OF_SOURCES = GitError | RemoteNotAllowed | TokenUnreadable

logger = logging.getLogger(__name__)


def failure_reason(slug: str, error: Exception) -> str:
    """Why a sync failed, for the person who asked for it."""
    if isinstance(error, LensError):
        return str(error)
    if isinstance(error, OperationalError):
        return f"the database could not be used: {error.orig}"
    logger.error("sync of %s failed", slug, exc_info=error)
    return "an unexpected error, see the service's log"


def failure_code(error: Exception) -> str | None:
    """The code for programs of an error about a repository."""
    return error.code if isinstance(error, _OF_SOURCES) else None


def log_report(slug: str, report: Sync) -> None:
    """Log how a sync ended, and the first documents that could not be read."""
    if report.outcome != "synced":
        logger.warning("sync of %s: %s: %s", slug, report.outcome, report.message)
        return
    counts = (report.added, report.changed, report.removed)
    logger.info("synced %s: %d added, %d changed, %d removed", slug, *counts)
    for failure in islice(report.failures, MOST_COMPLAINTS):
        logger.warning("%s: %r was left as it is: %s", slug, failure.path, failure.reason)
