"""The settings of a workspace, from `.config.yaml` and `.version`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sdlc_lens.domain.documents.ids import leading_id, number
from sdlc_lens.domain.documents.kinds import ANY_STATUS, STATUSES
from sdlc_lens.domain.documents.status import Statuses

DEFAULT_SCHEMA_VERSION = 2


@dataclass(frozen=True)
class Configuration:
    """A workspace's settings; a missing or invalid one has its default.

    `additions` are the project's own statuses by type, `adopt_after` is the number of the last
    story without proof of its criteria, `warnings` name the settings that were not used.
    """

    schema_version: int = DEFAULT_SCHEMA_VERSION
    profile: str | None = None
    additions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    adopt_after: int | None = None

    @cached_property
    def vocabulary(self) -> Mapping[str, tuple[str, ...]]:
        """The built-in statuses by type, and those that the project adds."""
        names = STATUSES.keys() | self.additions.keys()
        return {
            name: STATUSES.get(name, ANY_STATUS) + self.additions.get(name, ()) for name in names
        }

    @cached_property
    def statuses(self) -> Statuses:
        """The same, for reading statuses as people write them."""
        return Statuses(self.additions)


def configure(settings: Mapping[object, object], version: Mapping[object, object]) -> Configuration:
    """The configuration in SETTINGS; VERSION fills in what they lack."""
    versions = [
        value for found in (settings, version) if (value := found.get("schema_version")) is not None
    ]
    numbers = [number for number in map(_schema_version, versions) if number is not None]
    profile = settings.get("profile") or version.get("profile")
    conformance = settings.get("conformance")
    practice = conformance.get("adopt_after") if isinstance(conformance, Mapping) else None
    adopt_after = _story_number(practice)
    warnings = list(_misfits(settings.get("status_vocab")))
    if versions and not numbers:
        warnings.insert(0, f"schema_version is not a number: {DEFAULT_SCHEMA_VERSION} is assumed")
    if practice is not None and adopt_after is None:
        warnings.append(
            "conformance.adopt_after in .config.yaml was not used: write the number or id of a"
            " story, such as 39 or US0039"
        )
    return Configuration(
        numbers[0] if numbers else DEFAULT_SCHEMA_VERSION,
        _storable(profile) if isinstance(profile, str) else None,
        _additions(settings.get("status_vocab")),
        tuple(warnings),
        adopt_after,
    )


def _schema_version(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 5:
        return int(value) or None
    return value if type(value) is int and 0 < value < 10_000 else None


def _story_number(value: object) -> int | None:
    """The number that VALUE is, or that the story's id in it has."""
    if type(value) is int:
        return value if 0 <= value < 10**15 else None
    if not isinstance(value, str):
        return None
    text = value.strip()
    prefix, ref = leading_id(text) or ("", text if text.isascii() and text.isdigit() else "")
    return number(ref) if prefix in ("", "US") else None


def _additions(written: object) -> Mapping[str, tuple[str, ...]]:
    """The statuses that a project adds, by type; anything else is left out."""
    pairs = written.items() if isinstance(written, Mapping) else ()
    return {
        _storable(name): tuple(_storable(status) for status in statuses if isinstance(status, str))
        for name, statuses in pairs
        if isinstance(name, str) and isinstance(statuses, list)
    }


def _misfits(written: object) -> Iterator[str]:
    """A warning for each part of `status_vocab` that is not a list of statuses."""
    if written is not None and not isinstance(written, Mapping):
        yield "status_vocab in .config.yaml was not used: write a mapping of types to lists"
    for name, statuses in written.items() if isinstance(written, Mapping) else ():
        words = [name, *statuses] if isinstance(statuses, list) else [None]
        if not all(isinstance(word, str) for word in words):
            shown = _storable(name[:100]) if isinstance(name, str) else "(a key that is not text)"
            yield (
                f"status_vocab.{shown} in .config.yaml was not used where it is not text: write a"
                f" list of statuses"
            )


def _storable(text: str) -> str:
    """TEXT without the halves of characters that YAML can express and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode()
