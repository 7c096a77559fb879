"""`bake audit` asks each time, and what cannot be asked for has not passed."""

from pathlib import Path

import pytest
from engine import Completed, bake, definition

NONSENSE = "0" * 64


def audited(checkout: Path, package: str) -> Completed:
    """An audit whose first lock holds one package."""
    lock = checkout / "backend" / "requirements" / "a.txt"
    lock.write_text(f"{package} --hash=sha256:{NONSENSE}\n")
    return bake("audit", folder=checkout)


def test_a_package_that_the_index_does_not_know_has_not_passed(checkout: Path) -> None:
    done = audited(checkout, "sdlc-lens-that-nobody-published==1.0")
    assert done.returncode != 0
    assert "could not be audited: sdlc-lens-that-nobody-published (1.0)" in done.stderr
    assert "audit: not passed" in done.stderr


def test_a_known_vulnerability_is_named(checkout: Path) -> None:
    done = audited(checkout, "jinja2==3.1.2")
    assert done.returncode != 0
    if "could not be audited: jinja2" in done.stderr:
        pytest.skip("NOT TESTED: the package index of this machine tells of no vulnerability")
    assert "jinja2" in done.stderr
    assert "CVE-2024-22195" in done.stderr or "GHSA-h5c8-rqwp-cp95" in done.stderr


def test_the_answer_is_never_one_of_the_cache() -> None:
    assert definition("audit")["target"]["audit"]["no-cache-filter"] == ["audit"]
