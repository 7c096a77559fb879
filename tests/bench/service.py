"""The service with a workspace: this checkout, other revisions and targets side by side.

All run with the image's Python and libraries, in turn, so that a disturbance affects them alike.
"""

import argparse
import functools
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from operator import sub
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote

import engine
from engine import until
from engine.container import Container, Containers
from engine.lens import begin_sync, got, register
from support.generated import write_generated
from support.words import Words, choose_words
from support.workspaces import CORPUS, add_line

from bench.load import answers_per_second, ask

FEWEST_DOCUMENTS, USUAL, MANY = 100, 2400, 100_000
ROUNDS, ROUNDS_OF_MANY = 3, 1
SAMPLE = 3000  # of so many documents, at most, the words to search for are chosen
USUAL_BYTES, FIRST_PAGES = 13_000, 10
SECONDS_A_ROUND, FEWEST, CONNECTIONS, SYNC_SECONDS = 0.5, 5, 16, 600
CHECKOUT = "this checkout"
USAGE = "scripts/bench service [--against REVISION]... [N...]"
AT_ONCE = f", {CONNECTIONS} connections"
PROJECT, HEALTH = "/api/v1/projects/bench", "/api/v1/system/health"
HOME = "/projects/bench"
PAGES = {"/": "25", HOME: "25", f"{HOME}/documents": "25", f"{HOME}/board": "25",
         f"{HOME}/trace": "60", f"{HOME}/health": "25"}  # fmt: skip
# Seconds of CPU, and megabytes resident.
TAKEN = """
import os
fields = open("/proc/1/stat").read().rpartition(")")[2].split()
print((int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"))
status = dict(line.split(":", 1) for line in open("/proc/1/status"))
print(int(status["VmRSS"].split()[0]) / 1024)
"""
# What is measured, in order: its unit, the target with 2,400 documents and the one with 100,000.
ROWS = {
    "first sync, CPU": ("s", "0.75", "-"),
    "first sync": ("s", "0.85", "-"),
    "sync without changes, CPU": ("s", "-", "-"), "sync without changes": ("s", "0.10", "-"),
    "sync with one change, CPU": ("s", "-", "-"), "sync with one change": ("s", "-", "-"),
    "syncs that end with the health check stored": ("%", "100", "100"),
    "first health check, a page": ("ms", "-", "-"),
    "search, word in at most 5 %": ("ms", "4", "500"),
    "search, phrase in at most 5 %": ("ms", "4", "500"),
    "search, word in nearly all": ("ms", "12", "500"),
    "search, prefix of one letter": ("ms", "45", "-"),
    "search, prefix of two letters": ("ms", "-", "500"),
    "related": ("ms", "3", "-"), "list": ("ms", "2.5", "-"), "list, filtered": ("ms", "-", "-"),
    "a story": ("ms", "-", "-"), "largest story": ("ms", "3", "-"), "statistics": ("ms", "-", "-"),
    "health check, a page": ("ms", "-", "-"),
    **{f"page {path}": ("ms", target, "-") for path, target in PAGES.items()},
    "page of a search": ("ms", "25", "-"), "page of a story": ("ms", "6", "-"),
    "page of the largest story": ("ms", "20", "-"),
    "page of a story of 13 kB, first": ("ms", "20", "-"),
    "page of the largest story, first": ("ms", "500", "-"),
    "search, word in at most 5 %, 16 connections": ("/s", "350", "-"),
    "related, 16 connections": ("/s", "350", "-"),
    "list, 16 connections": ("/s", "450", "-"),
    "worst wait of another request, first sync": ("ms", "50", "-"),
    "worst wait of another request, no changes": ("ms", "50", "-"),
    "worst wait of another request, largest page": ("ms", "150", "-"),
    "resident when idle": ("MB", "-", "-"), "resident after all of that": ("MB", "100", "-"),
}  # fmt: skip

Samples = dict[str, dict[str, list[float]]]  # by name of a row, then of a revision


@dataclass(frozen=True)
class Subject:
    """A revision's code, and the containers that it runs in."""

    name: str
    backend: Path
    containers: Containers

    def serve(self, workspace: Path) -> Container:
        """Start the service with an empty database."""
        return self.containers.serve(
            "--no-healthcheck", "--env=PYTHONPATH=/backend/src:/app/libraries",
            f"--volume={self.backend}:/backend:ro", f"--volume={workspace}:/data/projects/bench:ro",
        )  # fmt: skip


