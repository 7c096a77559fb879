"""`bake test` and `bake test-report`: what fails, what is printed, what is reused."""

import re
import uuid
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from engine import bake, baked
from engine.suite import replace_tests

# BuildKit hands a build's commands the proxy arguments, and leaves them out of the cache's keys.
PASS = "--set=*.args.NO_PROXY=pass"
SUITE = """\
import os
from pathlib import Path

import sdlc_lens


def test_small() -> None:
    assert os.environ.get("NO_PROXY") == "pass", "the cause"


def test_no_other_run_left_a_trace() -> None:
    for folder in ("/repository", "/tmp", "/root", "/var/tmp"):
        assert not (mark := Path(folder, "mark")).exists()
        mark.touch()
"""


def reported(checkout: Path, *options: str) -> tuple[str | None, str | None]:
    """How many tests the report lists, and how many of them failed."""
    folder = checkout / "elsewhere/report"
    baked("test-report", *options, folder=checkout, DESTDIR="elsewhere/report")
    assert "coverage: platform linux" in (folder / "pytest.log").read_text()
    assert (folder / "coverage.xml").stat().st_size > 0
    suite = ElementTree.parse(folder / "junit.xml").getroot()[0]
    return suite.get("tests"), suite.get("failures")


def test_a_passed_run_is_reused_a_failed_one_never_and_a_report_is_a_run_of_its_own(
    checkout: Path,
) -> None:
    replace_tests(checkout, f"# {uuid.uuid4()}\n{SUITE}")
    assert reported(checkout) == ("2", "1")
    for _ in range(2):
        failed = bake("test", folder=checkout)
        assert failed.returncode != 0
        assert "test_small.py::test_small - AssertionError: the cause" in failed.stderr
    passed = baked("test", PASS, folder=checkout)
    assert "2 passed" in passed
    assert re.search(r"\d workers?", passed), "the tests do not run in parallel"
    assert "coverage" not in passed
    assert " passed" not in baked("test", folder=checkout)
    assert reported(checkout) == ("2", "1")
    assert reported(checkout, PASS) == ("2", "0")


def test_no_test_at_all_is_a_failure(checkout: Path) -> None:
    replace_tests(checkout, "")
    done = bake("test", folder=checkout)
    assert done.returncode != 0
    assert "no tests ran" in done.stderr
