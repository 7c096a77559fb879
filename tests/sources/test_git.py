"""A workspace in a git repository, read over HTTP."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from support.git_objects import FILE, TREE, Repository, entry, packet
from support.git_projects import read, source
from support.git_server import (
    GitServer,
    Reply,
    Request,
    made_up,
    without_filters,
    without_wanted_trees,
)

from sdlc_lens.remote_errors import RepositoryTooLarge
from sdlc_lens.sources.git.place import Place
from sdlc_lens.sources.git.repository import Policy, read_repository


def test_documents_and_settings_of_the_commit(
    server: GitServer, policy: Policy, repository: Repository
) -> None:
    snapshot = read(server.url, policy)
    assert {path: source(snapshot, path) for path in snapshot.blobs} == {
        "prd.md": b"# What for\n",
        "stories/US0001-berth.md": b"# US0001: Berth\n",
    }
    assert snapshot.settings == {"profile": "lean"}
    assert snapshot.commit
    assert snapshot.commit.id == repository.refs["refs/heads/main"]
    assert snapshot.commit.at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert not snapshot.unreadable


def test_server_that_names_its_service_first_and_keeps_the_connection_alive(
    server: GitServer, policy: Policy, repository: Repository
) -> None:
    usual = made_up(repository)

    def answer(request: Request) -> Reply | None:
        reply = usual(request)
        assert reply
        status, headers, content = reply
        if request.method == "GET":
            content = packet(b"# service=git-upload-pack\n") + b"0000" + content
        alive = packet(b"packfile\n") + packet(b"\1") + packet(b"\2counting")
        content = content.replace(packet(b"packfile\n"), alive)
        return status, {"Content-Type": f"{headers['Content-Type']}; charset=utf-8"}, content

    server.backend = answer
    assert len(read(server.url, policy).blobs) == 2


def test_requests_do_not_grow_with_the_documents(
    server: GitServer, policy: Policy, repository: Repository
) -> None:
    files = {f"a/b/sdlc-studio/bugs/BG{n:04}.md": f"# {n}\n" for n in range(300)}
    repository.commit(files)
    assert len(read(server.url, policy, path="a/b/sdlc-studio").blobs) == 300
    assert len(server.requests) == 8


def test_unchanged_commit_costs_two_requests(server: GitServer, policy: Policy) -> None:
    commit = read(server.url, policy).commit
    server.reset()
    assert commit
    place = Place(f"{server.url}/o/r", None, "sdlc-studio")
    assert read_repository(place, policy, read_at=commit.id) is None
    assert len(server.requests) == 2


def test_server_without_filters_sends_the_whole_commit(
    server: GitServer, policy: Policy, repository: Repository
) -> None:
    server.backend = without_filters(repository)
    snapshot = read(server.url, policy)
    assert source(snapshot, "prd.md") == b"# What for\n"
    assert snapshot.settings == {"profile": "lean"}
    assert len(server.requests) == 3
    assert not any(b"filter" in request.body for request in server.requests)
    most = replace(policy.limits, unpacked=2000)
    with pytest.raises(RepositoryTooLarge, match="SDLC_LENS_GIT_MAX_UNPACKED_MB"):
        read(server.url, replace(policy, limits=most))


@pytest.mark.parametrize(
    ("refuse_tree_filter", "refuse_filters", "requests"),
    [(False, False, 6), (True, False, 5), (True, True, 5)],
)
def test_server_that_refuses_filters(
    refuse_tree_filter: bool,
    refuse_filters: bool,
    requests: int,
    server: GitServer,
    policy: Policy,
    repository: Repository,
) -> None:
    usual = made_up(repository)
    refused = [b"filter tree:0"] * refuse_tree_filter + [b"filter "] * refuse_filters

    def answer(request: Request) -> Reply | None:
        if any(words in request.body for words in refused):
            return 200, {"Content-Type": "application/x-git-upload-pack-result"}, packet(b"ERR no")
        return usual(request)

    server.backend = answer
    assert source(read(server.url, policy), "prd.md") == b"# What for\n"
    assert len(server.requests) == requests
    assert (b"deepen" in server.requests[-1].body) == refuse_filters, "the whole commit"


def test_server_that_filters_the_wanted_tree_out(
    server: GitServer, policy: Policy, repository: Repository
) -> None:
    server.backend = without_wanted_trees(repository)
    assert source(read(server.url, policy), "prd.md") == b"# What for\n"
    assert len(server.requests) == 6
    assert b"filter blob:none" in server.requests[4].body


def test_names_that_are_one_in_utf_8(
    server: GitServer, policy: Policy, repository: Repository
) -> None:
    blob = repository.add("blob", b"# A\n")
    entries = entry("?.md", FILE, blob).replace(b"?", b"\xff"), entry("\\xff.md", FILE, blob)
    root = repository.add(
        "tree", entry("sdlc-studio", TREE, repository.add("tree", b"".join(entries)))
    )
    commit = f"tree {root}\ncommitter Ada <a@example.org> 1 +0000\n\n"
    repository.refs["refs/heads/main"] = repository.add("commit", commit.encode())
    snapshot = read(server.url, policy)
    assert list(snapshot.blobs) == ["\\xff.md"]
    assert "same name" in snapshot.unreadable["\\xff.md"]
