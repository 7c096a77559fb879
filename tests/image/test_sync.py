"""`sync` beside the running service, and what /metrics then tells."""

from pathlib import Path

from engine.container import Containers
from engine.lens import project, register

SYNC = ("python", "-m", "sdlc_lens", "sync")


def test_sync_beside_the_service(containers: Containers, workspace: Path) -> None:
    lens = containers.serve(f"--volume={workspace}:/data/projects/harbour:ro")
    slug = register(lens, "Harbour", "/data/projects/harbour")
    register(lens, "Tide", "/data/projects/harbour")
    one = lens.execute(*SYNC, slug)
    assert (one.returncode, one.stderr) == (0, "")
    assert one.stdout.startswith("harbour: synced: 2 added")
    both = lens.execute(*SYNC, "--all")
    assert both.returncode == 0
    assert [line.partition(",")[0] for line in both.stdout.splitlines()] == [
        "harbour: synced: 0 added",
        "tide: synced: 2 added",
    ]
    assert project(lens, slug)["document_count"] == 2
    figures = lens.ask("GET", "/metrics")
    assert figures.status == 200
    for sample in (
        'sdlc_lens_syncs_total{outcome="synced",project="harbour"} 2.0',
        'sdlc_lens_documents{project="tide",type="story"} 1.0',
    ):
        assert sample in figures.text.splitlines()


def test_sync_of_a_folder_that_is_gone(containers: Containers, workspace: Path) -> None:
    lens = containers.serve(f"--volume={workspace}:/data/projects/harbour:ro")
    slug = register(lens, "Harbour", "/data/projects/harbour/stories")
    (workspace / "stories/US0001-berth.md").unlink()
    (workspace / "stories").rmdir()
    ended = lens.execute(*SYNC, slug)
    assert ended.returncode == 1
    assert ended.stdout.startswith("harbour: error: there is no folder")
