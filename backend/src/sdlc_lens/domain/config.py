"""What a workspace says about itself in `.config.yaml` and `.version`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sdlc_lens.domain.kinds import STATUSES

DEFAULT_SCHEMA_VERSION = 2


@dataclass(frozen=True)
class Configuration:
    """A workspace's settings; what was missing or made no sense has its default."""

    schema_version: int = DEFAULT_SCHEMA_VERSION
    profile: str | None = None
    vocabulary: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: STATUSES)

    def statuses(self, type_name: str) -> tuple[str, ...]:
        """The statuses that documents of this type may have; none stands for any."""
        return self.vocabulary.get(type_name, ())


def configure(settings: Mapping[object, object], version: Mapping[object, object]) -> Configuration:
    """The configuration in SETTINGS; VERSION fills in what they lack."""
    number = _number(settings.get("schema_version")) or _number(version.get("schema_version"))
    profile = settings.get("profile") or version.get("profile")
    return Configuration(
        number or DEFAULT_SCHEMA_VERSION,
        profile if isinstance(profile, str) else None,
        _vocabulary(settings.get("status_vocab")),
    )


def _number(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None


def _vocabulary(additions: object) -> Mapping[str, tuple[str, ...]]:
    """The built-in statuses and those that the project adds."""
    vocabulary = dict(STATUSES)
    for name, statuses in additions.items() if isinstance(additions, Mapping) else ():
        if isinstance(name, str) and isinstance(statuses, list):
            own = tuple(status for status in statuses if isinstance(status, str))
            vocabulary[name] = vocabulary.get(name, ()) + own
    return vocabulary
