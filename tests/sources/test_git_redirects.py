"""Git servers that redirect."""

from dataclasses import replace

import pytest
from support.git_objects import Repository
from support.git_projects import read
from support.git_server import GitServer, Reply, Request, made_up, serving

from sdlc_lens.remote_errors import GitError, RedirectRefused, RepositoryNotFound
from sdlc_lens.sources.git.hosts import Host
from sdlc_lens.sources.git.place import Place
from sdlc_lens.sources.git.repository import Policy, ask_tip, read_repository

TOKEN = "secret-token"


def test_redirect_on_the_same_server(
    server: GitServer, policy: Policy, repository: Repository
) -> None:
    usual = made_up(repository)

    def moved(request: Request) -> Reply | None:
        if request.path.startswith("/o/r/"):
            place = request.path.replace("/o/r/", "/new/r.git/")
            return 301, {"Location": place}, b""
        return usual(request)

    server.backend = moved
    assert len(read(server.url, policy, TOKEN).blobs) == 2
    assert [request.path[:5] for request in server.requests] == ["/o/r/"] + ["/new/"] * 6


def test_commit_that_was_asked_for_is_read_where_it_was_found(
    server: GitServer, policy: Policy, repository: Repository
) -> None:
    usual = made_up(repository)

    def moved(request: Request) -> Reply | None:
        if request.path.startswith("/new/"):
            return usual(request)
        if request.method == "POST":
            return 404, {}, b""
        return 301, {"Location": request.path.replace("/o/r/", "/new/")}, b""

    place = Place(f"{server.url}/o/r", None, "sdlc-studio")
    server.backend = moved
    snapshot = read_repository(place, policy, tip=ask_tip(place, policy))
    assert snapshot
    assert len(snapshot.blobs) == 2


def test_redirect_to_another_server(
    server: GitServer, policy: Policy, repository: Repository
) -> None:
    with serving(made_up(repository)) as other:
        both = replace(policy, hosts=(*policy.hosts, Host.parse(other.url)))
        server.backend = lambda request: (302, {"Location": other.url + request.path}, b"")
        with pytest.raises(RedirectRefused, match="which is not asked") as caught:
            read(server.url, both, TOKEN)
        assert not other.requests
        assert TOKEN not in str(caught.value)


def test_redirect_to_another_scheme(
    server: GitServer, policy: Policy, repository: Repository
) -> None:
    usual = made_up(repository)

    def redirect_once(request: Request) -> Reply | None:
        if len(server.requests) > 1:
            return usual(request)
        return 302, {"Location": f"https://127.0.0.1:{server.port}{request.path}"}, b""

    server.backend = redirect_once
    with pytest.raises(RedirectRefused, match="which is not asked"):
        read(server.url, policy)


@pytest.mark.parametrize(
    ("location", "error"),
    [
        ("/login", RepositoryNotFound),
        ("/o/r/info/refs?service=git-upload-pack", RedirectRefused),
        ("https://127.0.0.1/o/r/info/refs", RedirectRefused),
        ("//example.org/o/r/info/refs", RedirectRefused),
        ("http://[::1/", RedirectRefused),
        ("http://127.0.0.1:99999/", RedirectRefused),
        ("file:///etc/info/refs", RedirectRefused),
    ],
)
def test_redirect_to_nowhere(
    location: str, error: type[GitError], server: GitServer, policy: Policy
) -> None:
    server.backend = lambda _: (302, {"Location": location}, b"")
    with pytest.raises(error):
        read(server.url, policy)
