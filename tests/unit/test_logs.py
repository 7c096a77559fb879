"""Logs: one place, one level, no line for probes."""

import logging
from collections.abc import Iterator

import pytest

from sdlc_lens.logs import QUIET_PATHS, configure_logs

ACCESS = '%s - "%s %s HTTP/%s" %d'


@pytest.fixture(autouse=True)
def _restore_logs() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


def access(path: str) -> None:
    logging.getLogger("uvicorn.access").info(ACCESS, "10.0.0.1:5", "GET", path, "1.1", 200)


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


@pytest.mark.parametrize("path", sorted(QUIET_PATHS))
def test_probes_leave_no_line(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("INFO")
    access(path)
    access(f"{path}?probe=1")
    assert not capsys.readouterr().out
    access("/api/v1/projects")
    assert "/api/v1/projects" in capsys.readouterr().out


def test_statements_are_not_logged_even_for_debugging(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logs("DEBUG")
    logging.getLogger("aiosqlite").debug("INSERT a whole document")
    assert not capsys.readouterr().out
