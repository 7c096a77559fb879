"""What a workspace says about itself in `.config.yaml` and `.version`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sdlc_lens.domain.documents.kinds import ANY_STATUS, STATUSES

DEFAULT_SCHEMA_VERSION = 2

_NO_SCHEMA_VERSION = (
    f"neither .config.yaml nor .version names a schema_version: {DEFAULT_SCHEMA_VERSION} is assumed"
)


@dataclass(frozen=True)
class Configuration:
    """A workspace's settings; what was missing or made no sense has its default.

    `additions` are the statuses of the project's own, `warnings` tell what was not understood.
    """

    schema_version: int = DEFAULT_SCHEMA_VERSION
    profile: str | None = None
    additions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @cached_property
    def vocabulary(self) -> Mapping[str, tuple[str, ...]]:
        """The built-in statuses by type, and those that the project adds."""
        names = STATUSES.keys() | self.additions.keys()
        return {name: _built_in(name) + self.additions.get(name, ()) for name in names}

    def statuses(self, type_name: str) -> tuple[str, ...]:
        """The statuses that documents of this type may have, among others."""
        return self.vocabulary.get(type_name) or _built_in(type_name)


def _built_in(type_name: str) -> tuple[str, ...]:
    """A type without a row borrows all the others' words."""
    return STATUSES.get(type_name, ANY_STATUS)


def configure(settings: Mapping[object, object], version: Mapping[object, object]) -> Configuration:
    """The configuration in SETTINGS; VERSION fills in what they lack."""
    number = _number(settings.get("schema_version")) or _number(version.get("schema_version"))
    profile = settings.get("profile") or version.get("profile")
    return Configuration(
        number or DEFAULT_SCHEMA_VERSION,
        _storable(profile) if isinstance(profile, str) else None,
        _additions(settings.get("status_vocab")),
        (*(() if number else (_NO_SCHEMA_VERSION,)), *_misfits(settings.get("status_vocab"))),
    )


def _number(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 5:
        return int(value)
    return value if type(value) is int and 0 <= value < 10_000 else None


def _additions(written: object) -> Mapping[str, tuple[str, ...]]:
    """The statuses that a project adds, by type; whatever is none is left out."""
    pairs = written.items() if isinstance(written, Mapping) else ()
    return {
        _storable(name): tuple(_storable(status) for status in statuses if isinstance(status, str))
        for name, statuses in pairs
        if isinstance(name, str) and isinstance(statuses, list)
    }


def _misfits(written: object) -> Iterator[str]:
    """What is said of statuses that a project means to add, and that are none."""
    if written is not None and not isinstance(written, Mapping):
        yield "status_vocab in .config.yaml was not used: it is no mapping of types to lists"
    for name, statuses in written.items() if isinstance(written, Mapping) else ():
        words = [name, *statuses] if isinstance(statuses, list) else [None]
        if not all(isinstance(word, str) for word in words):
            shown = _storable(name[:100]) if isinstance(name, str) else "(a key that is no text)"
            yield (
                f"status_vocab.{shown} in .config.yaml is no list of statuses: what is none was"
                f" not used"
            )


def _storable(text: str) -> str:
    """TEXT without the halves of characters that YAML can express and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode()
