"""The relations of one document."""

import sqlite3

import pytest
from support.linked import linked

from sdlc_lens.db.database import Database
from sdlc_lens.queries.references import Named, Related, get_related

pytestmark = pytest.mark.anyio

EPIC = "epics/EP0001-harbour.md"
STORY = "stories/US0001-gauge.md"
PLAN = "plans/PL0001-ask.md"


def head(**fields: str) -> str:
    lines = (f"> **{name.replace('_', ' ')}:** {value}" for name, value in fields.items())
    return "# Title\n\n" + "\n".join(lines) + "\n\n"


async def related(database: Database, files: dict[str, str], path: str) -> Related:
    project, ids = await linked(database, files)
    async with database.read() as session:
        return await session.run(get_related, project.id, ids[path])


def names(documents: list[Named]) -> str:
    return " ".join(document.path for document in documents)


async def test_story_then_its_epic_are_parents(database: Database) -> None:
    files = {EPIC: "# E", STORY: head(Epic="EP0001"), PLAN: head(Story="US0001", Epic="EP0002")}
    files["epics/EP0002-other.md"] = "# Other"
    found = await related(database, files, PLAN)
    assert names(found.parents) == f"{STORY} {EPIC}"
    assert (found.document.path, found.document.title) == (PLAN, "Title")


async def test_epic_else_parent(database: Database) -> None:
    files = {
        EPIC: head(Parent="RFC0001"),
        "rfcs/RFC0001-tides.md": "# R",
        STORY: head(Parent="RFC0001", Epic="[EP-0001](../epics/EP0001-harbour.md)"),
    }
    found = await related(database, files, STORY)
    assert names(found.parents) == f"{EPIC} rfcs/RFC0001-tides.md"


async def test_every_story_that_is_named_is_a_parent(database: Database) -> None:
    files = {
        EPIC: "# E",
        STORY: head(Epic="EP0001"),
        "stories/US0002-b.md": head(Epic="EP0001"),
        PLAN: head(Story="US0002, US0001, US0002"),
    }
    found = await related(database, files, PLAN)
    assert names(found.parents) == f"stories/US0002-b.md {STORY} {EPIC}"


async def test_missing_story_is_no_parent_and_hides_the_epic(database: Database) -> None:
    files = {EPIC: "# E", PLAN: head(Story="US0009", Epic="EP0001")}
    found = await related(database, files, PLAN)
    assert found.parents == []
    assert [(one.relation, one.target, one.document) for one in found.relations] == [
        ("story", "US0009", None),
        ("epic", "EP0001", found.relations[1].document),
    ]
    assert found.relations[1].document


async def test_children_of_an_epic_name_no_story(database: Database) -> None:
    files = {
        EPIC: "# E",
        "stories/US0002-b.md": head(Epic="EP0001"),
        STORY: head(Epic="EP0001"),
        PLAN: head(Story="US0001", Epic="EP0001"),
        "bugs/BG0001-late.md": head(Epic="EP0001"),
        "bugs/BG0002-early.md": head(Parent="EP0001"),
        "bugs/BG0003-never.md": head(Parent="EP0001", Epic="EP0009"),
        "bugs/BG0004-text.md": "# Only mentions EP0001",
    }
    found = await related(database, files, EPIC)
    assert names(found.children) == (
        f"bugs/BG0001-late.md bugs/BG0002-early.md {STORY} stories/US0002-b.md"
    )
    assert found.parents == []


async def test_children_of_a_story(database: Database) -> None:
    files = {
        EPIC: "# E",
        STORY: head(Epic="EP0001", Aliases="US0101"),
        "test-specs/TS0001-a.md": head(Story="US-0101"),
        PLAN: head(Story="US0001", Epic="EP0001"),
    }
    found = await related(database, files, STORY)
    assert names(found.children) == f"{PLAN} test-specs/TS0001-a.md"
    assert names(found.parents) == EPIC


