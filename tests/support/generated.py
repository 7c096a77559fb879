"""A generated workspace of any size, as uneven as real ones; the same for the same count and seed.

Sizes, forms of metadata blocks, criteria and links are spread as in public workspaces. The words
are made up, and as frequent or rare as those of a language.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise
from pathlib import Path

# Size in bytes of the document at each share of all documents, smallest first; between two of them
# sizes grow geometrically. With the large documents, 2,400 documents make 11 MB.
SIZES = ((0, 250), (0.5, 3500), (0.8, 4200), (0.9, 12_000), (0.99, 16_000), (1, 35_000))
LARGE_SIZES = (500_000, 320_000, 240_000, 200_000)
DOCUMENTS_PER_LARGE_ONE = 600

SYLLABLES = "ar be co dun el fa gor ha il jo ka lum mer no os pel qui ras so tor un va wex yo zi"
WORDS, STREAM = 20_000, 2**18
FOREIGN = ("naïve façade", "Grüße aus Köln", "日本語のメモ", "a → b", "“ship” — now")
EMOJI = ("✅", "🚀", "🔒", "📦", "🐛")
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

OPEN = ("Draft", "Ready", "In Progress", "In-Progress", "Blocked", "Deferred", "Proposed", "")
DONE = ("Done", "**Done** - shipped", "Done (2 of 2)", "Complete", "Superseded")
OWNERS = ("Ada", "Grace", "Edsger", "Barbara", "TBD", "{{owner}}")
# Folder, documents of a hundred, and whether there are acceptance criteria, by prefix. Stories come
# first and so get the large sizes.
KINDS = {
    "US": ("stories", 28, True), "EP": ("epics", 6, False), "PL": ("plans", 18, False),
    "TS": ("test-specs", 17, False), "BG": ("bugs", 10, True), "CR": ("change-requests", 10, True),
    "IS": ("issues", 2, True), "RFC": ("rfcs", 2, False), "RETRO": ("retros", 3, False),
    "RV": ("reviews", 2, False), "HO": ("handoffs", 1, False), "WF": ("workflows", 1, False),
}  # fmt: skip
# Forms of a metadata block, and how many of a hundred documents have each: a field a line, or all
# fields on one line.
FIELD_LINES = {
    "> **{}:** {}\n": 70, "> **{}**: {}\n": 5, ">**{}:** {}\n": 4, "> - **{}:** {}\n": 4,
    "**{}:** {}\n": 6,
}  # fmt: skip
SEPARATORS = {" · ": 4, " | ": 2, "   ": 2}
NOTE_FIRST, NO_BLOCK = 2, 1
CRITERIA = {
    "heading": "### AC{0}: {1}\n\n- **Given** {2}\n- **When** {3}\n- **Then** {4}\n",
    "item": "- **AC{0}:** Given {1}, when {2},\n  then {3}\n",
    "box": "- [{box}] {1}\n",
}
VERIFIED = ("yes (2026-08-11)", "yes (2026-07-02) by the gate", "no", "manual", "stale", "")


@dataclass(frozen=True)
class Place:
    """Where a document will be, and what others call it."""

    prefix: str
    id: str
    title: str
    path: str


def generate(count: int, seed: int = 1) -> Iterator[tuple[str, str]]:
    """Path and text of COUNT documents, at least 100."""
    writer = _Writer(random.Random(f"{count} {seed}"))
    sizes = _sizes(count, writer.chance)
    places = writer.places(count - 2)
    for number, (place, size) in enumerate(zip(places, sizes[:-2], strict=True)):
        yield place.path, writer.document(place, size, foreign=number % 3 == 0)
    for name, size in zip(("prd", "trd"), sizes[-2:], strict=True):
        yield f"{name}.md", f"# {name.upper()}\n" + writer.body(size)


def write_generated(folder: Path, count: int, seed: int = 1) -> None:
    """Write COUNT documents below FOLDER, and a workspace's settings, readable by every user."""
    folder.mkdir(parents=True)
    for name, _, _ in KINDS.values():
        (folder / name).mkdir()
    others = {".config.yaml": "schema_version: 3\n", "stories/_index.md": "# Stories\n"}
    for path, text in chain(others.items(), generate(count, seed)):
        file = folder / path
        file.write_bytes(text.encode())
        file.chmod(0o644)
    for parent in (folder.parent, folder, *(found for found in folder.iterdir() if found.is_dir())):
        parent.chmod(0o755)


