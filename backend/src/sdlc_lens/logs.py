"""Logs on standard output, as text or JSON, each line of a request with its id."""

import json
import logging
import re
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from textwrap import indent

from sdlc_lens.clock import now, stamp

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def configure_logs(level: str, log_format: str = "text") -> None:
    """Send every logger's lines at LEVEL and above to standard output, uvicorn's among them."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines() if log_format == "json" else TextLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # aiosqlite logs every statement with its values at DEBUG: documents do not belong in a log.
    logging.getLogger("aiosqlite").setLevel(max(logging.INFO, logging.getLogger().level))
    # Both log requests at INFO and DEBUG, with headers of answers.
    for library in ("httpx", "httpcore"):
        logging.getLogger(library).setLevel(logging.WARNING)
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)


def announce(text: str, log_format: str = "text") -> None:
    """Print TEXT, a step of the start, at every log level."""
    entry = _entry(stamp(now()), "INFO", "sdlc_lens", text)
    print(json.dumps(entry) if log_format == "json" else text, flush=True)


class TextLines(logging.Formatter):
    """One line per record; control characters are escaped, so that a request cannot add lines."""

    def format(self, record: logging.LogRecord) -> str:
        current = request_id.get()
        line = f"{_time(record)} {record.levelname} {record.name}: {record.getMessage()}"
        line = _CONTROLS.sub(_escaped, f"{line} [{current}]" if current else line)
        if record.exc_info:
            line = f"{line}\n{indent(self.formatException(record.exc_info), '  ')}"
        return line.encode(errors="backslashreplace").decode()


class JsonLines(logging.Formatter):
    """One JSON object per record, with the members of the record's `fields`."""

    def format(self, record: logging.LogRecord) -> str:
        entry = _entry(_time(record), record.levelname, record.name, record.getMessage())
        fields: Mapping[str, object] = getattr(record, "fields", {})
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps({**entry, **fields})


def _entry(time: str, level: str, logger: str, message: str) -> dict[str, object]:
    entry: dict[str, object] = {"time": time, "level": level, "logger": logger, "message": message}
    current = request_id.get()
    return {**entry, "request_id": current} if current else entry


def _time(record: logging.LogRecord) -> str:
    return stamp(datetime.fromtimestamp(record.created, UTC))


def _escaped(found: re.Match[str]) -> str:
    return repr(found[0])[1:-1]
