"""Logs: standard output, one level, text or JSON, the request id in every line."""

import json
import logging
from collections.abc import Iterator

import pytest

from sdlc_lens.logs import announce, configure_logs, request_id

logger = logging.getLogger("sdlc_lens.harbour")


@pytest.fixture(autouse=True)
def _restore_logs() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


@pytest.fixture
def asked() -> Iterator[str]:
    """The id of a request under way."""
    token = request_id.set("abc-1")
    yield "abc-1"
    request_id.reset(token)


def fail() -> None:
    try:
        raise RuntimeError("the cause\n2026-01-01T00:00:00.000Z INFO forged: line")
    except RuntimeError:
        logger.exception("failed")


def test_lines_go_to_standard_output_at_the_level(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logs("WARNING")
    logging.getLogger("uvicorn.error").info("unheard")
    logging.getLogger("sdlc_lens").warning("heard")
    printed = capsys.readouterr()
    assert "WARNING sdlc_lens: heard" in printed.out
    assert "unheard" not in printed.out
    assert not printed.err


def test_text_is_a_line_a_record(asked: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("INFO")
    logger.info("name %s", "a\nb\x1b[31m\u2028c\udcff")
    time, _, line = capsys.readouterr().out.partition(" ")
    assert line == "INFO sdlc_lens.harbour: name a\\nb\\x1b[31m\\u2028c\\udcff [abc-1]\n"
    assert len(time) == len("2026-02-17T10:30:00.123Z")


def test_no_line_of_a_traceback_looks_like_a_record(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("INFO")
    fail()
    first, *rest = capsys.readouterr().out.splitlines()
    assert first.endswith("ERROR sdlc_lens.harbour: failed")
    assert any("the cause" in line for line in rest)
    assert all(line.startswith("  ") for line in rest)


def test_json_is_an_object_a_line(asked: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("INFO", "json")
    logger.info("name %s", "a\nb\udcff", extra={"fields": {"status": 200}})
    entry = json.loads(capsys.readouterr().out)
    assert entry.pop("time").endswith("Z")
    assert entry == {
        "level": "INFO",
        "logger": "sdlc_lens.harbour",
        "message": "name a\nb\udcff",
        "request_id": "abc-1",
        "status": 200,
    }


def test_json_holds_the_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("INFO", "json")
    fail()
    (line,) = capsys.readouterr().out.splitlines()
    entry = json.loads(line)
    assert "the cause" in entry["exception"]
    assert "request_id" not in entry


def test_announcements_are_printed_at_any_level(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("ERROR", "json")
    announce("on the way", "json")
    assert json.loads(capsys.readouterr().out)["message"] == "on the way"
    announce("on the way")
    assert capsys.readouterr().out == "on the way\n"


def test_statements_are_not_logged_even_for_debugging(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logs("DEBUG")
    logging.getLogger("aiosqlite").debug("INSERT a whole document")
    assert not capsys.readouterr().out
