"""How often a sync reads each file."""

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from support.syncing import Harbour

from sdlc_lens.sources import folder

pytestmark = pytest.mark.anyio

FIRST = "stories/US0001-berth.md"


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """How often each document was opened."""
    opened: Counter[str] = Counter()
    real = os.open

    def count(path: Any, *arguments: Any, **options: Any) -> int:
        if str(path).endswith(".md"):
            opened[os.path.basename(path)] += 1  # noqa: PTH119 - a name in an open folder
        return real(path, *arguments, **options)

    monkeypatch.setattr(os, "open", count)
    yield opened
    monkeypatch.undo()


async def test_each_file_is_read_once(harbour: Harbour, reads: Counter[str]) -> None:
    assert (await harbour.sync()).added == 12
    assert (len(reads), set(reads.values())) == (12, {1})
    (harbour.workspace / FIRST).write_text("# Changed")
    assert (await harbour.sync()).changed == 1
    assert set(reads.values()) == {2}


async def test_changed_files_that_are_not_kept_are_read_twice(
    harbour: Harbour, reads: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "MOST_KEPT_BYTES", 0)
    await harbour.sync()
    assert set(reads.values()) == {2}
    reads.clear()
    (harbour.workspace / FIRST).write_text("# Changed")
    assert (await harbour.sync()).changed == 1
    assert reads.pop("US0001-berth.md") == 2
    assert set(reads.values()) == {1}
