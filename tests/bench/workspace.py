"""A workspace of any size, the same at every call: words of our own, heads and links as real."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

MEAN_BYTES = 4600  # 2,400 documents make 11 MB
COMMON, RARE, PREFIX = "harbour", "quaystone", "ha"
RARE_EVERY = 800
SENTENCE_WORDS = (7, 18)

_SYLLABLES = "ar be co dun el fa gor ha il jo ka lum mer no os pel qui ras so tor un va wex yo zi"


@dataclass(frozen=True)
class Kind:
    """A type of document: one in how many, and how its files are named and headed."""

    share: int
    prefix: str
    folder: str
    statuses: tuple[str, ...]
    fields: tuple[str, ...]


_WORK = ("Story", "Epic")
_ASKED = ("Epic", "Depends on", "Points", "Owner", "Priority")
KINDS = (
    Kind(6, "EP", "epics", ("Done", "In Progress", "Draft"), ("Owner", "Priority")),
    Kind(30, "US", "stories", ("Done", "Done", "Draft", "Blocked", "Superseded"), _ASKED),
    Kind(20, "PL", "plans", ("Complete", "Draft", "In Progress"), _WORK),
    Kind(18, "TS", "test-specs", ("Complete", "Ready", "Draft"), _WORK),
    Kind(10, "BG", "bugs", ("Fixed", "Open", "Won't Fix"), (*_WORK, "Severity")),
    Kind(11, "CR", "change-requests", ("Complete", "Proposed"), ("Decomposed into", "Priority")),
    Kind(5, "RETRO", "retros", ("Done",), ("Batch",)),
)


class Text:
    """Words as seldom and as frequent as those of a language."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        syllables = _SYLLABLES.split()
        made = {"".join(chance.choices(syllables, k=chance.randint(2, 4))) for _ in range(9000)}
        others = sorted(made - {COMMON, RARE})
        self._words = [COMMON, *chance.sample(others, len(others))]
        self._weights = list(accumulate(1 / (rank + 2) for rank in range(len(self._words))))

    def words(self, count: int) -> list[str]:
        """COUNT words."""
        return self._chance.choices(self._words, cum_weights=self._weights, k=count)

    def sentence(self) -> str:
        """A sentence, now and then with some code in it."""
        words = self.words(self._chance.randint(*SENTENCE_WORDS))
        if self._chance.random() < 0.2:
            words.append(f"`{words[0]}_{words[1]}.py`")
        return f"{' '.join(words).capitalize()}."

    def body(self, size: int) -> Iterator[str]:
        """Sections of about SIZE characters in all."""
        while size > 0:
            part = f"\n## {' '.join(self.words(3)).title()}\n\n"
            part += "\n".join(f"- {self.sentence()}" for _ in range(3)) + "\n\n"
            part += " ".join(self.sentence() for _ in range(self._chance.randint(2, 6))) + "\n"
            size -= len(part)
            yield part


def write_workspace(folder: Path, count: int) -> list[tuple[str, str]]:
    """COUNT documents in FOLDER; the type and id of every story."""
    chance = random.Random(count)
    text = Text(chance)
    counts = {kind.prefix: count * kind.share // 100 for kind in KINDS}
    counts["US"] += count - sum(counts.values()) - 2
    for name in ("prd", "trd"):
        _write(folder / f"{name}.md", f"# {name.upper()}\n" + "".join(text.body(MEAN_BYTES)))
    stories = []
    number = 0
    for kind in KINDS:
        (folder / kind.folder).mkdir(parents=True)
        for own in range(1, counts[kind.prefix] + 1):
            number += 1
            title = " ".join(text.words(4)).capitalize()
            stem = f"{kind.prefix}{own:04}-{title.lower().replace(' ', '-')}"
            head = f"# {kind.prefix}{own:04}: {title}\n\n{_block(kind, chance, counts)}"
            _write(folder / kind.folder / f"{stem}.md", head + _content(text, chance, number))
            if kind.prefix == "US":
                stories.append(("story", stem))
    return stories


def _block(kind: Kind, chance: random.Random, counts: dict[str, int]) -> str:
    def one(prefix: str) -> str:
        return f"{prefix}{chance.randint(1, max(counts[prefix], 1)):04}"

    values = {
        "Epic": one("EP"),
        "Story": one("US"),
        "Depends on": ", ".join(one("US") for _ in range(chance.randint(0, 3))) or "none",
        "Decomposed into": ", ".join(one("US") for _ in range(3)),
        "Points": str(chance.choice((1, 2, 3, 5, 8))),
        "Owner": chance.choice(("Ada", "Grace", "Edsger", "Barbara")),
        "Priority": chance.choice(("High", "Medium", "Low")),
        "Severity": chance.choice(("High", "Low")),
        "Batch": str(chance.randint(1, 40)),
    }
    fields = {"Status": chance.choice(kind.statuses)} | {name: values[name] for name in kind.fields}
    return "".join(f"> **{name}:** {value}\n" for name, value in fields.items())


def _content(text: Text, chance: random.Random, number: int) -> str:
    parts = list(text.body(round(MEAN_BYTES * chance.lognormvariate(-0.3, 0.6))))
    mentions = f"\nSee US{chance.randint(1, 500):04} and EP{chance.randint(1, 50):04}.\n"
    rare = f"\nThe {RARE} of it.\n" if number % RARE_EVERY == 0 else ""
    return "".join((*parts, mentions, rare))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
