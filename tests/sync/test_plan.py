"""The plan of a sync."""

from collections.abc import Mapping

import pytest

from sdlc_lens.errors import HeldBack
from sdlc_lens.queries.ingest import Stored
from sdlc_lens.sync.plan import Plan, make_plan, require_most_to_stay

TWENTY = {f"{number}.md": f"blob {number}" for number in range(20)}


def known(blobs: Mapping[str, str], parsed_by: str = "1") -> dict[str, Stored]:
    """These documents as they are stored."""
    return {
        path: Stored(number, blob, parsed_by) for number, (path, blob) in enumerate(blobs.items())
    }


def plan(stored: Mapping[str, str], blobs: Mapping[str, str], *unreadable: str) -> Plan:
    return make_plan(known(stored), blobs, dict.fromkeys(unreadable, "no permission"), "1")


def guarded(stored: Mapping[str, str], blobs: Mapping[str, str], *unreadable: str) -> None:
    require_most_to_stay(known(stored), blobs, plan(stored, blobs, *unreadable))


def test_nothing_changed() -> None:
    assert plan({"a.md": "1", "b.md": "2"}, {"a.md": "1", "b.md": "2"}) == Plan(
        keep=(
            "a.md",
            "b.md",
        )
    )


def test_added_changed_kept_removed() -> None:
    stored = {"a.md": "1", "b.md": "2", "c.md": "3"}
    assert plan(stored, {"a.md": "new", "b.md": "2", "d.md": "4"}) == Plan(
        add=("d.md",), change=("a.md",), keep=("b.md",), remove=("c.md",)
    )


def test_another_parser_parses_again_what_is_kept() -> None:
    stored = known({"a.md": "1", "b.md": "2", "c.md": "3"}) | known({"d.md": "4"}, "2")
    blobs = {"a.md": "1", "b.md": "new", "d.md": "4"}
    assert make_plan(stored, blobs, {"c.md": "no permission"}, "2") == Plan(
        change=("b.md",),
        keep=(
            "a.md",
            "c.md",
            "d.md",
        ),
        parse_again=(
            "a.md",
            "c.md",
        ),
    )


def test_moved_file_is_another_document() -> None:
    moved = {"archive/a.md": "1"}
    assert plan({"a.md": "1"}, moved) == Plan(add=("archive/a.md",), remove=("a.md",))


def test_unreadable_is_not_absent() -> None:
    stored = dict.fromkeys(["a.md", "shut/b.md", "shut/deep/c.md", "shutter.md", "b.md"], "1")
    assert plan(stored, {"b.md": "1"}, "a.md", "shut") == Plan(
        keep=("a.md", "b.md", "shut/b.md", "shut/deep/c.md"), remove=("shutter.md",)
    )


def test_root_that_cannot_be_listed_removes_nothing() -> None:
    assert plan({"a.md": "1"}, {}, ".") == Plan(keep=("a.md",))


def test_empty_folder_is_suspected_of_a_missing_mount() -> None:
    with pytest.raises(HeldBack, match="1 of 1 stored documents are gone") as raised:
        guarded({"a.md": "1"}, {})
    assert raised.value.paths == ["a.md"]
    guarded({}, {})
    guarded({"a.md": "1"}, {}, ".")


def test_removal_of_all_is_held_back_despite_new_documents() -> None:
    eight = dict(list(TWENTY.items())[:8])
    with pytest.raises(HeldBack, match="8 of 8 stored documents are gone"):
        guarded(eight, {"new.md": "another"})
    guarded(eight, {"0.md": "changed"})
    guarded(eight, {}, "0.md")


@pytest.mark.parametrize(("left", "held_back"), [(0, True), (2, True), (9, True), (10, False)])
def test_removal_of_most_is_held_back(left: int, held_back: bool) -> None:
    blobs = {"new.md": "another"} | dict(list(TWENTY.items())[:left])
    if held_back:
        with pytest.raises(HeldBack, match=f"{20 - left} of 20 .*confirm=true") as raised:
            guarded(TWENTY, blobs)
        assert raised.value.paths == sorted(list(TWENTY)[left:])
    else:
        guarded(TWENTY, blobs)


def test_moved_documents_do_not_count_as_removed() -> None:
    moved = {f"archive/{path}": blob for path, blob in TWENTY.items()}
    assert len(plan(TWENTY, moved).remove) == 20
    guarded(TWENTY, moved)


def test_most_of_a_few_documents_may_be_removed() -> None:
    guarded(dict(list(TWENTY.items())[:9]), {"0.md": "blob 0"})
