"""Which git servers the service connects to: the hosts that a setting lists."""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, Self
from urllib.parse import SplitResult, quote, urlsplit

from sdlc_lens.remote_errors import RemoteNotAllowed, ServerUnreachable

DEFAULT_PORTS = {"https": 443, "http": 80}
_TRANSLATED = IPv6Network("64:ff9b::/96")
"""IPv6 addresses in which a gateway finds an IPv4 address (RFC 6052)."""

Address = tuple[socket.AddressFamily, Any]
"""What a socket needs to connect: the family, and the family's form of address and port."""


@dataclass(frozen=True)
class Host:
    """A server: scheme, name and port. A local one may have an address of a private network."""

    scheme: str
    name: str
    port: int
    is_local: bool = False

    @classmethod
    def parse(cls, entry: str) -> Self:
        """The host of an entry such as `git.example`, `git.example:8443`, `local:git.example` or
        `http://127.0.0.1:3000`; one without TLS is local.

        Raises: ValueError.
        """
        rest = entry.removeprefix("local:")
        is_local = rest != entry
        parts, name, port = _split(rest if "://" in rest else f"https://{rest}")
        if parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError(f"{entry!r} has more than a host and a port")
        is_plain = parts.scheme == "http"
        return cls(parts.scheme, name, port, is_local or is_plain)

    @property
    def shown(self) -> str:
        """Name and port, as in an address."""
        name = f"[{self.name}]" if ":" in self.name else self.name
        return name if self.port == DEFAULT_PORTS[self.scheme] else f"{name}:{self.port}"

    @property
    def url(self) -> str:
        """Its address, without a path."""
        return f"{self.scheme}://{self.shown}"

    def resolve(self) -> Sequence[Address]:
        """The addresses to connect to, asked for once: those of a private network only if local.

        Raises: ServerUnreachable, RemoteNotAllowed.
        """
        try:
            answers = socket.getaddrinfo(self.name, self.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise ServerUnreachable(
                f"the host {self.name} cannot be resolved. Check the repository's address, and the"
                " DNS of this machine"
            ) from error
        allowed = [
            (family, address)
            for family, _, _, _, address in answers
            if self.is_local or _is_public(str(address[0]))
        ]
        if not allowed:
            raise RemoteNotAllowed(
                f"the host {self.name} has an address of a private network. If that is meant, list"
                f" it as local:{self.shown} in SDLC_LENS_GIT_HOSTS and restart the service"
            )
        return allowed


@dataclass(frozen=True)
class Remote:
    """A repository on a server."""

    host: Host
    path: str

    @property
    def url(self) -> str:
        """Its address, always written the same way."""
        return self.host.url + self.path


def locate_remote(url: str, hosts: Sequence[Host]) -> Remote:
    """The repository at URL, whose host must be one of HOSTS.

    Raises: ValueError, when it is not the address of a repository; RemoteNotAllowed.
    """
    parts, name, port = _split(url)
    if parts.username is not None or parts.password is not None:
        raise ValueError("has a user or a password in it. Give an access token in place of them")
    is_path = parts.path.strip("/") and ".." not in parts.path.split("/")
    if parts.query or parts.fragment or not is_path:
        raise ValueError("does not name a repository. Give it as https://HOST/OWNER/NAME")
    for host in hosts:
        if (host.scheme, host.name, host.port) == (parts.scheme, name, port):
            return Remote(host, quote(parts.path.rstrip("/"), safe="/%~!$&'()*+,;=:@"))
    if parts.scheme == "http":
        raise RemoteNotAllowed(
            f"the host {name} is not allowed without TLS. Use https, or list http://{name}:{port}"
            " in SDLC_LENS_GIT_HOSTS and restart the service"
        )
    raise RemoteNotAllowed(
        f"the host {Host('https', name, port).shown} is not allowed. List it in SDLC_LENS_GIT_HOSTS"
        " and restart the service"
    )


def _split(url: str) -> tuple[SplitResult, str, int]:
    """The parts of an address, the name of its host, and the port."""
    if not url.isprintable() or " " in url.strip():
        raise ValueError("has a space or another character that an address cannot have. Remove it")
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise ValueError("is malformed. Give it as https://HOST/OWNER/NAME") from error
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise ValueError("is not an address that starts with https://. Give the whole address")
    return parts, parts.hostname.rstrip("."), port or DEFAULT_PORTS[parts.scheme]


def _is_public(text: str) -> bool:
    """Whether an address belongs to the public network, also when another one is wrapped in it."""
    address: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            address = address.ipv4_mapped
        elif address.sixtofour:
            address = address.sixtofour
        elif address in _TRANSLATED:
            address = IPv4Address(int(address) & 0xFFFFFFFF)
    return address.is_global and not address.is_multicast
