"""A workspace's own settings, sensible or not."""

import pytest

from sdlc_lens.domain.documents.config import Configuration, configure
from sdlc_lens.domain.documents.kinds import ANY_STATUS, STATUSES


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
    found = configure({"schema_version": 2, "status_vocab": nonsense}, {})
    assert found.vocabulary == STATUSES
    assert ["status_vocab" in warning for warning in found.warnings] == [True] * bool(nonsense)


def test_type_without_a_row_gets_the_projects_own() -> None:
    found = configure({"status_vocab": {"review": ["Read", 5]}}, {})
    assert found.statuses("review") == (*ANY_STATUS, "Read")
    assert found.statuses("retro") == ANY_STATUS
    assert found.additions == {"review": ("Read",)}


def test_what_is_no_list_of_statuses_is_told() -> None:
    vocabulary = {"review": ["Read", 5], "story": ["Parked"], "bug": "Open", 16**5000: ["x"]}
    found = configure({"schema_version": 2, "status_vocab": vocabulary}, {})
    assert found.additions == {"review": ("Read",), "story": ("Parked",)}
    told = [warning.partition(" in ")[0] for warning in found.warnings]
    assert told == [
        "status_vocab.review",
        "status_vocab.bug",
        "status_vocab.(a key that is no text)",
    ]


def test_halves_of_characters_can_be_stored() -> None:
    half = "\ud800"
    found = configure({"profile": half, "status_vocab": {half: [half]}}, {})
    assert (found.profile, found.additions) == ("?", {"?": ("?",)})


def test_number_that_cannot_be_written_out_gives_the_default() -> None:
    assert configure({"schema_version": 16**5000}, {}) == configure({}, {})
