"""What a sync has to do."""

import pytest

from sdlc_lens.db.documents import Stored
from sdlc_lens.errors import UnusableWorkspace
from sdlc_lens.sources.snapshot import Entry, Snapshot, blob_id
from sdlc_lens.sync.plan import Plan, make_plan

A, B, C = (Entry(f"{name}.md", name.encode(), blob_id(name.encode())) for name in "abc")


def known(number: int, entry: Entry, parsed_by: str = "1", **values: str) -> Stored:
    return Stored(number, values.get("path", entry.path), entry.blob_id, parsed_by)


def test_nothing_changed() -> None:
    assert make_plan([known(1, A), known(2, B)], Snapshot((A, B)), "1") == Plan((), (), ())


def test_added_changed_removed() -> None:
    changed = Entry("a.md", b"new", blob_id(b"new"))
    plan = make_plan([known(1, A), known(2, B)], Snapshot((changed, C)), "1")
    assert plan == Plan((C,), ((1, changed),), (2,))


def test_new_parser_touches_every_document() -> None:
    plan = make_plan([known(1, A), known(2, B, parsed_by="2")], Snapshot((A, B)), "2")
    assert plan == Plan((), ((1, A),), ())


def test_moved_file_is_another_document() -> None:
    moved = Entry("archive/a.md", A.source, A.blob_id)
    plan = make_plan([known(1, A)], Snapshot((moved,)), "1")
    assert plan == Plan((moved,), (), (1,))


def test_unreadable_is_not_absent() -> None:
    stored = [
        known(1, A),
        known(2, B, path="shut/b.md"),
        known(3, C, path="shut/deep/c.md"),
        known(4, C, path="shutter.md"),
    ]
    unreadable = {"a.md": "no permission", "shut": "no permission"}
    assert make_plan(stored, Snapshot((), unreadable), "1").removed == (4,)


def test_root_that_cannot_be_listed_removes_nothing() -> None:
    assert make_plan([known(1, A)], Snapshot((), {".": "no permission"}), "1").removed == ()


def test_empty_folder_is_suspected_of_a_missing_mount() -> None:
    with pytest.raises(UnusableWorkspace, match="1 are stored"):
        make_plan([known(1, A)], Snapshot(()), "1")
    assert make_plan([], Snapshot(()), "1") == Plan((), (), ())
