"""Everything that can be set from outside, read once from the environment."""

import re
from pathlib import Path

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from sdlc_lens.address import DEFAULT_HOST, DEFAULT_PORT
from sdlc_lens.errors import SettingError

PREFIX = "SDLC_LENS_"
DATABASE_SCHEME = "sqlite+aiosqlite:///"

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class Settings(BaseSettings):
    """The service's settings; an empty variable counts as one that is not set."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True)

    host: str = Field(
        default=DEFAULT_HOST,
        description="Address to listen on: an IP address or a host name of this machine.",
    )
    port: int = Field(
        default=DEFAULT_PORT, ge=1, le=65535, description="Port to listen on: 1 to 65535."
    )
    database_url: str = Field(
        default="sqlite+aiosqlite:///data/db/sdlc_lens.db",
        description="Database file: sqlite+aiosqlite:/// and a path; a path without a leading"
        " slash starts at the working directory.",
    )
    log_level: str = Field(
        default="INFO",
        description="Least level to log: DEBUG, INFO, WARNING, ERROR or CRITICAL, in any case.",
    )
    allowed_project_base: Path = Field(
        default=Path("/data/projects"),
        description="Folder that every workspace must lie in: an absolute path; / allows any.",
    )
    shutdown_seconds: int = Field(
        default=5,
        ge=0,
        le=3600,
        description="Seconds that requests under way are given to end at a stop: 0 to 3600.",
    )

    @field_validator("database_url")
    @classmethod
    def _is_database_file(cls, url: str) -> str:
        path = url.removeprefix(DATABASE_SCHEME)
        if path == url or not path.strip("/") or path.startswith((":", "file:")) or "?" in path:
            raise ValueError("only an SQLite database in a file is supported")
        if "\0" in path or path.endswith("/"):
            raise ValueError("the path names no file")
        return url

    @field_validator("log_level")
    @classmethod
    def _is_level(cls, level: str) -> str:
        if level.upper() not in LOG_LEVELS:
            raise ValueError("there is no such level")
        return level.upper()

    @field_validator("allowed_project_base")
    @classmethod
    def _is_absolute(cls, base: Path) -> Path:
        if not base.is_absolute():
            raise ValueError("the path is not absolute")
        return base

    @property
    def database_path(self) -> Path:
        """The database file, absolute."""
        return Path(self.database_url.removeprefix(DATABASE_SCHEME)).absolute()


def load_settings() -> Settings:
    """The settings of this process; SettingError names the first variable that makes no sense."""
    try:
        return Settings()
    except ValidationError as error:
        raise SettingError(_first_complaint(error)) from error


def _first_complaint(error: ValidationError) -> str:
    problem = error.errors()[0]
    field = str(problem["loc"][0]).lower()
    reason = problem["msg"].removeprefix("Value error, ").rstrip(".")
    reason = reason[:1].lower() + reason[1:]
    cure = Settings.model_fields[field].description
    value = _without_password(str(problem["input"]))
    return f"{PREFIX}{field.upper()}={value} cannot be used: {reason}. Expected: {cure}"


def _without_password(value: str) -> str:
    return re.sub(r"://[^/@]*@", "://***@", value)
