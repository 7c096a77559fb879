"""The container needs no writable root file system, no capability, no new privilege."""

from pathlib import Path

from engine import docker
from engine.container import Containers
from engine.lens import documents, register, synced

HARDENED = ("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--tmpfs=/tmp")


def test_full_use_when_hardened(containers: Containers, workspace: Path) -> None:
    options = (
        *HARDENED,
        f"--volume={containers.volume()}:/data/db",
        f"--volume={workspace}:/data/projects:ro",
    )
    lens = containers.serve(*options)
    slug = register(lens, "Hardened", "/data/projects")
    assert synced(lens, slug)["sync_status"] == "synced"
    assert [entry["doc_id"] for entry in documents(lens, slug)] == [
        "EP0001-harbour",
        "US0001-berth",
    ]
    assert lens.execute("python", "-m", "sdlc_lens", "healthcheck").returncode == 0
    assert lens.stop().code == 0
    assert len(documents(containers.serve(*options), slug)) == 2


def test_nothing_of_the_working_directory_is_run(containers: Containers, workspace: Path) -> None:
    (workspace / "argparse.py").write_text("print('run as code'); raise SystemExit(7)")
    options = (f"--volume={workspace}:/workspace:ro", "--workdir=/workspace")
    ended = containers.run(*options, command=("check", "."))
    assert ended.returncode == 1
    assert "gate failed" in ended.stdout
    assert "run as code" not in ended.stdout


def test_database_is_the_same_from_every_folder(containers: Containers) -> None:
    show = "from sdlc_lens.settings import load_settings; print(load_settings().database_path)"
    ended = containers.run("--workdir=/tmp", command=("python", "-c", show))
    assert ended.stdout == "/data/db/sdlc_lens.db\n"


def test_nothing_is_written_but_database_and_temporary_files(
    containers: Containers, workspace: Path
) -> None:
    lens = containers.serve(f"--volume={workspace}:/data/projects:ro")
    synced(lens, register(lens, "Watched", "/data/projects"))
    changed = [line.split(maxsplit=1)[1] for line in docker("diff", lens.name).splitlines()]
    allowed = ("/data/db/", "/tmp/")
    assert "/data/db/sdlc_lens.db" in changed
    strays = [path for path in changed if not f"{path}/".startswith(allowed) and path != "/data"]
    assert strays == []
