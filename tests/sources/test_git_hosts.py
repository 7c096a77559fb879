"""Which servers the service connects to."""

import socket
from dataclasses import replace
from typing import Any

import pytest
from support.git_server import GitServer

from sdlc_lens.remote_errors import RemoteNotAllowed, ServerUnreachable
from sdlc_lens.sources.git.hosts import Host
from sdlc_lens.sources.git.place import Place
from sdlc_lens.sources.git.repository import Policy, ask_tip


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Let every name have these addresses; the names that are asked for."""
    asked: list[str] = []
    known = socket.getaddrinfo

    def answer(name: str, port: int, **options: Any) -> list[Any]:
        asked.append(name)
        return [found for address in addresses for found in known(address, port, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "fe80::1", "fd00::1", "::ffff:127.0.0.1",
        "::ffff:224.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "::",
    ],
)  # fmt: skip
def test_private_address(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_to(monkeypatch, address)
    with pytest.raises(RemoteNotAllowed, match="list it as local:"):
        Host.parse("git.example").resolve()
    assert Host.parse("local:git.example").resolve()


@pytest.mark.parametrize(
    "address", ["140.82.121.4", "2606:50c0:8000::154", "64:ff9b::8c52:7904", "::ffff:140.82.121.4"]
)
def test_public_address(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_to(monkeypatch, "127.0.0.1", address)
    found = Host.parse("git.example:8443").resolve()
    assert [where[:2] for _, where in found] == [(address, 8443)]


def test_name_is_resolved_once(
    server: GitServer, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = policy.hosts[0].port
    asked = resolve_to(monkeypatch, "127.0.0.1")
    named = replace(policy, hosts=(Host.parse(f"http://git.example:{port}"),))
    ask_tip(Place(f"http://git.example:{port}/o/r", None, "sdlc-studio"), named)
    assert asked == ["git.example"]
    assert {request.headers["Host"] for request in server.requests} == {f"git.example:{port}"}


def test_name_that_does_not_resolve(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise socket.gaierror("Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(ServerUnreachable, match="cannot be resolved"):
        Host.parse("git.example").resolve()
