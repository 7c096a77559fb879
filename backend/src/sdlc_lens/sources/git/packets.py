"""Packets, the framing of git's protocol (gitprotocol-common, gitprotocol-v2)."""

from collections.abc import Iterable, Iterator
from enum import Enum

from sdlc_lens.remote_errors import CorruptAnswer, RepositoryNotFound
from sdlc_lens.sources.git.http import Answer

_HEADER_BYTES = 4


class Mark(Enum):
    """A packet without content."""

    FLUSH = 0
    DELIMITER = 1
    END = 2


def request(command: str, capabilities: Iterable[str], arguments: Iterable[str]) -> bytes:
    """The body of a request."""
    lines = [f"command={command}", *capabilities]
    packets = [*map(_packet, lines), b"0001", *map(_packet, arguments), b"0000"]
    return b"".join(packets)


def read_packet(answer: Answer) -> bytes | Mark:
    """The next packet: its content, or which mark it is.

    Raises: CorruptAnswer.
    """
    header = answer.read(_HEADER_BYTES)
    try:
        length = int(header, 16)
    except ValueError as error:
        raise _malformed() from error
    if length < _HEADER_BYTES:
        if length == 3:
            raise _malformed()
        return Mark(length)
    content = answer.read(length - _HEADER_BYTES)
    if content.startswith(b"ERR "):
        raise refusal(content[4:])
    return content


def read_lines(answer: Answer) -> Iterator[str]:
    """The packets up to the flush, as text without line ends."""
    while (packet := read_packet(answer)) is not Mark.FLUSH:
        if isinstance(packet, Mark):
            raise _malformed()
        yield packet.decode("utf-8", "replace").removesuffix("\n")


def refusal(message: bytes) -> RepositoryNotFound:
    """The error for a MESSAGE with which the server refuses a request."""
    said = message.decode("utf-8", "replace")[:200].strip()
    return RepositoryNotFound(
        f"the server refuses to hand out the repository: {said!r}. Check the address; a private"
        " repository needs a token that may read it"
    )


def _packet(line: str) -> bytes:
    content = line.encode() + b"\n"
    return b"%04x%s" % (len(content) + _HEADER_BYTES, content)


def _malformed() -> CorruptAnswer:
    return CorruptAnswer("the server's answer is not in git's protocol. Sync again")
