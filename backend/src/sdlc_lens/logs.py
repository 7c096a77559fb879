"""Plain text logs on standard output."""

import logging
import sys

QUIET_PATHS = frozenset({"/livez", "/readyz", "/api/v1/system/health"})


def configure_logs(level: str) -> None:
    """Send every logger's lines at LEVEL and above to standard output, uvicorn's among them."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # aiosqlite logs every statement with its values at DEBUG: documents have no place in a log.
    logging.getLogger("aiosqlite").setLevel(max(logging.INFO, logging.getLogger().level))
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)
    logging.getLogger("uvicorn.access").addFilter(_is_worth_a_line)


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    """Whether an access record is more than a probe's, which would fill the log for ever."""
    match record.args:
        case (_, _, str(path), *_):
            return path.partition("?")[0] not in QUIET_PATHS
    return True
