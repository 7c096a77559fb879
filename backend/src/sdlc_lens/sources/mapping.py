"""The small YAML files in which a workspace describes itself, read without trusting them."""

from collections.abc import Mapping

import yaml

MAX_BYTES = 64 * 1024


class MappingError(ValueError):
    """A file is no mapping that may be read; the text says why."""


def read_mapping(source: bytes) -> Mapping[object, object]:
    """The mapping in SOURCE; an empty one for an empty file."""
    if len(source) > MAX_BYTES:
        raise MappingError(f"it is larger than {MAX_BYTES // 1024} KB")
    try:
        # An alias repeats what it points at: a few lines of them can fill the memory.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(source, yaml.SafeLoader)):
            raise MappingError("it has YAML aliases")
        content = yaml.safe_load(source)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise MappingError(str(error).partition("\n")[0]) from error
    if content is not None and not isinstance(content, Mapping):
        raise MappingError("it is no mapping")
    return content or {}
