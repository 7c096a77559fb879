"""Which users the container runs as, and what it says where one of them may not write or read."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from engine import Completed
from engine.container import Container, Containers
from engine.lens import register, slugs, synced, write_workspace

FOREIGN = (4321, 4321)
OURS = (10001, 0)
Give = Callable[[Path, tuple[int, int], int], None]


@pytest.fixture
def give(containers: Containers, tmp_path: Path) -> Iterator[Give]:
    """Gives a file or folder on this machine to any user; taken back in the end."""
    mount = f"--volume={tmp_path}:/machine"

    def change(path: Path, owner: tuple[int, int], mode: int) -> None:
        place = f"/machine/{path.relative_to(tmp_path)}"
        script = f"import os; os.chown('{place}', *{owner}); os.chmod('{place}', {mode})"
        containers.python(script, mount)

    yield change
    mine = f"{os.getuid()}:{os.getgid()}"
    containers.run("--user=0:0", mount, command=("chown", "-R", mine, "/machine"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for the database on this machine."""
    (tmp_path / "database").mkdir()
    return tmp_path / "database"


def assert_works(lens: Container, name: str) -> None:
    """Assert that the database takes a project and its documents."""
    assert synced(lens, register(lens, name, "/data/projects"))["sync_status"] == "synced"


def refusal(ended: Completed) -> str:
    """The one line on standard error of a start that lacked a permission."""
    assert ended.returncode == 77, ended
    assert "Starting Uvicorn" not in ended.stdout
    (line,) = ended.stderr.splitlines()
    return line


def commands(line: str) -> list[str]:
    """The commands and options that a line names."""
    return re.findall(r"`([^`]+)`", line)


def follow(containers: Containers, command: str, mount: str) -> None:
    """Run a command that a line named, as the administrator would."""
    ended = containers.run("--user=0:0", mount, command=("sh", "-c", command))
    assert ended.returncode == 0, ended.stderr


def test_any_user_of_group_0_on_a_volume_that_others_wrote(
    containers: Containers, workspace: Path
) -> None:
    options = (containers.volume(), f"--volume={workspace}:/data/projects:ro")
    for user in ("10001:0", "12345:0", "10001:0"):
        lens = containers.serve(f"--user={user}", *options)
        assert_works(lens, f"As {user} {len(slugs(lens))}")
        lens.kill()
    assert len(slugs(containers.serve(*options))) == 3


@pytest.mark.parametrize(
    ("owner", "mode", "command"),
    [
        ((0, 0), 0o755, "chown -R 10001:0 /data/db"),
        (FOREIGN, 0o755, "--user 4321:4321"),
        (OURS, 0o555, "chmod -R u+rwX /data/db"),
    ],
    ids=["the engine's", "another user's", "our own, write-protected"],
)
def test_unwritable_folder_is_one_line_with_a_command_that_helps(
    containers: Containers,
    folder: Path,
    give: Give,
    owner: tuple[int, int],
    mode: int,
    command: str,
) -> None:
    give(folder, owner, mode)
    mount = f"--volume={folder}:/data/db"
    line = refusal(containers.run(mount))
    for fact in ("/data/db", "{}:{}".format(*owner), f"{mode:04o}", "10001:0"):
        assert fact in line
    assert command in commands(line)
    if command.startswith("--"):
        containers.serve(*command.split(), mount)
    else:
        follow(containers, command, mount)
        containers.serve(mount)


def test_unreadable_workspace_is_one_line_with_a_command_that_helps(
    containers: Containers, tmp_path: Path, give: Give
) -> None:
    private = write_workspace(tmp_path / "private")
    give(private, FOREIGN, 0o700)
    mount = f"--volume={private}:/data/projects/private"
    lens = containers.serve(mount)
    slug = register(lens, "Private", "/data/projects/private")
    project = synced(lens, slug)
    assert project["sync_status"] == "error"
    for fact in ("/data/projects/private", "4321:4321", "0700", "10001:0"):
        assert fact in project["sync_error"]
    assert project["sync_error"] in lens.logs()
    follow(containers, commands(project["sync_error"])[0], mount)
    assert synced(lens, slug)["document_count"] == 2
