"""The settings, read once from environment variables."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from sdlc_lens.address import DEFAULT_HOST, DEFAULT_PORT, is_service_link
from sdlc_lens.errors import SettingError
from sdlc_lens.remote_settings import RemoteSettings, split
from sdlc_lens.secret_files import SUFFIX, SecretFiles
from sdlc_lens.token_names import VARIABLE_PREFIX as NAMED_TOKEN
from sdlc_lens.version import VARIABLE as VERSION

PREFIX = "SDLC_LENS_"
DATABASE_SCHEME = "sqlite+aiosqlite:///"

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
OWN_PATHS = ("api", "livez", "readyz", "metrics")
"""The first parts of the paths of the API and the probes; all others are pages."""

_SERVICE_LINK = re.compile(
    rf"{PREFIX}(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)_\w+)"
)
"""A variable that Kubernetes sets for a Service; `is_service_link` recognises the others."""


class Settings(RemoteSettings):
    """The service's settings; an empty variable counts as one that is not set."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, hide_input_in_errors=True
    )

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
        description="Lowest level to log: DEBUG, INFO, WARNING, ERROR or CRITICAL, in any case.",
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="Format of the logs on standard output: text or json."
    )
    allowed_project_base: Path = Field(
        default=Path("/data/projects"),
        description="Folder that contains all workspaces: an absolute path; / allows any folder.",
    )
    sync_poll_interval_seconds: int = Field(
        default=60,
        ge=0,
        le=86400,
        description="Seconds between two checks for changes in projects with auto_sync: 0 to 86400;"
        " 0 turns them off.",
    )
    shutdown_seconds: int = Field(
        default=5,
        ge=0,
        le=3600,
        description="Seconds that a stop waits for requests in progress: 0 to 3600.",
    )
    allowed_hosts: str = Field(
        default="",
        description="Host names to accept besides localhost and IP addresses: names without scheme"
        " and port, separated by commas.",
    )
    forwarded_allow_ips: str = Field(
        default="",
        description="Proxies whose X-Forwarded-For and X-Forwarded-Proto are trusted: IP addresses"
        " or networks, separated by commas.",
    )
    root_path: str = Field(
        default="",
        description="Path under which a proxy serves the service: it begins with a slash and does"
        " not end with one, as in /lens.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, SecretFiles(settings_cls)

    @field_validator("port", mode="before")
    @classmethod
    def _ignore_service_link(cls, port: object) -> object:
        return DEFAULT_PORT if isinstance(port, str) and is_service_link(port) else port

    @field_validator("database_url")
    @classmethod
    def _is_database_file(cls, url: str) -> str:
        path = url.removeprefix(DATABASE_SCHEME)
        if path == url or not path.strip("/") or path.startswith((":", "file:")) or "?" in path:
            raise ValueError("only an SQLite database in a file is supported")
        if "\0" in path or path.endswith("/"):
            raise ValueError("the path does not name a file")
        return url

    @field_validator("log_level")
    @classmethod
    def _is_level(cls, level: str) -> str:
        if level.upper() not in LOG_LEVELS:
            raise ValueError("unknown log level")
        return level.upper()

    @field_validator("allowed_project_base")
    @classmethod
    def _is_absolute(cls, base: Path) -> Path:
        if not base.is_absolute():
            raise ValueError("not an absolute path")
        return base

    @field_validator("allowed_hosts")
    @classmethod
    def _are_host_names(cls, hosts: str) -> str:
        for name in split(hosts):
            if not re.fullmatch(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?", name):
                raise ValueError(f"{name!r} is not a host name")
        return hosts

    @field_validator("forwarded_allow_ips")
    @classmethod
    def _are_networks(cls, networks: str) -> str:
        for network in split(networks):
            ip_network(network)
        return ",".join(split(networks))

    @field_validator("root_path")
    @classmethod
    def _is_root_path(cls, path: str) -> str:
        if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)*", path):
            raise ValueError("not a valid path")
        if path.lstrip("/").split("/")[0] in OWN_PATHS:
            raise ValueError("the service uses paths that begin with it")
        return path

    @property
    def host_names(self) -> frozenset[str]:
        """The allowed host names, as they are compared."""
        return frozenset(name.lower() for name in split(self.allowed_hosts))

    @property
    def database_path(self) -> Path:
        """The database file, absolute."""
        return Path(self.database_url.removeprefix(DATABASE_SCHEME)).absolute()


def load_settings() -> Settings:
    """The settings of this process.

    Raises: SettingError, which names the first invalid variable.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise SettingError(_first_complaint(error)) from None


def ignored_variables(variables: Mapping[str, str]) -> Iterator[str]:
    """One line for each of VARIABLES that looks like a setting but is ignored, with the reason."""
    own = {name.upper(): name for name in variables if name.upper().startswith(PREFIX)}
    known = [f"{PREFIX}{field.upper()}" for field in Settings.model_fields]
    known += [f"{PREFIX}{field.upper()}{SUFFIX}" for field in _secrets()]
    port = f"{PREFIX}PORT"
    if port in own and is_service_link(link := variables[own[port]]):
        yield (
            f"{port}={link} is ignored and port {DEFAULT_PORT} is used: Kubernetes sets the"
            f" variable for a Service named sdlc-lens. Set `enableServiceLinks: false` in the"
            f" Pod's spec"
        )
    for upper, name in sorted(own.items()):
        if is_service_link(variables[name]) or _SERVICE_LINK.fullmatch(upper):
            continue
        if upper not in (*known, VERSION) and not upper.startswith(NAMED_TOKEN):
            nearest = get_close_matches(upper, known, n=1, cutoff=0)[0]
            yield f"unknown setting {name} is ignored. Did you mean {nearest}?"


def _first_complaint(error: ValidationError) -> str:
    problem = error.errors()[0]
    field = str(problem["loc"][0]).lower()
    reason = problem["msg"].removeprefix("Value error, ").rstrip(".")
    reason = reason[:1].lower() + reason[1:]
    expected = Settings.model_fields[field].description
    value = "" if field in _secrets() else f"={_without_password(str(problem['input']))}"
    return f"{PREFIX}{field.upper()}{value} is invalid: {reason}. Expected: {expected}"


def _secrets() -> list[str]:
    fields = Settings.model_fields.items()
    return [name for name, field in fields if field.annotation is SecretStr]


def _without_password(value: str) -> str:
    return re.sub(r"://[^/@]*@", "://***@", value)
