"""THE table of rules, most severe first: id, severity, category, check, fix."""

from sdlc_lens.domain.checks.finding import Category, Rule, Severity
from sdlc_lens.domain.checks.rules import completeness, consistency, integrity, quality

STALE_DOCUMENT = Rule(
    "STALE_DOCUMENT",
    Severity.LOW,
    Category.INTEGRITY,
    integrity.open_work_is_fresh,
    "Sync the project, or let it sync by itself with `auto_sync`.",
)
"""The one rule that also asks how long ago the workspace was read."""

RULES = (
    Rule(
        "MISSING_PRD",
        Severity.CRITICAL,
        Category.COMPLETENESS,
        completeness.has_prd,
        "Write prd.md in the root of the workspace: what the product is for, and for whom.",
    ),
    Rule(
        "DUPLICATE_DOC_ID",
        Severity.CRITICAL,
        Category.INTEGRITY,
        integrity.stem_is_unique,
        "Rename all but one of the files, and give each an id of its own.",
    ),
    Rule(
        "MISSING_TRD",
        Severity.HIGH,
        Category.COMPLETENESS,
        completeness.has_trd,
        "Write trd.md in the root of the workspace: how the product is built, and why so.",
    ),
    Rule(
        "EPIC_NO_STORIES",
        Severity.HIGH,
        Category.COMPLETENESS,
        completeness.epic_has_stories,
        "Split the epic into stories, each with the epic's id in its field `Epic`, or drop it.",
    ),
    Rule(
        "STORY_NO_EPIC",
        Severity.HIGH,
        Category.CONSISTENCY,
        consistency.story_has_epic,
        "Add the field `Epic` with the id of the epic that the story is a part of.",
    ),
    Rule(
        "MISSING_STATUS",
        Severity.HIGH,
        Category.QUALITY,
        quality.artefact_has_status,
        "Add the field `Status` right under the title, as in `> **Status:** Draft`.",
    ),
    Rule(
        "EMPTY_CONTENT",
        Severity.HIGH,
        Category.INTEGRITY,
        integrity.document_has_content,
        f"Write at least {integrity.LEAST_CHARACTERS} characters below the header, or delete it.",
    ),
    Rule(
        "MISSING_PLAN",
        Severity.MEDIUM,
        Category.COMPLETENESS,
        completeness.open_story_has_plan,
        "Write a plan with the story's id in its field `Story`.",
    ),
    Rule(
        "MISSING_TEST_SPEC",
        Severity.MEDIUM,
        Category.COMPLETENESS,
        completeness.open_story_has_test_spec,
        "Write a test specification with the story's id in its field `Story`, or one for the epic.",
    ),
    Rule(
        "PLAN_NO_STORY",
        Severity.MEDIUM,
        Category.CONSISTENCY,
        consistency.plan_has_story,
        "Add the field `Story` with the id of the story that the plan is for.",
    ),
    Rule(
        "TEST_SPEC_NO_STORY",
        Severity.MEDIUM,
        Category.CONSISTENCY,
        consistency.test_spec_has_story,
        "Add the field `Story`, or `Epic`, with the id of what the test specification covers.",
    ),
    Rule(
        "ORPHAN_REFERENCE",
        Severity.MEDIUM,
        Category.CONSISTENCY,
        consistency.reference_is_answered,
        "Correct the id, or name the old id in the field `Aliases` of the document that took over.",
    ),
    Rule(
        "MISSING_OWNER",
        Severity.MEDIUM,
        Category.QUALITY,
        quality.work_has_owner,
        "Add the field `Owner` with the person responsible for it.",
    ),
    Rule(
        "DONE_UNVERIFIED",
        Severity.MEDIUM,
        Category.QUALITY,
        quality.delivered_story_is_proven,
        "Verify its criteria, and write the result below each: `- **Verified:** yes (2026-01-31)`.",
    ),
    Rule(
        "AMBIGUOUS_ID",
        Severity.MEDIUM,
        Category.INTEGRITY,
        integrity.ref_is_unique,
        "Give all but one of the documents a new id, and correct the references to them.",
    ),
    Rule(
        "STATUS_MISMATCH",
        Severity.LOW,
        Category.CONSISTENCY,
        consistency.ended_epic_has_ended_stories,
        "End the stories that are left, move them to another epic, or open the epic again.",
    ),
    Rule(
        "STALE_ARTEFACT_STATUS",
        Severity.LOW,
        Category.CONSISTENCY,
        consistency.ended_story_has_ended_artefacts,
        "Set its status to Complete, or to Superseded if the story went another way.",
    ),
    Rule(
        "UNTRIAGED_INBOX",
        Severity.LOW,
        Category.CONSISTENCY,
        consistency.inbox_is_empty,
        "Decide on it, and give it the first status of its type, or end it.",
    ),
    Rule(
        "MISSING_PRIORITY",
        Severity.LOW,
        Category.QUALITY,
        quality.open_story_has_priority,
        "Add the field `Priority`.",
    ),
    Rule(
        "MISSING_STORY_POINTS",
        Severity.LOW,
        Category.QUALITY,
        quality.open_story_has_points,
        "Add the field `Story Points` with a number.",
    ),
    STALE_DOCUMENT,
)
RULES_VERSION = 3
"""Raise it with every change of what the rules find: stored reports are then made again."""