async def test_itself_is_left_out(database: Database) -> None:
    files = {EPIC: head(Epic="EP0001", Parent="EP0001"), STORY: head(Story="US0001", Epic="EP1")}
    files[STORY] = head(Story="US0001", Epic="EP0001")
    project, ids = await linked(database, files)
    async with database.read() as session:
        story = await session.run(get_related, project.id, ids[STORY])
        epic = await session.run(get_related, project.id, ids[EPIC])
    assert names(story.parents) == EPIC
    assert story.children == []
    assert (names(epic.children), epic.parents) == (STORY, [])


async def test_cycles_are_cut(database: Database) -> None:
    files = {
        "epics/EP0001-a.md": head(Parent="EP0002"),
        "epics/EP0002-b.md": head(Parent="EP0003"),
        "epics/EP0003-c.md": head(Parent="EP0001"),
    }
    found = await related(database, files, "epics/EP0002-b.md")
    assert names(found.parents) == "epics/EP0003-c.md epics/EP0001-a.md"
    assert names(found.children) == "epics/EP0001-a.md"


async def test_depends_on_in_declared_order_and_once(database: Database) -> None:
    files = {
        STORY: head(Depends_on="US0003, US0009, [two](US0002-b.md), US-0103, US0002"),
        "stories/US0002-b.md": "# B",
        "stories/US0003-c.md": head(Aliases="US0103"),
    }
    found = await related(database, files, STORY)
    assert names(found.depends_on) == "stories/US0003-c.md stories/US0002-b.md"
    dangling = [one.target for one in found.relations if one.document is None]
    assert dangling == ["US0009"]


async def test_dependents_by_type_then_id(database: Database) -> None:
    files = {
        STORY: head(Aliases="US0101"),
        "stories/US0003-c.md": head(Depends_on="US0001, US0101"),
        "stories/US0002-b.md": head(**{"depends-on": "US0101"}),
        PLAN: head(Depends_On="US0001"),
        "plans/PL0002-x.md": head(Story="US0001"),
    }
    found = await related(database, files, STORY)
    assert names(found.dependents) == f"{PLAN} stories/US0002-b.md stories/US0003-c.md"


async def test_document_with_the_same_id_elsewhere_has_no_relatives(database: Database) -> None:
    files = {
        STORY: "# The one that is meant",
        "notes/US0001-copy.md": "# A namesake",
        PLAN: head(Story="US0001", Depends_on="US0001"),
    }
    project, ids = await linked(database, files)
    async with database.read() as session:
        meant = await session.run(get_related, project.id, ids[STORY])
        other = await session.run(get_related, project.id, ids["notes/US0001-copy.md"])
    assert names(meant.children) == names(meant.dependents) == PLAN
    assert other.children == other.dependents == []


async def test_relations_and_mentions(database: Database) -> None:
    files = {
        "change-requests/CR0001-a.md": head(Supersedes="CR0002", Related="[[RFC-0001]], CR0009")
        + "As RFC0001 says, and CR0001, and BG0001; RFC0001 again.",
        "change-requests/CR0002-b.md": "# B",
        "rfcs/RFC0001-t.md": "# R\n\n> **Status:** Withdrawn\n",
    }
    found = await related(database, files, "change-requests/CR0001-a.md")
    assert [(one.relation, one.target, bool(one.document)) for one in found.relations] == [
        ("supersedes", "CR0002", True),
        ("related", "RFC0001", True),
        ("related", "CR0009", False),
    ]
    assert [(one.relation, one.target) for one in found.mentions] == [
        ("mention", "RFC0001"),
        ("mention", "BG0001"),
    ]
    meant = found.mentions[0].document
    assert meant
    assert (meant.doc_id, meant.type, meant.status) == ("RFC0001-t", "rfc", "Withdrawn")


