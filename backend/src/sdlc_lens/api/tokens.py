"""Access tokens as clients send them."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, SecretStr

from sdlc_lens.token_names import NOT_A_TOKEN, is_token


def _without_spaces(token: SecretStr) -> SecretStr:
    """The token without the end of the line that was pasted with it."""
    text = token.get_secret_value().strip()
    if not is_token(text):
        # It would not be a valid header, and the library's complaint would show it.
        raise ValueError(NOT_A_TOKEN)
    return SecretStr(text)


AccessToken = Annotated[SecretStr, AfterValidator(_without_spaces)]


class TokenFields(BaseModel):
    """The token of a project: its own, one by name, or a connection's. A new one replaces any
    other.
    """

    access_token: AccessToken | None = Field(
        default=None, description="Stored sealed, never answered; null removes it."
    )
    access_token_name: str | None = Field(
        default=None,
        description="Names a variable `SDLC_LENS_GIT_TOKEN_*` of the service or a file"
        " `/run/secrets/git_token_*` in place of a stored token; null removes it.",
    )
    connection_id: int | None = Field(
        default=None, description="Connection to read with; null detaches it."
    )
