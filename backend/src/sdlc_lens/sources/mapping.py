"""The YAML files that describe a workspace, read as untrusted input."""

from collections.abc import Mapping

import yaml

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