async def test_other_projects_answer_no_reference(database: Database) -> None:
    await linked(database, {STORY: "# Elsewhere", PLAN: head(Story="US0002")}, "elsewhere", 100)
    files = {"stories/US0002-b.md": head(Depends_on="US0001")}
    found = await related(database, files, "stories/US0002-b.md")
    assert found.depends_on == found.children == []


async def test_more_references_than_a_statement_may_have_parameters(database: Database) -> None:
    def limit(connection: sqlite3.Connection) -> None:
        connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 100)

    stories = ", ".join(f"US{number:05}" for number in range(200))
    project, ids = await linked(database, {PLAN: head(Story=stories)})
    async with database.read() as session:
        await session.run(limit)
        found = await session.run(get_related, project.id, ids[PLAN])
    assert len(found.relations) == 200
    assert found.parents == []


REPORT = "epics/EP0001-a-report.md"


async def test_path_of_a_link_decides_among_namesakes(database: Database) -> None:
    files = {
        EPIC: "# E",
        REPORT: "# Comes first by path",
        STORY: head(
            Epic="[EP0001](../epics/EP0001-harbour.md)",
            Depends_on="[EP0001](../epics/EP0001-harbour.md)",
        ),
        "stories/US0002-b.md": head(Epic="EP0001", Depends_on="[EP0001](../epics/EP0001-gone.md)"),
    }
    project, ids = await linked(database, files)
    async with database.read() as session:
        story, other, epic, report = [
            await session.run(get_related, project.id, ids[path])
            for path in (STORY, "stories/US0002-b.md", EPIC, REPORT)
        ]
    assert names(story.parents) == names(story.depends_on) == EPIC
    assert names(other.parents) == names(other.depends_on) == REPORT
    assert names(epic.children) == names(epic.dependents) == STORY
    assert names(report.children) == names(report.dependents) == "stories/US0002-b.md"


async def test_document_is_one_relation_also_when_named_by_two_paths(database: Database) -> None:
    files = {
        EPIC: head(Aliases="EP0101"),
        STORY: head(
            Related="[EP0001](../epics/EP0001-harbour.md), [EP0001](../epics/EP0001-moved.md),"
            " EP-0101, [EP0009](../epics/EP0009-a.md), [EP0009](../epics/EP0009-b.md)"
        )
        + "Like [it](../epics/EP0001-harbour.md) and [it](../epics/EP0001-moved.md).",
    }
    found = await related(database, files, STORY)
    assert [(one.target, bool(one.document)) for one in found.relations] == [
        ("EP0001", True),
        ("EP0009", False),
    ]
    assert [(one.target, bool(one.document)) for one in found.mentions] == [("EP0001", True)]


async def test_two_documents_of_one_id_are_two_relations(database: Database) -> None:
    files = {
        EPIC: "# E",
        REPORT: "# R",
        STORY: head(
            Related="[EP0001](../epics/EP0001-harbour.md), [EP0001](../epics/EP0001-a-report.md)"
        ),
    }
    found = await related(database, files, STORY)
    assert names([one.document for one in found.relations if one.document]) == f"{EPIC} {REPORT}"


async def test_candidate_is_a_reference_only_if_some_document_has_that_id(
    database: Database,
) -> None:
    files = {
        "epics/EP-01JQK3F8-tide.md": "# T",
        STORY: head(Epic="EP01JQK3F8", Related="EP01JQK3F9") + "As EP01JQK3F8 and EP01JQK3F7 say.",
        PLAN: head(Story="US01JQK3F9", Epic="EP-01JQK3F8"),
    }
    project, ids = await linked(database, files)
    async with database.read() as session:
        found = await session.run(get_related, project.id, ids[STORY])
        plan = await session.run(get_related, project.id, ids[PLAN])
    assert names(found.parents) == names(plan.parents) == "epics/EP-01JQK3F8-tide.md"
    assert [one.target for one in found.relations] == ["EP01JQK3F8"]
    assert [one.target for one in found.mentions] == ["EP01JQK3F8"]