def _sizes(count: int, chance: random.Random) -> list[int]:
    """Bytes of each document: the large ones, then all others in random order."""
    large = [LARGE_SIZES[n % len(LARGE_SIZES)] for n in range(count // DOCUMENTS_PER_LARGE_ONE + 1)]
    if count % DOCUMENTS_PER_LARGE_ONE == 0:
        large.pop()
    sizes = []
    for rank in range(count - len(large)):
        share = (rank + 0.5) / (count - len(large))
        (low, small), (high, big) = next(step for step in pairwise(SIZES) if share <= step[1][0])
        sizes.append(round(small * (big / small) ** ((share - low) / (high - low))))
    chance.shuffle(sizes)
    return large + sizes


class _Writer:
    """Writes documents that refer to each other."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        syllables = SYLLABLES.split()
        made = ("".join(chance.choices(syllables, k=chance.randint(2, 4))) for _ in range(WORDS))
        words = list(dict.fromkeys(made))
        weights = accumulate(1 / (rank + 2.7) for rank in range(len(words)))
        self._stream = chance.choices(words, cum_weights=list(weights), k=STREAM)
        self._places: list[Place] = []
        self._by_prefix: dict[str, list[Place]] = {}
        self._foreign = False
        weights_of_blocks = {
            self._paragraph: 45, self._list: 20, self._table: 10, self._boxes: 8, self._fence: 7,
            self._heading: 10,
        }  # fmt: skip
        self._blocks = [block for block, often in weights_of_blocks.items() for _ in range(often)]

    def places(self, count: int) -> list[Place]:
        """Decide about ids, titles and paths of all documents; one in ten has a ULID."""
        shares = {prefix: count * share // 100 for prefix, (_, share, _) in KINDS.items()}
        shares["US"] += count - sum(shares.values())
        for prefix, own in shares.items():
            folder = KINDS[prefix][0]
            for number in range(1, own + 1):
                ulid = "".join(CROCKFORD[number >> shift & 31] for shift in (20, 15, 10, 5, 0))
                hyphen = "-" if prefix == "CR" else ""
                name = f"{prefix}-01K{ulid}" if number % 10 == 0 else f"{prefix}{hyphen}{number:04}"
                title = self.words(4)
                path = f"{folder}/{name}-{title.replace(' ', '-')}.md"
                place = Place(prefix, name, title.capitalize(), path)
                self._places.append(place)
                self._by_prefix.setdefault(prefix, []).append(place)
        return self._places

    def document(self, place: Place, size: int, foreign: bool) -> str:
        """A document of about SIZE bytes; a FOREIGN one contains emoji and non-ASCII words."""
        self._foreign = foreign
        emoji = f" {self.chance.choice(EMOJI)} {self.chance.choice(FOREIGN)}" if foreign else ""
        mark = "\ufeff" if foreign else "\n"
        before = self._one_of({"": 95, mark: 2, "<!-- generated -->\n\n": 3})
        text = f"{before}# {place.id}: {place.title}{emoji}\n\n{self._block(place)}"
        if KINDS[place.prefix][2] and size > 1500:
            text += self._criteria()
        return text + self.body(size - len(text.encode()))

    def body(self, size: int) -> str:
        """Sections of SIZE bytes in all."""
        parts = [f"\n## {self.words(3).title()}\n\n"] if size > 60 else []
        left = size - sum(map(len, parts))
        while left > 1000:
            block = self.chance.choice(self._blocks)()
            parts.append(block)
            left -= len(block.encode())
        if left > 10:
            parts.append(self.words(left // 7).capitalize() + ".\n")
        return "".join(parts)

    def words(self, count: int) -> str:
        """Words that follow each other at a random place of a long text."""
        start = int(self.chance.random() * (STREAM - count))
        return " ".join(self._stream[start : start + count])

    def _one_of(self, weights: dict[str, int]) -> str:
        return self.chance.choices(list(weights), list(weights.values()))[0]

    def _sentence(self) -> str:
        return f"{self.words(int(6 + self.chance.random() * 14)).capitalize()}."

    def _link(self, prefix: str | None = None) -> str:
        """A reference to another document: its id, or a link to its file."""
        place = self.chance.choice(self._by_prefix[prefix] if prefix else self._places)
        if self.chance.random() < 0.5:
            return place.id
        return f"[{place.id}: {place.title}](../{place.path})"

    def _block(self, place: Place) -> str:
        form = self._one_of(FIELD_LINES | SEPARATORS | {"note": NOTE_FIRST, "none": NO_BLOCK})
        fields = self._fields(place)
        if form == "none":
            return ""
        if form in SEPARATORS:
            return f"> {form.join(f'**{name}:** {value}' for name, value in fields.items())}\n"
        note = f"> **{self.words(3).capitalize()}.** {self._sentence()}\n>\n"
        line = "> **{}:** {}\n" if form == "note" else form
        text = "".join(line.format(name, value) for name, value in fields.items())
        return note + text if form == "note" else text

    def _fields(self, place: Place) -> dict[str, str]:
        chance = self.chance
        status = chance.choice(DONE if chance.random() < 0.6 else OPEN)
        fields = {"Status": f"✅ {status}" if self._foreign and status == "Done" else status}
        if place.prefix in ("PL", "TS", "WF"):
            fields["Story"] = self._link("US")
        if place.prefix in ("US", "PL", "TS", "BG"):
            fields["Epic"] = self._link("EP")
        if place.prefix in ("BG", "IS"):
            fields["Severity"] = chance.choice(("Critical", "high", "Medium", "low"))
        if place.prefix in ("US", "CR"):
            fields["Story Points"] = chance.choice(("1", "2", "3", "5", "8 (re-sized)", "-"))
            others = [self._link("US") for _ in range(chance.randrange(4))]
            fields["Depends on"] = ", ".join(others) or "none"
        fields["Owner"] = chance.choice(OWNERS)
        fields["Priority"] = chance.choice(("High", "Medium", "Low", "P1"))
        fields["Created"] = f"2026-0{chance.randint(1, 9)}-1{chance.randrange(10)}"
        fields["Affects"] = f"{self.words(1)}/{self.words(1)}.py; {self._sentence()}"
        return fields

    def _criteria(self) -> str:
        kind = self._one_of({"heading": 55, "item": 20, "box": 25})
        verified = self.chance.random() < 0.5
        text = "\n## Acceptance Criteria\n\n"
        for number in range(1, self.chance.randint(3, 6)):
            text += CRITERIA[kind].format(
                number, *(self._sentence() for _ in range(4)), box=self.chance.choice(" x")
            )
            if verified:
                indent = "" if kind == "heading" else "  "
                text += f"{indent}- **Verify:** pytest tests/{self.words(1)}.py -k {number}\n"
                if state := self.chance.choice(VERIFIED):
                    text += f"{indent}- **Verified:** {state}\n"
            text += "\n" if kind == "heading" else ""
        return text

    def _heading(self) -> str:
        return f"\n##{self.chance.choice(('', '#'))} {self.words(3).title()}\n\n"

    def _paragraph(self) -> str:
        sentences = [self._sentence() for _ in range(self.chance.randint(2, 6))]
        extra = self.chance.random()
        if extra < 0.2:
            sentences.append(f"See {self._link()}.")
        elif extra < 0.4:
            sentences.append(f"It is in `{self.words(2).replace(' ', '_')}.py`.")
        elif extra < 0.5:
            sentences.append(f"Commit {self.chance.getrandbits(40):010x}.")
        if self._foreign:
            sentences.append(f"{self.chance.choice(FOREIGN)} {self.chance.choice(EMOJI)}")
        return " ".join(sentences) + "\n\n"

    def _list(self) -> str:
        items = (f"- **{self.words(1)}**: {self._sentence()}\n" for _ in range(4))
        return "".join(items) + "\n"

    def _boxes(self) -> str:
        items = (f"- [{self.chance.choice(' xX')}] {self._sentence()}\n" for _ in range(4))
        return "".join(items) + "\n"

    def _table(self) -> str:
        rows = (f"| {self._link()} | {self.words(3)} | {self.words(5)} |\n" for _ in range(5))
        return "| Id | Name | Purpose |\n|---|---|---|\n" + "".join(rows) + "\n"

    def _fence(self) -> str:
        lines = "".join(f"    {self.words(2).replace(' ', ' = ')}\n" for _ in range(4))
        return f"```python\n# {self.words(3)}\ndef {self.words(1)}():\n{lines}```\n\n"
