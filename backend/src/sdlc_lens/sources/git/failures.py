"""The errors for what a git server does instead of answering."""

from sdlc_lens.remote_errors import (
    CorruptAnswer,
    GitError,
    RateLimited,
    RepositoryNotFound,
    ServerTimeout,
    ServerUnreachable,
    TokenRefused,
)
from sdlc_lens.sources.git.limits import STALL_SECONDS

_RETRY_SECONDS = 60
_MOST_RETRY_SECONDS = 86400


def refusal(status: int, wait: str | None, *, has_token: bool) -> GitError:
    """The error for an HTTP STATUS other than 200, with WAIT in its header Retry-After."""
    if status in (429, 503) or (status == 403 and wait):
        seconds = (
            min(int(wait), _MOST_RETRY_SECONDS) if wait and wait.isdecimal() else _RETRY_SECONDS
        )
        return RateLimited(
            f"the server asks to wait (status {status}). The next check for changes waits"
            f" {seconds} s; sync again after that",
            seconds,
        )
    if status in (401, 403) and has_token:
        return TokenRefused(
            f"the server refuses the token (status {status}): it is wrong, has expired, or does not"
            " cover this repository. Give the project or its connection another one"
        )
    if status in (401, 403, 404, 410):
        return RepositoryNotFound(
            "the server finds no repository at this address, or refuses access to it"
            f" (status {status}). Check the address; a private repository needs a token that may"
            " read it"
        )
    return ServerUnreachable(f"the server fails with status {status}. Sync again later")


def stalled() -> ServerTimeout:
    """The error for a server that sends nothing."""
    return ServerTimeout(
        f"the server did not answer within {STALL_SECONDS} s. Check that this machine can reach it,"
        " or sync again later"
    )


def cut_off() -> CorruptAnswer:
    """The error for an answer that ends too early."""
    return CorruptAnswer("the server's answer was cut off. Sync again")
