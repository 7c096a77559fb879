"""Access tokens by name."""

from pathlib import Path

import pytest

from sdlc_lens import token_names
from sdlc_lens.errors import Invalid, TokenUnreadable
from sdlc_lens.token_names import read_named_token, require_token_name

VARIABLE = "SDLC_LENS_GIT_TOKEN_QUAY"
FILE = "/run/secrets/git_token_quay"


@pytest.fixture(autouse=True)
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that takes the place of /run/secrets."""
    monkeypatch.setattr(token_names, "FOLDER", tmp_path)
    monkeypatch.delenv(VARIABLE, raising=False)
    return tmp_path


def test_token_of_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "lantern\n")
    require_token_name(VARIABLE)
    assert read_named_token(VARIABLE) == "lantern"


def test_token_of_a_file_as_it_is_now(secrets: Path) -> None:
    require_token_name(FILE)
    for token in ("lantern", "lighthouse"):
        (secrets / "git_token_quay").write_text(f"{token}\n")
        assert read_named_token(FILE) == token


@pytest.mark.parametrize(
    "name",
    [
        "SDLC_LENS_TOKEN_ENCRYPTION_KEY",
        "SDLC_LENS_WEBHOOK_SECRET",
        "SDLC_LENS_GIT_TOKEN_",
        "HOME",
        f"{VARIABLE}\n",
        f"X{VARIABLE}",
        VARIABLE.lower(),
        "/run/secrets/git_token_",
        "/run/secrets/other",
        "/run/secrets/git_token_x/../other",
        "/run/secrets/git_token_/../other",
        "/etc/passwd",
        "git_token_quay",
        "",
    ],
)
def test_names_of_anything_else(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDLC_LENS_WEBHOOK_SECRET", "lantern")
    with pytest.raises(Invalid, match="access_token_name"):
        require_token_name(name)
    with pytest.raises(TokenUnreadable):
        read_named_token(name)


@pytest.mark.parametrize("content", [None, b"", b"two words", b"\xff", b"x" * 1001])
def test_file_without_a_token(content: bytes | None, secrets: Path) -> None:
    if content is not None:
        (secrets / "git_token_quay").write_bytes(content)
    with pytest.raises(TokenUnreadable, match=FILE) as raised:
        read_named_token(FILE)
    assert "two words" not in str(raised.value)


def test_variable_that_is_not_set() -> None:
    with pytest.raises(TokenUnreadable, match=VARIABLE):
        read_named_token(VARIABLE)
