"""Git servers whose answers refuse, break or stretch git's protocol."""

from collections.abc import Callable

import pytest
from support.git_objects import Repository, packet
from support.git_projects import read
from support.git_server import Backend, GitServer, Reply, Request, always, made_up

from sdlc_lens.remote_errors import CorruptAnswer, RepositoryNotFound
from sdlc_lens.sources.git.repository import Policy


def only_post(backend: Backend, repository: Repository) -> Backend:
    """A server that advertises itself well, and then answers otherwise."""
    usual = made_up(repository)
    return lambda request: usual(request) if request.method == "GET" else backend(request)


@pytest.mark.parametrize(
    ("kind", "body", "reason"),
    [
        ("text/html", b"<h1>Sign in</h1>", "answers with a page"),
        ("application/x-git-upload-pack-advertisement", b"0000", "version 2"),
        (
            "application/x-git-upload-pack-advertisement",
            packet(b"1" * 40 + b" HEAD\n"),
            "version 2",
        ),
    ],
)
def test_address_of_something_else(
    kind: str, body: bytes, reason: str, server: GitServer, policy: Policy
) -> None:
    server.backend = always(200, {"Content-Type": kind}, body + b"0000")
    with pytest.raises(RepositoryNotFound, match=reason):
        read(server.url, policy)


def test_object_format_that_is_unknown(server: GitServer, policy: Policy) -> None:
    kind = {"Content-Type": "application/x-git-upload-pack-advertisement"}
    offered = packet(b"version 2\n") + packet(b"object-format=sha512\n") + b"0000"
    server.backend = always(200, kind, offered)
    with pytest.raises(CorruptAnswer, match=r"'sha512' is not supported\. Use a repository with"):
        read(server.url, policy)


def test_refusal_while_the_pack_is_sent(
    server: GitServer, policy: Policy, repository: Repository
) -> None:
    usual = made_up(repository)

    def refuse(request: Request) -> Reply | None:
        reply = usual(request)
        if b"command=fetch" in request.body and reply:
            refusal = packet(b"packfile\n") + packet(b"\2counting") + packet(b"\3out of memory\n")
            return reply[0], reply[1], refusal + b"0000"
        return reply

    server.backend = refuse
    with pytest.raises(RepositoryNotFound, match="'out of memory'"):
        read(server.url, policy)


def test_refusal_in_the_protocol(server: GitServer, policy: Policy, repository: Repository) -> None:
    kind = {"Content-Type": "application/x-git-upload-pack-result"}
    refusal = always(200, kind, packet(b"ERR access denied\x1b[31m"))
    server.backend = only_post(refusal, repository)
    with pytest.raises(RepositoryNotFound, match="'access denied"):
        read(server.url, policy)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body[:-30],
        lambda body: body[: len(body) // 2],
        lambda body: body.replace(b"PACK", b"PECK"),
        lambda body: body[:-20] + bytes([body[-20] ^ 1]) + body[-19:],
        lambda body: body[:-4] + packet(b"\1more") + b"0000",
        lambda body: b"zzzz" + body,
        lambda body: b"0003" + body,
        lambda body: b"0000",
        lambda body: body + b"0000",
        lambda body: b"",
    ],
)
def test_answer_that_is_cut_off_or_corrupt(
    spoil: Callable[[bytes], bytes], server: GitServer, policy: Policy, repository: Repository
) -> None:
    usual = made_up(repository)

    def spoilt(request: Request) -> Reply | None:
        reply = usual(request)
        assert reply
        status, headers, body = reply
        return status, headers, spoil(body) if b"command=fetch" in request.body else body

    server.backend = spoilt
    with pytest.raises(CorruptAnswer):
        read(server.url, policy)


@pytest.mark.parametrize(
    "commit",
    [
        b"",
        b"committer Ada <ada@example.org> 1 +0000\n\nText\n",
        b"tree %s\nauthor Ada <ada@example.org> 1 +0000\n\nText\n" % (b"0" * 40),
    ],
)
def test_commit_that_is_malformed(
    commit: bytes, server: GitServer, policy: Policy, repository: Repository
) -> None:
    repository.refs["refs/heads/main"] = repository.add("commit", commit)
    with pytest.raises(CorruptAnswer, match=r"commit .* is malformed"):
        read(server.url, policy)


@pytest.mark.parametrize(
    "tree", [b"x", b"40000 a\0short", b"40000 \0" + bytes(20), b"40000 a/b\0" + bytes(20)]
)
def test_tree_that_is_malformed(
    tree: bytes, server: GitServer, policy: Policy, repository: Repository
) -> None:
    root = repository.add("tree", tree)
    text = f"tree {root}\ncommitter Ada <a@example.org> 1 +0000\n\n"
    repository.refs["refs/heads/main"] = repository.add("commit", text.encode())
    with pytest.raises(CorruptAnswer, match=r"tree .* is malformed"):
        read(server.url, policy)