class Bench:
    """Measures the subjects with one workspace, taking turns."""

    def __init__(self, subjects: list[Subject], workspace: Path, rounds: int) -> None:
        self.samples: Samples = {row: defaultdict(list) for row in ROWS}
        self._subjects = subjects
        self._workspace = workspace
        self._rounds = rounds
        self._running: dict[str, Container] = {}

    def measure(self, words: Words) -> None:
        """Measure everything; the services of the last round stay for the requests."""
        for subject in self._turns():
            if subject.name in self._running:
                self._running[subject.name].remove()
            self._syncs(subject)
        for row, paths in self._requests(words).items():
            for subject in self._turns():
                self._ask(row, paths, subject)
        for subject in self._turns() if self._rounds > 1 else ():
            self._waits(subject)
        for name, lens in self._running.items():
            self.samples["resident after all of that"][name].append(_taken(lens)[1])
            lens.remove()

    def _turns(self) -> Iterator[Subject]:
        for number in range(self._rounds):
            yield from self._subjects if number % 2 == 0 else reversed(self._subjects)

    def _syncs(self, subject: Subject) -> None:
        """Start a service and sync; all is new, then nothing changed, then one document."""
        lens = self._running[subject.name] = subject.serve(self._workspace)
        self.samples["resident when idle"][subject.name].append(_taken(lens)[1])
        slug = register(lens, "Bench", "/data/projects/bench")
        self._sync("first sync", subject, slug)
        (project,) = got(lens, "stats")["projects"]
        stored = 100.0 * (project.get("health") is not None)
        self.samples["syncs that end with the health check stored"][subject.name].append(stored)
        first = ask(_address(lens), [f"{PROJECT}/health-check?page=1"], 0)
        self.samples["first health check, a page"][subject.name] += first
        self._first_pages(subject)
        self._sync("sync without changes", subject, slug)
        add_line(min(self._workspace.glob("stories/*.md")))
        self._sync("sync with one change", subject, slug)

    def _first_pages(self, subject: Subject) -> None:
        """Pages of documents that were not rendered before."""
        files = self._stories()
        usual = sorted(files, key=lambda path: abs(path.stat().st_size - USUAL_BYTES))[:FIRST_PAGES]
        largest = max(files, key=lambda path: path.stat().st_size)
        asked = {"of a story of 13 kB": usual, "of the largest story": [largest]}
        for name, stories in asked.items():
            paths = [f"{HOME}/documents/story/{path.stem}" for path in stories]
            took = ask(_address(self._running[subject.name]), paths, 0, len(paths))
            self.samples[f"page {name}, first"][subject.name] += took

    def _sync(self, row: str, subject: Subject, slug: str) -> None:
        """Sync to the end: seconds as its report states them, and CPU seconds of the service."""
        lens = self._running[subject.name]
        before = _taken(lens)[0]
        report = _synced(lens, slug)
        self.samples[f"{row}, CPU"][subject.name].append(_taken(lens)[0] - before)
        times = (datetime.fromisoformat(report[name]) for name in ("finished_at", "started_at"))
        self.samples[row][subject.name].append(sub(*times).total_seconds())

    def _waits(self, subject: Subject) -> None:
        """The longest that other requests wait while another project is synced, and read."""
        lens = self._running[subject.name]
        address = _address(lens)
        slug = register(lens, f"Watched {len(got(lens, 'projects'))}", "/data/projects/bench")
        largest = max(self._stories(), key=lambda path: path.stat().st_size).stem
        page = f"/projects/{slug}/documents/story/{largest}"
        work: dict[str, Callable[[], object]] = {
            "first sync": lambda: _synced(lens, slug),
            "no changes": lambda: _synced(lens, slug),
            "largest page": lambda: ask(address, [page], 0),
        }
        for what, do in work.items():
            took = list[float]()
            with ThreadPoolExecutor(1) as pool:
                running = pool.submit(do)
                while not running.done():
                    took += ask(address, [HEALTH, f"{PROJECT}/documents"], 0, 2)
                running.result()
            row = f"worst wait of another request, {what}"
            self.samples[row][subject.name].append(max(took))

    def _stories(self) -> list[Path]:
        return [path for path in self._workspace.glob("stories/*.md") if path.name[0] != "_"]

    def _requests(self, words: Words) -> dict[str, list[str]]:
        """Paths by row; those of one row are asked for in turn."""
        files = self._stories()
        some = sorted(path.stem for path in files)[:: len(files) // 200 + 1]
        stories = [f"{PROJECT}/documents/story/{name}" for name in some]
        largest = max(files, key=lambda path: path.stat().st_size).stem
        requests = {
            "search, word in at most 5 %": [_search(words.in_few)],
            "search, phrase in at most 5 %": [_search(f'"{words.phrase_in_few}"')],
            "search, word in nearly all": [_search(words.in_nearly_all)],
            "search, prefix of one letter": [_search(words.letter)],
            "search, prefix of two letters": [_search(words.two_letters)],
            "related": [f"{story}/related" for story in stories],
            "list": [f"{PROJECT}/documents"],
            "list, filtered": [f"{PROJECT}/documents?type=story&status=Done&sort=title&order=asc"],
            "a story": stories,
            "largest story": [f"{PROJECT}/documents/story/{largest}"],
            "statistics": [f"{PROJECT}/stats"],
            "health check, a page": [f"{PROJECT}/health-check?page=1"],
            **{f"page {path}": [path] for path in PAGES},
            "page of a search": [f"/search?q={quote(words.in_few)}"],
            "page of a story": [f"{HOME}/documents/story/{some[0]}"],
            "page of the largest story": [f"{HOME}/documents/story/{largest}"],
        }
        at_once = [row for row in ROWS if row.endswith(AT_ONCE)]
        return requests | {row: requests[row.removesuffix(AT_ONCE)] for row in at_once}

    def _ask(self, row: str, paths: list[str], subject: Subject) -> None:
        address = _address(self._running[subject.name])
        samples = self.samples[row][subject.name]
        if row.endswith(AT_ONCE):
            samples.append(answers_per_second(address, paths, CONNECTIONS, SECONDS_A_ROUND))
        else:
            samples += ask(address, paths, SECONDS_A_ROUND, FEWEST)


def main() -> None:
    """Measure generated workspaces of so many documents, or the usual one and the corpus."""
    parser = argparse.ArgumentParser("scripts/bench service", USAGE)
    parser.add_argument("image")
    parser.add_argument("counts", type=_count, nargs="*")
    parser.add_argument("--against", type=_revision, action="append", default=[])
    chosen = parser.parse_intermixed_args()
    with (
        tempfile.TemporaryDirectory(prefix="sdlc-lens-bench-") as name,
        Containers(chosen.image) as containers,
    ):
        folder = Path(name)
        folder.chmod(0o755)
        subjects = [
            Subject(revision, _backend(revision, folder / f"code-{number}", containers), containers)
            for number, revision in enumerate((CHECKOUT, *chosen.against))
        ]
        for count in chosen.counts or [USUAL]:
            workspace = folder / f"generated-{count}" / "workspace"
            write_generated(workspace, count)
            _measure(f"{count:,} generated documents", subjects, workspace, count)
        if not chosen.counts and CORPUS.is_dir():
            workspace = Path(shutil.copytree(CORPUS, folder / "real"))
            _measure("Workspace of the corpus", subjects, workspace, 0)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < FEWEST_DOCUMENTS:
        raise argparse.ArgumentTypeError(f"give a number of documents, 100 or more: {text}")
    return int(text)


def _revision(text: str) -> str:
    if engine.run("git", "rev-parse", "--verify", f"{text}^{{commit}}").returncode:
        raise argparse.ArgumentTypeError(f"no such revision: {text}")
    return text


def _backend(revision: str, folder: Path, containers: Containers) -> Path:
    """The folder `backend` of a revision, compiled as in the image."""
    if revision == CHECKOUT:
        shutil.copytree(engine.ROOT / "backend", folder / "backend")
    else:
        folder.mkdir()
        archive = folder / "backend.tar"
        engine.succeed("git", "archive", f"--output={archive}", revision, "backend")
        shutil.unpack_archive(archive, folder)
    compiling = ("python3", "-m", "compileall", "-q", "-f", "/backend/src")
    containers.as_root(*compiling, options=(f"--volume={folder}/backend:/backend",))
    return folder / "backend"


def _measure(title: str, subjects: list[Subject], workspace: Path, count: int) -> None:
    paths = sorted(workspace.rglob("*.md"))
    sample = paths[:: len(paths) // SAMPLE + 1]
    words = choose_words(path.read_text(errors="replace") for path in sample)
    size = sum(path.stat().st_size for path in paths) / 1e6
    print(f"\n{title}, {size:.1f} MB; {words}", flush=True)
    bench = Bench(subjects, workspace, ROUNDS if count < MANY else ROUNDS_OF_MANY)
    try:
        bench.measure(words)
    finally:
        _show(bench.samples, [subject.name for subject in subjects], count)


def _search(query: str) -> str:
    return f"/api/v1/search?q={quote(query)}"


@functools.cache
def _address(lens: Container) -> tuple[str, int]:
    """The container's own address: a published port leads through a proxy of the engine."""
    (network,) = lens.inspect()["NetworkSettings"]["Networks"].values()
    return network["IPAddress"], lens.port


def _synced(lens: Container, slug: str) -> Any:
    """Sync a project and wait for the end, asking seldom; the sync's report."""
    begin_sync(lens, slug)

    def ended() -> bool:
        return bool(got(lens, f"projects/{slug}")["sync_status"] != "syncing")

    until(ended, SYNC_SECONDS, lens.logs, pause=0.1)
    report = got(lens, f"projects/{slug}/syncs")[0]
    assert report["outcome"] == "synced", report
    return report


def _taken(lens: Container) -> list[float]:
    """CPU seconds and resident megabytes of the service, as the kernel states them."""
    return [float(figure) for figure in lens.python(TAKEN).split()]


def _show(samples: Samples, revisions: list[str], count: int) -> None:
    """Print the medians; of waits, the longest. What was not measured is a dash."""
    print(f"{'':<48}", *(f"{name[:16]:>16}" for name in (*revisions, "target")))
    for row, (unit, usual, many) in ROWS.items():
        summary = max if row.startswith("worst") else median
        measured = (samples[row][name] for name in revisions)
        figures = [f"{summary(found):.4g} {unit}" if found else "-" for found in measured]
        target = {USUAL: usual, MANY: many}.get(count, "-")
        print(f"{row:<48}", *(f"{figure:>16}" for figure in (*figures, target)))


if __name__ == "__main__":
    main()
