"""A workspace of any size, the same at every call: words of our own, heads and links as real."""

import random
import time
from itertools import accumulate
from pathlib import Path

MEAN_BYTES = 4600  # 2,400 documents make 11 MB
COMMON, RARE, PREFIX = "harbour", "quaystone", "ha"
RARE_EVERY = 800
SYLLABLES = "ar be co dun el fa gor ha il jo ka lum mer no os pel qui ras so tor un va wex yo zi"
# How many of a hundred documents are of a type, by prefix and folder; the rest are stories.
SHARES = {
    ("EP", "epics"): 6, ("PL", "plans"): 20, ("TS", "test-specs"): 18, ("BG", "bugs"): 10,
    ("CR", "change-requests"): 11, ("RETRO", "retros"): 5,
}  # fmt: skip


class Text:
    """Words as seldom and as frequent as those of a language."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        syllables = SYLLABLES.split()
        made = {"".join(chance.choices(syllables, k=chance.randint(2, 4))) for _ in range(9000)}
        others = sorted(made - {COMMON, RARE})
        self._words = [COMMON, *chance.sample(others, len(others))]
        self._weights = list(accumulate(1 / (rank + 2) for rank in range(len(self._words))))

    def words(self, count: int) -> list[str]:
        return self.chance.choices(self._words, cum_weights=self._weights, k=count)

    def sentence(self) -> str:
        """A sentence, now and then with some code in it."""
        words = self.words(self.chance.randint(7, 18))
        code = f" `{words[0]}_{words[1]}.py`" if self.chance.random() < 0.2 else ""
        return f"{' '.join(words).capitalize()}{code}."

    def body(self) -> str:
        """Sections of a few kilobytes in all, and links to two documents."""
        size = round(MEAN_BYTES * self.chance.lognormvariate(-0.3, 0.6))
        text = ""
        while len(text) < size:
            text += f"\n## {' '.join(self.words(3)).title()}\n\n"
            text += "\n".join(f"- {self.sentence()}" for _ in range(3)) + "\n\n"
            text += " ".join(self.sentence() for _ in range(self.chance.randint(2, 6))) + "\n"
        links = (f"US{self.chance.randint(1, 500):04}", f"EP{self.chance.randint(1, 50):04}")
        return f"{text}\nSee {' and '.join(links)}.\n"

    def head(self) -> str:
        depends = (f"US{self.chance.randint(1, 500):04}" for _ in range(self.chance.randint(0, 3)))
        fields = {
            "Status": self.chance.choice(("Done", "Done", "In Progress", "Draft", "Blocked")),
            "Epic": f"EP{self.chance.randint(1, 50):04}",
            "Depends on": ", ".join(depends) or "none",
            "Points": self.chance.choice((1, 2, 3, 5, 8)),
            "Owner": self.chance.choice(("Ada", "Grace", "Edsger", "Barbara")),
            "Priority": self.chance.choice(("High", "Medium", "Low")),
        }
        return "".join(f"> **{name}:** {value}\n" for name, value in fields.items())


def add_line(path: Path) -> None:
    """Add a line to a file, another one each time."""
    with path.open("a") as file:
        file.write(f"# One line more, {time.time_ns()}.\n")


def write_workspace(folder: Path, count: int) -> list[str]:
    """COUNT documents in FOLDER, readable by every user; the ids of all stories."""
    text = Text(random.Random(count))
    counts = {kind: count * share // 100 for kind, share in SHARES.items()}
    counts["US", "stories"] = count - sum(counts.values()) - 2
    folder.mkdir(parents=True)
    for name in ("prd", "trd"):
        (folder / f"{name}.md").write_text(f"# {name.upper()}\n{text.body()}")
    places = [
        (prefix, kind, n) for (prefix, kind), own in counts.items() for n in range(1, own + 1)
    ]
    for number, (prefix, kind, n) in enumerate(places, 1):
        title = " ".join(text.words(4))
        rare = f"\nThe {RARE} of it.\n" if number % RARE_EVERY == 0 else ""
        path = folder / kind / f"{prefix}{n:04}-{title.replace(' ', '-')}.md"
        path.parent.mkdir(exist_ok=True)
        head = f"# {prefix}{n:04}: {title.capitalize()}\n\n{text.head()}"
        path.write_text(head + text.body() + rare)
    for path in (folder.parent, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return sorted(path.stem for path in (folder / "stories").iterdir())
