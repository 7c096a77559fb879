"""Projects with `auto_sync` follow their branches."""

import threading
import time
from base64 import b64decode
from itertools import pairwise

import pytest
from support.git_objects import Repository
from support.git_projects import FILES, GitProjects
from support.git_server import GitServer, Request, made_up

from sdlc_lens.queries.projects import change_project

pytestmark = pytest.mark.anyio

LATER = FILES | {"sdlc-studio/prd.md": "# What else for\n"}


async def outcomes(projects: GitProjects, slug: str) -> list[tuple[str, str]]:
    return [(sync.trigger, sync.outcome) for sync in await projects.syncs(slug)]


async def test_one_exchange_serves_all_projects_on_a_branch(
    git_projects: GitProjects, server: GitServer
) -> None:
    for slug in ("tide", "ebb", "flood"):
        await git_projects.add(slug)
    await git_projects.look()
    server.reset()
    await git_projects.look(seconds=120)
    assert len(server.requests) == 2
    assert await outcomes(git_projects, "ebb") == [("poll", "synced")]


async def test_each_token_has_its_own_exchange(
    git_projects: GitProjects, server: GitServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TIDE", "EBB"):
        monkeypatch.setenv(f"SDLC_LENS_GIT_TOKEN_{name}", name)
        await git_projects.add(name.lower(), f"SDLC_LENS_GIT_TOKEN_{name}")
    await git_projects.look()
    server.reset()
    await git_projects.look(seconds=120)
    sent = {request.headers["Authorization"].partition(" ")[2] for request in server.requests}
    assert {b64decode(login) for login in sent} == {b"x-access-token:TIDE", b"x-access-token:EBB"}
    assert len(server.requests) == 4


async def test_branch_that_moved_is_synced_without_asking_again(
    git_projects: GitProjects, server: GitServer, repository: Repository
) -> None:
    await git_projects.add("tide")
    await git_projects.look()
    repository.commit(LATER)
    server.reset()
    await git_projects.look(seconds=120)
    assert [sync.changed for sync in await git_projects.syncs("tide")] == [1, 0]
    assert [request.method for request in server.requests] == ["GET", *["POST"] * 5]


async def test_manual_sync_counts_as_a_check(git_projects: GitProjects, server: GitServer) -> None:
    await git_projects.add("tide")
    await git_projects.runner.sync("tide")
    server.reset()
    await git_projects.look(seconds=90)
    assert not server.requests
    await git_projects.look(seconds=30)
    assert len(server.requests) == 2


async def test_checks_of_a_server_that_fails_become_rarer(
    git_projects: GitProjects, server: GitServer, repository: Repository
) -> None:
    await git_projects.add("tide")
    server.backend = lambda _: (502, {}, b"")
    checks = []
    for minute in range(60):
        await git_projects.look(seconds=60)
        if server.requests:
            checks.append(minute)
        server.reset()
    apart = [later - earlier for earlier, later in pairwise(checks)]
    assert apart == sorted(apart)
    assert apart[-1] >= 25
    (report,) = await git_projects.syncs("tide")
    assert (report.outcome, report.code) == ("error", "UNREACHABLE"), "told once"
    server.backend = made_up(repository)
    await git_projects.look(seconds=7200)
    assert (await git_projects.project("tide")).sync_status == "synced"


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("by_hand", [False, True])
async def test_server_that_asks_to_wait_is_left_alone(
    status: int,
    by_hand: bool,
    git_projects: GitProjects,
    server: GitServer,
    repository: Repository,
) -> None:
    await git_projects.add("tide")
    server.backend = lambda _: (status, {"Retry-After": "5000"}, b"")
    if by_hand:
        await git_projects.runner.sync("tide")
    else:
        await git_projects.look()
    assert (await git_projects.syncs("tide"))[0].code == "RATE_LIMITED"
    server.backend = made_up(repository)
    server.reset()
    await git_projects.look(seconds=4900)
    assert not server.requests
    await git_projects.look(seconds=1000)
    assert (await git_projects.project("tide")).sync_status == "synced"


async def test_server_that_answers_again_ends_the_error(
    git_projects: GitProjects, server: GitServer, repository: Repository
) -> None:
    await git_projects.add("tide")
    await git_projects.look()
    server.backend = lambda _: (502, {}, b"")
    await git_projects.look(seconds=120)
    assert (await git_projects.project("tide")).sync_status == "error"
    server.backend = made_up(repository)
    await git_projects.look(seconds=300)
    assert (await git_projects.project("tide")).sync_status == "synced"


async def test_deletion_that_is_held_back_is_not_tried_again(
    git_projects: GitProjects, server: GitServer, repository: Repository
) -> None:
    await git_projects.add("tide")
    await git_projects.look()
    repository.commit({"sdlc-studio/trd.md": "# How\n"})
    await git_projects.look(seconds=120)
    assert (await outcomes(git_projects, "tide"))[0] == ("poll", "held_back")
    server.reset()
    await git_projects.look(seconds=300)
    assert len(server.requests) == 2
    assert len(await git_projects.syncs("tide")) == 2


async def test_token_that_is_missing_delays_no_exchange(
    git_projects: GitProjects, monkeypatch: pytest.MonkeyPatch
) -> None:
    await git_projects.add("tide", "SDLC_LENS_GIT_TOKEN_TIDE")
    await git_projects.look()
    assert "is not set" in ((await git_projects.project("tide")).sync_error or "")
    monkeypatch.setenv("SDLC_LENS_GIT_TOKEN_TIDE", "token")
    await git_projects.look(seconds=10)
    assert (await git_projects.project("tide")).sync_status == "synced"


async def test_failure_keeps_what_is_stored(
    git_projects: GitProjects, server: GitServer, repository: Repository
) -> None:
    await git_projects.add("tide")
    await git_projects.look()
    repository.commit({"README.md": "# No workspace\n"})
    await git_projects.look(seconds=120)
    project = await git_projects.project("tide")
    assert (project.sync_status, project.document_count) == ("error", 2)
    assert (await git_projects.syncs("tide"))[0].code == "FOLDER_NOT_FOUND"
    server.reset()
    await git_projects.look(seconds=300)
    assert len(server.requests) == 2, "the same commit is not tried again"


async def test_hanging_server_delays_neither_others_nor_the_stop(
    git_projects: GitProjects, server: GitServer
) -> None:
    await git_projects.add("tide")
    free = threading.Event()

    def hang(_: Request) -> None:
        free.wait(10)

    server.backend = hang
    await git_projects.polling.look("poll")
    await git_projects.polling.look("poll")
    begin = time.monotonic()
    await git_projects.polling.close()
    assert time.monotonic() - begin < 2
    free.set()


async def test_project_that_does_not_sync_by_itself(
    git_projects: GitProjects, server: GitServer
) -> None:
    await git_projects.add("tide")
    async with git_projects.database.write() as session:
        await change_project(session, "tide", {"auto_sync": False})
    await git_projects.look()
    assert not server.requests
