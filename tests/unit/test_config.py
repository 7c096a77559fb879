"""The settings of a workspace, valid and invalid."""

import pytest

from sdlc_lens.domain.documents.config import Configuration, configure
from sdlc_lens.domain.documents.kinds import STATUSES


def test_nothing_given() -> None:
    found = configure({}, {})
    assert (found.schema_version, found.profile, found.vocabulary) == (2, None, STATUSES)
    assert found.vocabulary == Configuration().vocabulary
    assert found.warnings == ()


def test_settings_come_before_version() -> None:
    found = configure({"schema_version": 3}, {"schema_version": 2, "profile": "small"})
    assert (found.schema_version, found.profile) == (3, "small")
    assert not found.warnings
    assert configure({}, {"schema_version": "3"}).schema_version == 3


@pytest.mark.parametrize("nonsense", ["three", -1, 0, 2.5, [], {}, "9" * 50, True])
def test_invalid_value_gives_the_default_and_a_warning(nonsense: object) -> None:
    found = configure({"schema_version": nonsense, "profile": 7}, {})
    assert (found.schema_version, found.profile) == (2, None)
    (warning,) = found.warnings
    assert "2 is assumed" in warning


@pytest.mark.parametrize("settings", [{}, {"schema_version": None}, {"profile": "small"}])
def test_missing_version_is_2_without_a_warning(settings: dict[object, object]) -> None:
    found = configure(settings, {})
    assert (found.schema_version, found.warnings) == (2, ())


@pytest.mark.parametrize(
    ("written", "number"),
    [(39, 39), ("39", 39), ("US0039", 39), ("us-0039", 39), (0, 0), (None, None)],
)
def test_last_story_before_the_practice(written: object, number: int | None) -> None:
    found = configure({"conformance": {"adopt_after": written}}, {})
    assert (found.adopt_after, found.warnings) == (number, ())


@pytest.mark.parametrize("nonsense", ["soon", "EP0039", -1, 2.5, True, [39], "US-01JQK3F8", ""])
def test_invalid_last_story_is_ignored(nonsense: object) -> None:
    found = configure({"conformance": {"adopt_after": nonsense}}, {})
    assert found.adopt_after is None
    (warning,) = found.warnings
    assert "adopt_after" in warning


@pytest.mark.parametrize("nonsense", [None, "39", 39, [39]])
def test_conformance_that_is_not_a_mapping(nonsense: object) -> None:
    assert configure({"conformance": nonsense}, {}).adopt_after is None


@pytest.mark.parametrize("nonsense", ["Done", ["Done"], {"story": "Done"}, {3: ["x"]}, None])
def test_invalid_vocabulary_is_ignored(nonsense: object) -> None:
    found = configure({"schema_version": 2, "status_vocab": nonsense}, {})
    assert found.vocabulary == STATUSES
    assert ["status_vocab" in warning for warning in found.warnings] == [True] * bool(nonsense)


def test_project_adds_statuses_to_a_type_without_a_row() -> None:
    found = configure({"status_vocab": {"review": ["Read", 5]}}, {})
    assert found.statuses.canonical("review", "read twice") == "Read"
    assert found.additions == {"review": ("Read",)}


def test_warning_for_what_is_not_a_list_of_statuses() -> None:
    vocabulary = {"review": ["Read", 5], "story": ["Parked"], "bug": "Open", 16**5000: ["x"]}
    found = configure({"schema_version": 2, "status_vocab": vocabulary}, {})
    assert found.additions == {"review": ("Read",), "story": ("Parked",)}
    told = [warning.partition(" in ")[0] for warning in found.warnings]
    assert told == [
        "status_vocab.review",
        "status_vocab.bug",
        "status_vocab.(a key that is not text)",
    ]


def test_lone_surrogates_can_be_stored() -> None:
    half = "\ud800"
    found = configure({"profile": half, "status_vocab": {half: [half]}}, {})
    assert (found.profile, found.additions) == ("?", {"?": ("?",)})


def test_number_that_is_too_long_to_be_written_gives_the_default() -> None:
    huge = 16**5000
    found = configure({"schema_version": huge, "conformance": {"adopt_after": huge}}, {})
    assert (found.schema_version, found.adopt_after) == (2, None)
    assert len(found.warnings) == 2
