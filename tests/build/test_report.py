"""`bake test` and `bake test-report`: what fails, what is said, what is reused."""

import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from engine import bake, baked
from engine.suite import FAILING, PASSING, passes_after, replace_tests


def unique(test: str) -> str:
    """The same test, never seen by any cache."""
    return f"# {time.time_ns()}\n{test}"


def test_a_failing_test_fails_the_build_and_is_named_each_time(checkout: Path) -> None:
    replace_tests(checkout, unique(FAILING))
    for _ in range(3):
        done = bake("test", folder=checkout)
        assert done.returncode != 0
        assert "test_small.py::test_small" in done.stderr
        assert "assert 'the cause' == 'not this'" in done.stderr


def test_the_report_comes_out_when_tests_fail_and_the_judgement_after_it_names_them(
    checkout: Path,
) -> None:
    replace_tests(checkout, unique(FAILING))
    baked("test-report", folder=checkout)
    suite = ElementTree.parse(checkout / "dist" / "junit.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == ("1", "1")
    assert (checkout / "dist" / "coverage.xml").stat().st_size > 0
    done = bake("test", folder=checkout)
    assert done.returncode != 0
    assert "test_small.py::test_small" in done.stderr


def test_the_report_goes_where_destdir_says(checkout: Path) -> None:
    replace_tests(checkout, unique(PASSING))
    baked("test-report", folder=checkout, DESTDIR="elsewhere/report")
    suite = ElementTree.parse(checkout / "elsewhere/report/junit.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == ("1", "0")


@pytest.mark.parametrize("first", ["test", "test-report"])
def test_a_failure_is_not_reused_and_a_success_is(checkout: Path, first: str) -> None:
    moment = time.time() + 30
    replace_tests(checkout, passes_after(moment))
    bake(first, folder=checkout)
    failed = bake("test", folder=checkout)
    assert failed.returncode != 0
    assert time.time() < moment, "the machine is too slow for this test: give it a later moment"
    time.sleep(max(0.0, moment - time.time()))
    passed = baked("test", folder=checkout)
    assert "1 passed" in passed
    again = baked("test", folder=checkout)
    assert "1 passed" not in again
    assert again.count("CACHED") > 3


def test_a_report_is_of_a_fresh_run(checkout: Path) -> None:
    moment = time.time() + 20
    replace_tests(checkout, passes_after(moment))
    baked("test-report", folder=checkout)
    assert "AssertionError" in (checkout / "dist" / "pytest.log").read_text()
    time.sleep(max(0.0, moment - time.time()))
    baked("test-report", folder=checkout)
    assert "1 passed" in (checkout / "dist" / "pytest.log").read_text()


def test_no_test_at_all_is_a_failure(checkout: Path) -> None:
    replace_tests(checkout, "")
    assert bake("test", folder=checkout).returncode != 0
