"""Which files are documents, and their types by path."""

import pytest

from sdlc_lens.domain.documents.kinds import KINDS, SINGLETONS, Kind
from sdlc_lens.domain.documents.layout import Identity, identify, is_document, is_skipped_folder


@pytest.mark.parametrize("name", ["a.md", "A.MD", "b.Md", "README.md", "index.md", "_indexes.md"])
def test_documents(name: str) -> None:
    assert is_document(name)


@pytest.mark.parametrize("name", ["_index.md", "a.txt", "md", "a.md.bak", "a.markdown", ""])
def test_other_files(name: str) -> None:
    assert not is_document(name)


@pytest.mark.parametrize(
    ("name", "skipped"),
    [
        (".local", True),
        (".git", True),
        ("node_modules", True),
        ("__pycache__", True),
        ("dist", True),
        ("build", True),
        (".venv", True),
        ("archive", False),
        ("builds", False),
        ("Dist", False),
    ],
)
def test_skipped_folders(name: str, skipped: bool) -> None:
    assert is_skipped_folder(name) is skipped


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_has_its_folder(kind: Kind) -> None:
    name = f"{kind.prefix}0001-x" if kind.prefix else "anything"
    ref = f"{kind.prefix}0001" if kind.prefix else None
    assert identify(f"{kind.folder}/{name}.md") == Identity(kind.name, name, ref)
    assert identify(f"{kind.folder}/archive/2025/{name}.md").type == kind.name


@pytest.mark.parametrize("stem", sorted(SINGLETONS))
def test_singletons_in_any_case(stem: str) -> None:
    assert identify(f"{stem.upper()}.md") == Identity(stem, stem, None)
    assert identify(f"docs/{stem}.md") == Identity(stem, stem, None)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("stories/README.md", "other"),
        ("epics/archive/v1.0.md", "other"),
        ("stories/EP0001-wrong-folder.md", "other"),
        ("stories/prd.md", "other"),
        ("change-requests/cr0044.md", "cr"),
        ("stories/plans/US0001-x.md", "other"),
        ("stories/plans/PL0001-x.md", "plan"),
        ("decisions/rfc0009-ws4.md", "decision"),
        ("personas/seats/ines.md", "persona"),
        ("personas.md", "personas"),
        ("retros/sprint-4.md", "retro"),
        ("reviews/verdicts.md", "review"),
        ("handoffs/monday.md", "handoff"),
        ("US0001-at-the-root.md", "story"),
        ("notes/BG-01JQK3F8-x.md", "bug"),
        ("notes/anything.md", "other"),
        ("epic/EP0001-x.md", "epic"),
        ("Epics/US0001-x.md", "story"),
        ("reports/coverage.md", "report"),
        ("reports/RPT0001-coverage.md", "report"),
        ("reviews/RV-2026-08-22.md", "review"),
        ("RV-2026-08-22.md", "other"),
        ("decisions/index.md", "other"),
        ("decisions/README.md", "other"),
        ("personas/Index.MD", "other"),
        ("reports/readme.md", "other"),
        ("code-plans/US0046-x.md", "plan"),
        ("code-plans/archive/anything.md", "plan"),
        ("code-plans/index.md", "other"),
        ("testing/specs/TSP0048-x.md", "test-spec"),
        ("testing/specs/archive/TSP0048-x.md", "test-spec"),
        ("specs/TSP0048-x.md", "other"),
        ("testing/TSP0048-x.md", "other"),
    ],
)
def test_type_by_path(path: str, expected: str) -> None:
    assert identify(path).type == expected


def test_ref_needs_an_id_of_the_documents_own_type() -> None:
    assert identify("stories/US0001-x.md").ref == "US0001"
    assert identify("notes/plain.md").ref is None
    for path in (
        "decisions/US-01M0GMC1.md",
        "decisions/rfc0009-ws4.md",
        "stories/EP0001-wrong-folder.md",
        "handoffs/US0001-x.md",
        "reviews/RV-2026-08-22.md",
        "code-plans/US0046-x.md",
    ):
        assert identify(path).ref is None
