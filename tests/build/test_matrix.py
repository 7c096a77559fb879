"""`bake test-matrix` tests on every Python that the bases offer, and says which it did not."""

import re
from pathlib import Path

import pytest
from engine import baked, on_standin
from engine.definitions import definitions
from engine.suite import PASSING, replace_tests

BASES = {
    "": ["3.12", "3.13", "3.14"],
    "oci-layout://bases/python": ["3.12", "3.13", "3.14"],
    "docker-image://mirror.example/python:3.12-slim": ["3.12"],
    "docker-image://10.3.14.1/hardened-python3.13": ["3.13"],
}


def test_a_base_is_tested_on_the_python_of_its_name() -> None:
    answers = definitions(*(("test-matrix", {"BUILD_BASE": base}) for base in BASES))
    tested = [
        [
            target["args"]["PYTHON"]
            for target in answer["target"].values()
            if target["target"] == "test"
        ]
        for answer in answers
    ]
    assert dict(zip(BASES, tested, strict=True)) == BASES


def test_what_cannot_be_tested_is_said_each_time(checkout: Path) -> None:
    if not on_standin():
        pytest.skip("NOT TESTED: on Docker Hub's bases every version is there")
    replace_tests(checkout, PASSING)
    for _ in range(2):
        output = baked("test-matrix", folder=checkout)
        said = re.findall(r"^#\d+ [\d.]+ NOT TESTED on Python ([\d.]+)", output, re.MULTILINE)
        assert sorted(said) == ["3.12", "3.14"]
