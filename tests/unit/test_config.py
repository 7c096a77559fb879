"""A workspace's own settings, sensible or not."""

import pytest

from sdlc_lens.domain.config import Configuration, configure
from sdlc_lens.domain.kinds import STATUSES


def test_nothing_given() -> None:
    found = configure({}, {})
    assert (found.schema_version, found.profile, found.vocabulary) == (2, None, STATUSES)
    assert found.vocabulary == Configuration().vocabulary
    (warning,) = found.warnings
    assert "schema_version: 2 is assumed" in warning


def test_settings_come_before_version() -> None:
    found = configure({"schema_version": 3}, {"schema_version": 2, "profile": "small"})
    assert (found.schema_version, found.profile) == (3, "small")
    assert not found.warnings
    assert configure({}, {"schema_version": "3"}).schema_version == 3


@pytest.mark.parametrize("nonsense", [None, "three", -1, 2.5, [], {}, "9" * 50, True])
def test_nonsense_gives_the_default(nonsense: object) -> None:
    assert configure({"schema_version": nonsense, "profile": 7}, {}) == configure({}, {})


@pytest.mark.parametrize("nonsense", ["Done", ["Done"], {"story": "Done"}, {3: ["x"]}, None])
def test_nonsense_vocabulary_is_left_out(nonsense: object) -> None:
    assert configure({"status_vocab": nonsense}, {}).vocabulary == STATUSES


def test_type_without_a_row_gets_the_projects_own() -> None:
    found = configure({"status_vocab": {"review": ["Read", 5]}}, {})
    assert found.statuses("review") == ("Read",)
    assert found.statuses("retro") == ()
    assert found.additions == {"review": ("Read",)}


def test_halves_of_characters_can_be_stored() -> None:
    half = "\ud800"
    found = configure({"profile": half, "status_vocab": {half: [half]}}, {})
    assert (found.profile, found.additions) == ("?", {"?": ("?",)})


def test_number_that_cannot_be_written_out_gives_the_default() -> None:
    assert configure({"schema_version": 16**5000}, {}) == configure({}, {})
