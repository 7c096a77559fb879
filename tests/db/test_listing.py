"""Documents in lists."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.documents import row, stored

from sdlc_lens.db.database import Database
from sdlc_lens.queries.documents.listing import SORTABLE, Selection, list_documents
from sdlc_lens.queries.projects import Project

pytestmark = pytest.mark.anyio

ROWS = [
    row(
        0,
        f"{number}.md",
        type=("story", "epic", "bug")[number % 3],
        doc_id=("same", f"{number:04}")[number % 2],
        title=("tide", "Tide table", "Ünder way")[number % 3],
        status=(None, "Done", "Open", "Draft")[number % 4],
        owner=(None, "Ada")[number % 2],
        priority=(None, "P1", "P2")[number // 7 % 3],
        epic=(None, "EP0001")[number // 2 % 2],
        story_points=(None, 1.0, 5.0)[number // 5 % 3],
        updated_at=f"2026-01-0{number % 4 + 1}T00:00:00.000Z",
    )
    for number in range(41)
]


@pytest.fixture
async def many(database: Database) -> Project:
    return await stored(database, *ROWS)


async def paths(
    database: Database, project: Project, selection: Selection, size: int = 100
) -> list[str]:
    """What all pages hold, one after the other."""
    async with database.read() as session:
        total, found = await session.run(list_documents, project.id, selection, 0, size)
        for offset in range(size, total + 1, size):
            again, more = await session.run(list_documents, project.id, selection, offset, size)
            assert again == total
            found += more
        return [item.path for item in found]


async def test_filters(database: Database) -> None:
    project = await stored(
        database,
        row(0, "a.md", type="epic", status="Done", owner="Ada"),
        row(0, "b.md", type="story", status="Done", owner="Bo", epic="EP0001"),
        row(0, "c.md", type="story", status=None, epic="EP0002", priority="P1"),
        row(0, "d.md", type="bug", status="Open", priority="P2"),
    )

    async def select(**filters: list[str]) -> str:
        selection = Selection(**filters, sort="doc_id", descending=False)
        return "".join(path[0] for path in await paths(database, project, selection))

    assert await select() == "abcd"
    assert await select(types=["story"]) == "bc"
    assert await select(types=["story", "bug"]) == "bcd"
    assert await select(statuses=["Done"]) == "ab"
    assert await select(statuses=["none"]) == "c"
    assert await select(statuses=["none", "Open"]) == "cd"
    assert await select(types=["story"], statuses=["Done"]) == "b"
    assert await select(types=["saga"]) == ""
    assert await select(owners=["Ada", "none"]) == "acd"
    assert await select(epics=["EP0001", "EP0002"]) == "bc"
    assert await select(priorities=["P1"]) == "c"
    assert await select(priorities=["none"], epics=["none"]) == "a"


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["tide"], "ab"),
        (["TIDE"], "ab"),
        (["table tide"], "b"),
        (["US0001"], "a"),
        (["us0001 tide"], "a"),
        (["us0001 wave"], ""),
        (["wave", "us0001"], "ac"),
        (["ÜNDER"], "c"),
        (["e%"], ""),
        (["\0"], ""),
        (["under"], "c"),
        (["us-0001"], "a"),
        (["[[US-0001]] tide"], "a"),
        (["us-0009"], ""),
    ],
)
async def test_text(texts: list[str], found: str, database: Database) -> None:
    project = await stored(
        database,
        row(0, "a.md", doc_id="US0001-gauge", ref="US0001", title="The tide"),
        row(0, "b.md", doc_id="US0002-table", title="Tide's table"),
        row(0, "c.md", doc_id="US0003-wave", title="ünder the wave"),
    )
    selection = Selection(texts=texts, sort="doc_id", descending=False)
    assert await paths(database, project, selection) == [f"{letter}.md" for letter in found]


def values(name: str) -> st.SearchStrategy[list[str]]:
    found = sorted({str(row[name] or "none") for row in ROWS})
    return st.lists(st.sampled_from(found), max_size=2)


SELECTIONS = st.builds(
    Selection,
    types=values("type"),
    statuses=values("status"),
    owners=values("owner"),
    epics=values("epic"),
    priorities=values("priority"),
    texts=st.lists(st.sampled_from(["TIDE", "same", "ünder", "table"]), max_size=2),
    sort=st.sampled_from(sorted(SORTABLE)),
    descending=st.booleans(),
)


def wanted(selection: Selection) -> list[dict[str, object]]:
    """The rows of a selection, found in the plainest way."""
    chosen = []
    for found in ROWS:
        filters = {
            "type": selection.types,
            "status": selection.statuses,
            "owner": selection.owners,
            "epic": selection.epics,
            "priority": selection.priorities,
        }
        text = f"{found['doc_id']} {found['title']}".casefold()
        if all(
            not allowed or str(found[name] or "none") in allowed
            for name, allowed in filters.items()
        ) and (not selection.texts or any(word.casefold() in text for word in selection.texts)):
            chosen.append(found)

    def key(found: dict[str, object]) -> tuple[bool, object, object]:
        value = found[selection.sort]
        if selection.sort == "title":
            value = str(value).lower()
        return (value is not None, value or 0, found["path"])

    return sorted(chosen, key=key, reverse=selection.descending)


@settings(max_examples=60)
@given(selection=SELECTIONS, size=st.integers(1, 50))
async def test_pages_cover_every_row_once_in_order(
    selection: Selection, size: int, database: Database, many: Project
) -> None:
    expected = [row["path"] for row in wanted(selection)]
    assert await paths(database, many, selection, size) == expected


async def test_documents_of_other_projects_stay_out(database: Database) -> None:
    one = await stored(database, row(0, "a.md"), slug="one")
    await stored(database, row(0, "a.md"), row(0, "b.md"), slug="two")
    assert await paths(database, one, Selection()) == ["a.md"]
