"""Access tokens that are named in place of being stored: variables and files of this process."""

import os
import re
from pathlib import Path

from sdlc_lens.errors import Invalid, TokenUnreadable

VARIABLE_PREFIX = "SDLC_LENS_GIT_TOKEN_"
FOLDER = Path("/run/secrets")
LONGEST_TOKEN = 1000
NOT_A_TOKEN = (
    f"is not a token of 1 to {LONGEST_TOKEN} ASCII characters without spaces. Give the token alone"
)

_VARIABLE = re.compile(rf"{VARIABLE_PREFIX}[A-Za-z0-9_]{{1,100}}")
_FILE = re.compile(r"/run/secrets/(git_token_[A-Za-z0-9_.-]{1,100})")
_TOKEN = re.compile(rf"[!-~]{{1,{LONGEST_TOKEN}}}")


def require_token_name(name: str) -> None:
    """Raises: Invalid, unless NAME is one that may name a token."""
    if not (_VARIABLE.fullmatch(name) or _FILE.fullmatch(name)):
        raise Invalid(
            "body.access_token_name: does not name a token. Use an environment variable"
            f" {VARIABLE_PREFIX}NAME of the service, or a file /run/secrets/git_token_NAME"
        )


def available_names() -> list[str]:
    """The names of the tokens that exist: the variables that are set, and the files."""
    variables = [name for name, token in os.environ.items() if token and _VARIABLE.fullmatch(name)]
    try:
        files = [f"/run/secrets/{file.name}" for file in FOLDER.iterdir()]
    except OSError:
        files = []
    return sorted(variables) + sorted(filter(_FILE.fullmatch, files))


def read_named_token(name: str) -> str:
    """The token that NAME stands for now.

    Raises: TokenUnreadable, when it cannot be read.
    """
    if _VARIABLE.fullmatch(name):
        token = os.environ.get(name, "").strip()
        if not token:
            raise TokenUnreadable(
                f"the environment variable {name} is not set. Set it for the service, and restart"
            )
    elif found := _FILE.fullmatch(name):
        try:
            token = (FOLDER / found[1]).read_text().strip()
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise TokenUnreadable(
                f"the file {name} cannot be read: {reason}. Mount it where the service can read it"
            ) from None
    else:
        raise TokenUnreadable("the project's access token has an invalid name. Choose another one")
    if not is_token(token):
        raise TokenUnreadable(f"what {name} holds is not an access token: write the token alone")
    return token


def is_token(text: str) -> bool:
    """Whether TEXT can be sent as a token: printable ASCII without spaces."""
    return _TOKEN.fullmatch(text) is not None
