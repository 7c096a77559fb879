"""Settings: defaults, and one clear line for an invalid value."""

import traceback
from pathlib import Path

import pytest
from pydantic import ValidationError

from sdlc_lens.errors import SettingError
from sdlc_lens.settings import PREFIX, Settings, ignored_variables, load_settings

ANOTHER_KIND = "postgresql+asyncpg://lens:secret@host/lens"


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)
        monkeypatch.delenv(f"{PREFIX}{name.upper()}_FILE", raising=False)


def test_defaults() -> None:
    settings = load_settings()
    assert (settings.host, settings.port, settings.log_level) == (
        "0.0.0.0",
        8000,
        "INFO",
    )
    assert settings.database_url == "sqlite+aiosqlite:///data/db/sdlc_lens.db"
    assert settings.allowed_project_base == Path("/data/projects")


def test_empty_variable_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDLC_LENS_PORT", "")
    monkeypatch.setenv("SDLC_LENS_ALLOWED_PROJECT_BASE", "")
    assert load_settings() == Settings()
    assert load_settings().allowed_project_base == Path("/data/projects")


KEY = "c2V2ZW50eS1zZXZlbiBsaWdodGhvdXNlIGtlZXBlcnM="


def test_secret_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    monkeypatch.setenv("SDLC_LENS_TOKEN_ENCRYPTION_KEY_FILE", str(file))
    assert load_settings().token_keys == [b"seventy-seven lighthouse keepers"]
    assert list(ignored_variables({"SDLC_LENS_TOKEN_ENCRYPTION_KEY_FILE": str(file)})) == []


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff"])
def test_file_of_a_secret_that_has_none(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv("SDLC_LENS_WEBHOOK_SECRET_FILE", str(file))
    with pytest.raises(SettingError, match=f"^SDLC_LENS_WEBHOOK_SECRET_FILE={file} "):
        load_settings()


def test_secret_and_its_file_contradict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDLC_LENS_WEBHOOK_SECRET", "lantern")
    monkeypatch.setenv("SDLC_LENS_WEBHOOK_SECRET_FILE", str(tmp_path))
    with pytest.raises(SettingError, match="both set") as raised:
        load_settings()
    assert "lantern" not in str(raised.value)


@pytest.mark.parametrize("malformed", ["lantern", KEY[:-8], f"{KEY},lantern"])
def test_malformed_key_is_not_repeated(malformed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDLC_LENS_TOKEN_ENCRYPTION_KEY", malformed)
    with pytest.raises(SettingError) as raised:
        load_settings()
    line = str(raised.value)
    assert line.startswith("SDLC_LENS_TOKEN_ENCRYPTION_KEY is invalid: key ")
    assert "openssl rand -base64 32" in line
    shown = "".join(traceback.format_exception(raised.value))
    assert not any(part in shown for part in (malformed, KEY[:20], "lantern"))


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDLC_LENS_TOKEN_ENCRYPTION_KEY", KEY)
    monkeypatch.setenv("SDLC_LENS_WEBHOOK_SECRET", "lantern")
    settings = load_settings()
    for shown in (repr(settings), str(settings), settings.model_dump_json()):
        assert KEY not in shown
        assert "lantern" not in shown


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load_settings().port = 1


def test_every_setting_is_described() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert field.description.endswith("."), name


@pytest.mark.parametrize("level", ["debug", "Info", "WARNING", "eRRor", "critical"])
def test_log_level_in_any_case(level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDLC_LENS_LOG_LEVEL", level)
    assert load_settings().log_level == level.upper()


def test_lists_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDLC_LENS_ALLOWED_HOSTS", " lens.example , LENS,")
    monkeypatch.setenv("SDLC_LENS_FORWARDED_ALLOW_IPS", "10.0.0.1, fd00::/8")
    assert load_settings().host_names == {"lens.example", "lens"}
    assert load_settings().forwarded_allow_ips == "10.0.0.1,fd00::/8"


def test_unknown_variables_are_reported_with_the_nearest_name() -> None:
    names = ["PATH", "SDLC_LENS_PORT", "SDLC_LENS_LOGLEVEL", "sdlc_lens_host", "SDLC_LENS_PROT"]
    port, level = sorted(ignored_variables(dict.fromkeys(names, "")), key=len)
    assert port == "unknown setting SDLC_LENS_PROT is ignored. Did you mean SDLC_LENS_PORT?"
    assert "SDLC_LENS_LOGLEVEL " in level
    assert level.endswith(" SDLC_LENS_LOG_LEVEL?")


@pytest.mark.parametrize("scheme", ["tcp", "udp", "sctp"])
def test_service_links_of_kubernetes_are_ignored_with_one_warning(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    links = {
        "PORT": f"{scheme}://10.0.0.1:9000",
        f"PORT_9000_{scheme.upper()}": f"{scheme}://10.0.0.1:9000",
        f"PORT_9000_{scheme.upper()}_ADDR": "10.0.0.1",
        f"PORT_9000_{scheme.upper()}_PROTO": scheme,
        "SERVICE_HOST": "10.0.0.1",
        "SERVICE_PORT": "9000",
        "SERVICE_PORT_HTTP": "9000",
        "PROXY_PORT": f"{scheme}://10.0.0.2:80",  # of a Service named sdlc-lens-proxy
        "PROXY_SERVICE_HOST": "10.0.0.2",
    }
    variables = {f"{PREFIX}{name}": value for name, value in links.items()}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert load_settings().port == 8000
    (warning,) = ignored_variables(variables)
    assert warning.startswith(f"SDLC_LENS_PORT={scheme}://10.0.0.1:9000 is ignored")
    assert "enableServiceLinks: false" in warning


def test_unknown_port_variable_is_reported() -> None:
    (warning,) = ignored_variables({"SDLC_LENS_HTTP_PORT": "9000"})
    assert warning.startswith("unknown setting SDLC_LENS_HTTP_PORT is ignored")


def test_relative_database_starts_at_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings().database_path == tmp_path / "data/db/sdlc_lens.db"
    monkeypatch.chdir("/")
    monkeypatch.setenv("SDLC_LENS_DATABASE_URL", "sqlite+aiosqlite:////data/db/sdlc_lens.db")
    assert load_settings().database_path == Settings().database_path


@pytest.mark.parametrize(
    ("variable", "value", "cure"),
    [
        ("PORT", "0", "1 to 65535"),
        ("PORT", "65536", "1 to 65535"),
        ("PORT", "http", "1 to 65535"),
        ("LOG_LEVEL", "loud", "DEBUG, INFO"),
        ("LOG_FORMAT", "xml", "text or json"),
        ("ALLOWED_HOSTS", "https://lens.example", "without scheme"),
        ("ALLOWED_HOSTS", "lens.example,*", "without scheme"),
        ("ALLOWED_HOSTS", "lens.example:8000", "without scheme"),
        ("FORWARDED_ALLOW_IPS", "proxy", "IP addresses or networks"),
        ("FORWARDED_ALLOW_IPS", "10.0.0.1/8", "IP addresses or networks"),
        ("FORWARDED_ALLOW_IPS", "*", "IP addresses or networks"),
        ("GITHUB_API_URL", "api.github.com", "https://"),
        ("GITHUB_API_URL", "https://api.github.com/", "no slash at the end"),
        ("GITHUB_API_URL", "https://api.github.com?x=y", "https://"),
        ("GITHUB_API_URL", "https://lens:secret@api.github.com", "https://"),
        ("ROOT_PATH", "lens", "begins with a slash"),
        ("ROOT_PATH", "/lens/", "begins with a slash"),
        ("ROOT_PATH", "/", "begins with a slash"),
        ("ROOT_PATH", "/api/lens", "begins with a slash"),
        ("SHUTDOWN_SECONDS", "-1", "0 to 3600"),
        ("SHUTDOWN_SECONDS", "soon", "0 to 3600"),
        ("ALLOWED_PROJECT_BASE", "projects", "an absolute path"),
        ("DATABASE_URL", ANOTHER_KIND, "sqlite+aiosqlite:///"),
        ("DATABASE_URL", "sqlite:////data/lens.db", "sqlite+aiosqlite:///"),
        ("DATABASE_URL", "sqlite+aiosqlite://", "sqlite+aiosqlite:///"),
        ("DATABASE_URL", "sqlite+aiosqlite:///", "sqlite+aiosqlite:///"),
        ("DATABASE_URL", "sqlite+aiosqlite:///:memory:", "sqlite+aiosqlite:///"),
        ("DATABASE_URL", "sqlite+aiosqlite:////data/db/", "sqlite+aiosqlite:///"),
        (
            "DATABASE_URL",
            "sqlite+aiosqlite:////data/x.db?mode=ro",
            "sqlite+aiosqlite:///",
        ),
        ("DATABASE_URL", "nonsense", "sqlite+aiosqlite:///"),
    ],
)
def test_invalid_value_is_one_line_with_variable_and_hint(
    variable: str, value: str, cure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PREFIX + variable, value)
    with pytest.raises(SettingError) as raised:
        load_settings()
    line = str(raised.value)
    assert line.startswith(f"SDLC_LENS_{variable}={value.replace('lens:secret', '***')} is inv")
    assert cure in line
    assert "\n" not in line
    assert raised.value.exit_code == 78


@pytest.mark.parametrize(
    "hosts",
    ["git.example", "a.example:8443, local:b.example", "http://127.0.0.1:3000", "[fd00::1]:1"],
)
def test_git_hosts(hosts: str) -> None:
    assert Settings(git_hosts=hosts).git_hosts == hosts


@pytest.mark.parametrize(
    "hosts", ["git.example/o", "ssh://git.example", "a b", "git.example:99999", "user@git.example"]
)
def test_git_hosts_that_name_no_server(hosts: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDLC_LENS_GIT_HOSTS", hosts)
    with pytest.raises(SettingError, match=r"SDLC_LENS_GIT_HOSTS=.* does not name a git server"):
        load_settings()
