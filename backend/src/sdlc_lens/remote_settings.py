"""The settings of git servers, access tokens, webhooks and GitHub."""

import re
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from sdlc_lens.sealing import read_keys

_GIT_SERVER = re.compile(
    r"(local:)?(https?://)?([\w.-]+|\[[\dA-Fa-f:.]+\])(:(?P<port>\d{1,5}))?", re.ASCII
)


class RemoteSettings(BaseSettings):
    """The part of the service's settings that is about other servers."""

    git_hosts: str = Field(
        default="github.com,gitlab.com,codeberg.org,bitbucket.org",
        description="Git servers that may be read, separated by commas: HOST or HOST:PORT;"
        " local:HOST if its address is one of a private network; http://HOST:PORT without TLS.",
    )
    git_poll_interval_seconds: int = Field(
        default=120,
        ge=0,
        le=86400,
        description="Seconds between two checks for changes of a git repository: 0 to 86400; 0"
        " turns them off.",
    )
    git_max_received_mb: int = Field(
        default=256,
        ge=1,
        le=65536,
        description="Most megabytes that a git server may send for one sync: 1 to 65536.",
    )
    git_max_unpacked_mb: int = Field(
        default=512,
        ge=1,
        le=65536,
        description="Most megabytes that they may unpack to, in a temporary file next to the"
        " database: 1 to 65536.",
    )
    git_max_files: int = Field(
        default=100_000,
        ge=1,
        le=10_000_000,
        description="Most files and folders that they may contain: 1 to 10000000.",
    )
    git_max_file_mb: int = Field(
        default=5,
        ge=1,
        le=64,
        description="Most megabytes of one document from a git repository: 1 to 64; a larger one"
        " is not read.",
    )
    git_max_seconds: int = Field(
        default=120,
        ge=1,
        le=3600,
        description="Seconds that a git server may take for one sync: 1 to 3600.",
    )
    git_history_commits: int = Field(
        default=5000,
        ge=0,
        le=1_000_000,
        description="How many commits to look through for the last change of each document, after"
        " a sync: 0 to 1000000; 0 turns it off.",
    )
    token_encryption_key: SecretStr = Field(
        default=SecretStr(""),
        description="Keys that seal stored access tokens: each is 32 bytes in base64, as `openssl"
        " rand -base64 32` prints them, separated by commas; the first one seals, all of them open."
        " Or name their file in SDLC_LENS_TOKEN_ENCRYPTION_KEY_FILE.",
    )
    webhook_secret: SecretStr = Field(
        default=SecretStr(""),
        description="Secret that forges have for their calls of /api/v1/webhooks/git; without one"
        " webhooks are turned off. Or name its file in SDLC_LENS_WEBHOOK_SECRET_FILE.",
    )
    github_api_url: str = Field(
        default="https://api.github.com",
        description="Address of GitHub's REST API, for connections:"
        " https://github.example/api/v3 for GitHub Enterprise Server; no slash at the end.",
    )

    @field_validator("git_hosts")
    @classmethod
    def _are_git_servers(cls, hosts: str) -> str:
        for entry in split(hosts):
            found = _GIT_SERVER.fullmatch(entry)
            if not found or int(found["port"] or 0) > 65535:
                raise ValueError(f"{entry!r} does not name a git server")
        return hosts

    @field_validator("token_encryption_key")
    @classmethod
    def _are_keys(cls, keys: SecretStr) -> SecretStr:
        read_keys(keys.get_secret_value())
        return keys

    @field_validator("github_api_url")
    @classmethod
    def _is_address(cls, url: str) -> str:
        if not re.fullmatch(r"https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~-]+)*", url):
            raise ValueError("not a valid address")
        return url

    @property
    def github_host(self) -> str:
        """The host of the repositories that GitHub's API knows."""
        return (urlsplit(self.github_api_url).hostname or "").removeprefix("api.")

    @property
    def token_keys(self) -> list[bytes]:
        """The keys that seal and open access tokens, the one that seals first."""
        return read_keys(self.token_encryption_key.get_secret_value())


def split(text: str) -> list[str]:
    """The parts of TEXT between commas."""
    return [part for part in map(str.strip, text.split(",")) if part]
