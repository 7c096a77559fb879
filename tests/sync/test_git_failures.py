"""What each failure of a git server leaves: its code and a hint, and every stored document."""

import threading
from collections.abc import Callable

import pytest
from support.git_objects import Repository, in_packets, packet
from support.git_projects import FILES, GitProjects
from support.git_server import Backend, GitServer, Request, always, made_up

from sdlc_lens.remote_errors import CertificateUntrusted, GitError
from sdlc_lens.sources.git import limits

pytestmark = pytest.mark.anyio

TOKEN_NAME = "SDLC_LENS_GIT_TOKEN_TIDE"
RESULT = {"Content-Type": "application/x-git-upload-pack-result"}


def instead(word: bytes, body: bytes) -> Callable[[Repository], Backend]:
    """Answers requests that contain WORD with BODY, and the others well."""

    def backend(repository: Repository) -> Backend:
        usual, other = made_up(repository), always(200, RESULT, body)
        return lambda request: (other if word in request.body else usual)(request)

    return backend


def without_the_folder(repository: Repository) -> Backend:
    repository.commit({"README.md": "# No workspace\n"})
    return made_up(repository)


def silent(_: Repository) -> Backend:
    def hang(_: Request) -> None:
        threading.Event().wait(0.5)

    return hang


MANY = in_packets(b"PACK" + (2).to_bytes(4) + (10**6).to_bytes(4))
ELSEWHERE = {"Location": "http://localhost:1/o/r/info/refs"}
FAILURES: dict[str, tuple[Callable[[Repository], Backend], str]] = {
    "REPOSITORY_NOT_FOUND": (lambda _: always(404), "Check the address"),
    "UNAUTHORIZED": (lambda _: always(401), "another one"),
    "BRANCH_NOT_FOUND": (instead(b"ls-refs", b"0000"), "Push a commit"),
    "FOLDER_NOT_FOUND": (without_the_folder, "Give the path"),
    "TIMEOUT": (silent, "sync again later"),
    "UNREACHABLE": (lambda _: always(502), "Sync again later"),
    "REDIRECTED": (lambda _: always(302, ELSEWHERE), "change the project's address"),
    "TOO_LARGE": (instead(b"command=fetch", MANY), "raise SDLC_LENS_GIT_MAX_FILES"),
    "RATE_LIMITED": (lambda _: always(429), "sync again after that"),
    "CORRUPT": (instead(b"command=fetch", packet(b"packfile\n")), "Sync again"),
}


@pytest.mark.parametrize("code", FAILURES)
async def test_failure_has_its_code_and_loses_nothing(
    code: str,
    git_projects: GitProjects,
    server: GitServer,
    repository: Repository,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(TOKEN_NAME, "secret-token")
    monkeypatch.setattr(limits, "STALL_SECONDS", 0.05)
    await git_projects.add("tide", TOKEN_NAME)
    assert (await git_projects.runner.sync("tide")).added == 2
    synced = await git_projects.project("tide")
    repository.commit(FILES | {"sdlc-studio/trd.md": "# How\n"})
    fail, hint = FAILURES[code]
    server.backend = fail(repository)
    report = await git_projects.runner.sync("tide")
    assert (report.outcome, report.code) == ("error", code)
    project = await git_projects.project("tide")
    assert (project.sync_status, project.sync_error) == ("error", report.message)
    assert hint in (report.message or "")
    assert (project.document_count, project.commit_id) == (2, synced.commit_id)
    monkeypatch.undo()
    monkeypatch.setenv(TOKEN_NAME, "secret-token")
    repository.commit(FILES | {"sdlc-studio/trd.md": "# How\n"})
    server.backend = made_up(repository)
    assert (await git_projects.runner.sync("tide")).added == 1
    assert (await git_projects.project("tide")).sync_error is None


def test_every_error_of_a_git_server_is_among_them() -> None:
    codes = {error.code for error in GitError.__subclasses__()}
    assert codes == FAILURES.keys() | {CertificateUntrusted.code}
