"""Secrets that are settings, read from files: the variable X_FILE names the file of X."""

import os
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from sdlc_lens.errors import SettingError

SUFFIX = "_FILE"


class SecretFiles(PydanticBaseSettingsSource):
    """Gives each secret the text of its file.

    Raises: SettingError, when a file cannot be read or is empty, or the variable itself is set too.
    """

    def __init__(self, settings_cls: type[BaseSettings]) -> None:
        super().__init__(settings_cls)
        self._given = {name.upper(): value for name, value in os.environ.items() if value}

    def __call__(self) -> dict[str, Any]:
        values = {}
        for name, field in self.settings_cls.model_fields.items():
            value, _, _ = self.get_field_value(field, name)
            if value is not None:
                values[name] = value
        return values

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        variable = f"{self.config.get('env_prefix', '')}{field_name}".upper()
        path = self._given.get(variable + SUFFIX)
        if field.annotation is not SecretStr or path is None:
            return None, field_name, False
        if variable in self._given:
            raise SettingError(
                f"{variable} and {variable}{SUFFIX} are both set. Remove one of them"
            )
        return _read(f"{variable}{SUFFIX}={path}", Path(path)), field_name, False


def _read(setting: str, path: Path) -> str:
    try:
        text = path.read_text().strip()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise SettingError(
            f"{setting} cannot be read: {reason}. Name a file that this process can read"
        ) from None
    if not text:
        raise SettingError(f"{setting} is empty. Write the secret to that file")
    return text
