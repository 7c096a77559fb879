"""The YAML files that describe a workspace, read as untrusted input."""

from collections.abc import Callable, Mapping

import yaml

SETTINGS = ".config.yaml"
VERSIONS = (".version", ".version.yaml")
OWN_FILES = (SETTINGS, *VERSIONS)
"""The files in which a workspace describes itself."""

MAX_BYTES = 64 * 1024
MAX_DEPTH = 20


# The loader raises these, too, for values that do not fit their tag.
_REFUSALS = (
    yaml.YAMLError,
    ValueError,
    LookupError,
    AttributeError,
    TypeError,
    ArithmeticError,
    RecursionError,
)


class MappingError(ValueError):
    """A file does not hold a mapping that is allowed; the text says why."""


def read_own_files(
    read: Callable[[str], bytes | None],
) -> tuple[Mapping[object, object], Mapping[object, object], tuple[str, ...]]:
    """The settings and the version that a workspace states, and a warning for each file not used.

    READ gives the bytes of one of the files, or None without it.
    """
    warnings: list[str] = []

    def mapping(name: str) -> Mapping[object, object] | None:
        try:
            source = read(name)
            return None if source is None else read_mapping(source)
        except MappingError as error:
            warnings.append(f"{name} was not used: {error}")
        except OSError as error:
            warnings.append(f"{name} was not used: {error.strerror or error}")
        return None

    settings = mapping(SETTINGS) or {}
    versions = (mapping(name) for name in VERSIONS)
    version = next((found for found in versions if found is not None), {})
    return settings, version, tuple(warnings)


def read_mapping(source: bytes) -> Mapping[object, object]:
    """The mapping in SOURCE; an empty one for an empty file."""
    if len(source) > MAX_BYTES:
        raise MappingError(f"it is larger than {MAX_BYTES // 1024} KB")
    try:
        _require_harmless(source)
        content = yaml.safe_load(source)
    except MappingError:
        raise
    except _REFUSALS as error:
        raise MappingError(f"it is not valid YAML{_place(error)}") from error
    if content is not None and not isinstance(content, Mapping):
        raise MappingError("it is not a mapping")
    return content or {}


def _require_harmless(source: bytes) -> None:
    """Refuse aliases, which can fill the memory, and deep nesting, which can take minutes."""
    depth = 0
    for event in yaml.parse(source, yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise MappingError("it has YAML aliases")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise MappingError("it is nested too deeply")


def _place(error: Exception) -> str:
    """The line of ERROR, if it has one."""
    mark = getattr(error, "problem_mark", None)
    return f", line {mark.line + 1}" if mark else ""
