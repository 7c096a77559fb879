"""The measurements of `scripts/bench service`."""

import functools
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from operator import sub
from pathlib import Path
from typing import Any
from urllib.parse import quote

from engine import until
from engine.container import Container, Containers
from engine.lens import begin_sync, got, register
from support.words import Words
from support.workspaces import add_line

from bench.load import answers_per_second, ask
from bench.rows import AFTER_REQUESTS, AT_ONCE, CONNECTIONS, HOME, PAGES, ROWS, Samples

USUAL_BYTES, FIRST_PAGES = 13_000, 10
SECONDS_A_ROUND, FEWEST, SYNC_SECONDS = 0.5, 5, 600
PROJECT, HEALTH = "/api/v1/projects/bench", "/api/v1/system/health"
# Seconds of CPU, and megabytes resident.
TAKEN = """
import os
fields = open("/proc/1/stat").read().rpartition(")")[2].split()
print((int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"))
status = dict(line.split(":", 1) for line in open("/proc/1/status"))
print(int(status["VmRSS"].split()[0]) / 1024)
"""


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
        self._ask(self._requests(words))
        self._weigh(AFTER_REQUESTS)
        for subject in self._subjects:
            self._first_pages(subject)
        self._ask(self._pages(words))
        for subject in self._turns() if self._rounds > 1 else ():
            self._waits(subject)
        self._weigh("resident after all of that")
        for lens in self._running.values():
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
        }
        at_once = [row for row in ROWS if row.endswith(AT_ONCE)]
        return requests | {row: requests[row.removesuffix(AT_ONCE)] for row in at_once}

    def _pages(self, words: Words) -> dict[str, list[str]]:
        """Paths of pages by row."""
        files = self._stories()
        largest = max(files, key=lambda path: path.stat().st_size).stem
        return {
            **{f"page {path}": [path] for path in PAGES},
            "page of a search": [f"/search?q={quote(words.in_few)}"],
            "page of a story": [f"{HOME}/documents/story/{min(path.stem for path in files)}"],
            "page of the largest story": [f"{HOME}/documents/story/{largest}"],
        }

    def _ask(self, asked: dict[str, list[str]]) -> None:
        for row, paths in asked.items():
            for subject in self._turns():
                address = _address(self._running[subject.name])
                samples = self.samples[row][subject.name]
                if row.endswith(AT_ONCE):
                    rate = answers_per_second(address, paths, CONNECTIONS, SECONDS_A_ROUND)
                    samples.append(rate)
                else:
                    samples += ask(address, paths, SECONDS_A_ROUND, FEWEST)

    def _weigh(self, row: str) -> None:
        for name, lens in self._running.items():
            self.samples[row][name].append(_taken(lens)[1])


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
