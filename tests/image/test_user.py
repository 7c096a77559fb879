"""Which users the container runs as, and what it says where one of them may not write or read."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from engine import docker
from engine.container import Containers
from engine.lens import register, slugs, synced, write_workspace

Give = Callable[[Path, str, str], None]


@pytest.fixture
def give(containers: Containers, tmp_path: Path) -> Iterator[Give]:
    """Gives a file or folder on this machine to any user; taken back in the end."""
    mount = f"--volume={tmp_path}:/machine"

    def change(path: Path, owner: str, mode: str) -> None:
        place = f"/machine/{path.relative_to(tmp_path)}"
        script = f"chown {owner} {place}; chmod {mode} {place}"
        containers.as_root("sh", "-ec", script, options=(mount,))

    yield change
    mine = f"{os.getuid()}:{os.getgid()}"
    containers.as_root("chown", "-R", mine, "/machine", options=(mount,))


def test_any_user_of_group_0_on_a_volume_that_others_wrote(
    containers: Containers, workspace: Path
) -> None:
    options = (containers.volume(), f"--volume={workspace}:/data/projects:ro")
    for user in ("10001:0", "12345:0", "10001:0"):
        lens = containers.serve(f"--user={user}", *options)
        slug = register(lens, f"As {user} {len(slugs(lens))}", "/data/projects")
        assert synced(lens, slug)["sync_status"] == "synced"
        docker("kill", lens.name)
        assert lens.until_ended() == 137
    assert len(slugs(containers.serve(*options))) == 3


@pytest.mark.parametrize(
    ("owner", "mode", "command"),
    [
        ("0:0", "0755", "install -d -o 10001 -g 0 db"),
        ("4321:4321", "0755", "--user 4321:0"),
        ("10001:0", "0555", "chmod -R u+rwX /data/db"),
    ],
    ids=["the engine's", "another user's", "our own, write-protected"],
)
def test_unwritable_folder_is_one_line_with_a_command_that_helps(
    containers: Containers, tmp_path: Path, give: Give, owner: str, mode: str, command: str
) -> None:
    (folder := tmp_path / "database").mkdir()
    give(folder, owner, mode)
    mount = f"--volume={folder}:/data/db"
    ended = containers.run(mount)
    assert ended.returncode == 77, ended
    assert "Starting Uvicorn" not in ended.stdout
    (line,) = ended.stderr.splitlines()
    assert [fact for fact in ("/data/db", owner, mode, "10001:0") if fact not in line] == []
    assert f"`{command}`" in line
    if command.startswith("--"):
        containers.serve(*command.split(), mount)
    elif command.startswith("install"):
        options = (f"--volume={tmp_path}:/new", "--workdir=/new")
        containers.as_root(*command.split(), options=options)
        containers.serve(f"--volume={tmp_path}/db:/data/db")
    else:
        containers.as_root("sh", "-c", command, options=(mount,))
        containers.serve(mount)


def test_unreadable_workspace_is_one_line_with_a_command_that_helps(
    containers: Containers, tmp_path: Path, give: Give
) -> None:
    private = write_workspace(tmp_path / "private")
    give(private, "4321:4321", "0700")
    mount = f"--volume={private}:/data/projects/private"
    lens = containers.serve(mount)
    slug = register(lens, "Private", "/data/projects/private")
    project = synced(lens, slug)
    assert project["sync_status"] == "error"
    error = project["sync_error"]
    facts = ("/data/projects/private", "4321:4321", "0700", "10001:0")
    assert [fact for fact in facts if fact not in error] == []
    assert error in lens.logs()
    user = error.split("`")[1]
    assert user == "--user 4321:0"
    own = containers.serve(*user.split(), mount)
    slug = register(own, "Private", "/data/projects/private")
    assert synced(own, slug)["document_count"] == 2
