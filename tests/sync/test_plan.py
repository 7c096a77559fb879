"""What a sync has to do."""

import pytest

from sdlc_lens.errors import HeldBack
from sdlc_lens.queries.ingest import Stored
from sdlc_lens.sources.snapshot import Entry, Snapshot
from sdlc_lens.sync.plan import Plan, make_plan, reread_plan


def entry(path: str) -> Entry:
    return Entry(path, path.encode)


def known(number: int, entry: Entry, parsed_by: str = "1", **values: str) -> Stored:
    return Stored(number, values.get("path", entry.path), str(entry.blob_id), parsed_by)


A, B, C = map(entry, ("a.md", "b.md", "c.md"))
TWENTY = tuple(entry(f"{number}.md") for number in range(20))
STORED = tuple(known(number, found) for number, found in enumerate(TWENTY))


def test_nothing_changed() -> None:
    assert make_plan([known(1, A), known(2, B)], Snapshot((A, B)), "1") == Plan(kept=2)
    unchanged = Snapshot((), frozenset({"a.md", "b.md"}))
    assert make_plan([known(1, A), known(2, B)], unchanged, "1") == Plan(kept=2)


def test_added_changed_removed() -> None:
    changed = Entry("a.md", b"new".lower)
    plan = make_plan([known(1, A), known(2, B)], Snapshot((changed, C)), "1")
    assert plan == Plan((C,), ((1, changed),), (), (2,))


def test_new_parser_reads_again_what_is_stored() -> None:
    older, current = known(1, A), known(2, B, parsed_by="2")
    expected = Plan(outdated=(older,), kept=1)
    assert make_plan([older, current], Snapshot((A, B)), "2") == expected
    assert make_plan([older, current], Snapshot((), frozenset({"a.md", "b.md"})), "2") == expected
    assert reread_plan([older, current], "2") == expected


def test_moved_file_is_another_document() -> None:
    moved = Entry("archive/a.md", A.read)
    assert make_plan([known(1, A)], Snapshot((moved,)), "1") == Plan((moved,), removed=(1,))


def test_unreadable_is_not_absent() -> None:
    stored = [
        known(1, A),
        known(2, B, path="shut/b.md"),
        known(3, C, path="shut/deep/c.md"),
        known(4, C, path="shutter.md"),
        known(5, B),
    ]
    unreadable = {"a.md": "no permission", "shut": "no permission"}
    assert make_plan(stored, Snapshot((B,), unreadable=unreadable), "1") == Plan(
        (), (), (), (4,), 4
    )


def test_unreadable_document_waits_for_a_newer_parser_too() -> None:
    snapshot = Snapshot((), unreadable={"a.md": "no permission"})
    assert make_plan([known(1, A)], snapshot, "2") == Plan(outdated=(known(1, A),))


def test_root_that_cannot_be_listed_removes_nothing() -> None:
    snapshot = Snapshot((), unreadable={".": "no permission"})
    assert make_plan([known(1, A)], snapshot, "1") == Plan(kept=1)


def test_empty_folder_is_suspected_of_a_missing_mount() -> None:
    with pytest.raises(HeldBack, match="1 of 1 stored documents are gone"):
        make_plan([known(1, A)], Snapshot(()), "1")
    assert make_plan([known(1, A)], Snapshot(()), "1", confirmed=True) == Plan(removed=(1,))
    assert make_plan([], Snapshot(()), "1") == Plan()


@pytest.mark.parametrize(("left", "held_back"), [(0, True), (2, True), (9, True), (10, False)])
def test_loss_of_most_is_held_back(left: int, held_back: bool) -> None:
    snapshot = Snapshot((entry("new.md"),), frozenset(found.path for found in TWENTY[:left]))
    confirmed = make_plan(STORED, snapshot, "1", confirmed=True)
    assert len(confirmed.removed) == 20 - left
    if held_back:
        with pytest.raises(HeldBack, match=f"{20 - left} of 20 .*confirm=true"):
            make_plan(STORED, snapshot, "1")
    else:
        assert make_plan(STORED, snapshot, "1") == confirmed


def test_what_has_moved_is_not_lost() -> None:
    moved = tuple(Entry(f"archive/{old.path}", old.read) for old in TWENTY)
    assert len(make_plan(STORED, Snapshot(moved), "1").removed) == 20


def test_a_few_documents_may_go() -> None:
    assert make_plan([known(1, A), known(2, B)], Snapshot((C,)), "1").removed == (1, 2)
