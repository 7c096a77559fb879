"""The sample workspace, mounted read-only: registered, synced, listed."""

from engine import ROOT
from engine.container import Containers
from engine.lens import documents, register, synced

SAMPLE = ROOT / "tests/sample/sdlc-studio"


def test_sample_workspace_is_read_whole(containers: Containers) -> None:
    files = [file for file in SAMPLE.rglob("*.md") if file.name != "_index.md"]
    lens = containers.serve(f"--volume={SAMPLE}:/data/projects/sample:ro")
    slug = register(lens, "Sample", "/data/projects/sample")
    project = synced(lens, slug)
    assert project["sync_status"] == "synced", project["sync_error"]
    assert project["document_count"] == len(files) > 7
    listed = documents(lens, slug)
    assert {entry["path"] for entry in listed} == {str(file.relative_to(SAMPLE)) for file in files}
    assert {"prd", "trd", "epic", "story", "plan", "test-spec", "bug"} <= {
        entry["type"] for entry in listed
    }


def test_sample_workspace_shows_titles_and_statuses(containers: Containers) -> None:
    lens = containers.serve(f"--volume={SAMPLE}:/data/projects/sample:ro")
    slug = register(lens, "Sample", "/data/projects/sample")
    synced(lens, slug)
    stories = [entry for entry in documents(lens, slug) if entry["type"] == "story"]
    for story in stories:
        first_line = (SAMPLE / story["path"]).read_text().splitlines()[0]
        assert first_line == f"# {story['title']}"
        assert story["status"]


def test_folder_outside_the_allowed_base_is_refused(containers: Containers) -> None:
    lens = containers.serve()
    body = {"name": "Outside", "source_type": "local", "sdlc_path": "/etc"}
    answer = lens.ask("POST", "/api/v1/projects", body)
    assert answer.status == 400
    assert answer.json()["error"]["code"] == "PATH_NOT_FOUND"
    assert "SDLC_LENS_ALLOWED_PROJECT_BASE" in answer.json()["error"]["message"]
