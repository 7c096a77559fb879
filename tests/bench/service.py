"""What the image does with a workspace of N documents: the figures, side by side for every N."""

import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine import docker
from engine.container import Container
from engine.lens import register, synced

from bench.load import Client, Missing, measure
from bench.workspace import COMMON, PREFIX, RARE, write_workspace

SECONDS, FEWEST = 4.0, 20
CONNECTIONS = 16
POLL_SECONDS = 0.02
SYNC_LIMIT_SECONDS = 300
HEALTH = "/api/v1/system/health"
TAKEN = """
import os
fields = open("/proc/1/stat").read().rpartition(")")[2].split()
status = dict(line.split(":", 1) for line in open("/proc/1/status"))
files = [f for f in os.scandir("/data/db") if f.name.startswith("sdlc_lens.db")]
print((int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"))
print(int(status["VmRSS"].split()[0]) / 1024, int(status["VmHWM"].split()[0]) / 1024)
print(sum(f.stat().st_size for f in files) / 1e6)
"""

Figures = dict[str, str]


@dataclass(frozen=True)
class Taken:
    """What the service has taken so far: seconds of CPU; megabytes now and at most, on disk."""

    cpu: float
    resident: float
    most_resident: float
    stored: float


def main(image: str, *counts: str) -> None:
    """Measure IMAGE with workspaces of so many documents, and print a table."""
    measured: dict[str, Figures] = {}
    try:
        for count in map(int, counts):
            print(f"measuring with {count:,} documents ...", file=sys.stderr, flush=True)
            measured[f"{count:,} documents"] = figures(image, count)
    finally:
        show(measured)


def show(measured: dict[str, Figures]) -> None:
    """Print a table: a row for each figure, a column for each number of documents."""
    print(f"{'':<52}", *(f"{column:>34}" for column in measured))
    for name in next(iter(measured.values()), {}):
        print(f"{name:<52}", *(f"{column[name]:>34}" for column in measured.values()))


def figures(image: str, count: int) -> Figures:
    """Everything that is measured with COUNT documents, by name."""
    with tempfile.TemporaryDirectory(prefix="sdlc-lens-bench-") as name:
        folder = Path(name) / "workspace"
        stories = write_workspace(folder, count)
        for path in (folder.parent, *folder.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        size = sum(path.stat().st_size for path in folder.rglob("*.md")) / 1e6
        with serving(image, folder) as lens:
            found = {"markdown": f"{size:.1f} MB"}
            found |= syncs(lens, folder, stories[0][1], count)
            found |= answers(lens, stories)
            found |= space(lens)
            found |= patience(lens, count)
    return found


@contextmanager
def serving(image: str, folder: Path) -> Iterator[Container]:
    """A service of its own that may read FOLDER; removed at the end."""
    lens = Container(f"sdlc-lens-bench-{time.time_ns()}")
    options = ("--publish=127.0.0.1::8000", f"--volume={folder}:/data/projects/bench:ro")
    try:
        docker("run", "--detach", "--pull=never", "--name", lens.name, *options, image)
        yield lens.until_ready()
    finally:
        docker("rm", "--force", "--volumes", lens.name)


def take(lens: Container) -> Taken:
    """Ask the kernel what the service has taken."""
    done = lens.execute("python", "-c", TAKEN)
    assert done.returncode == 0, done.stderr
    return Taken(*map(float, done.stdout.split()))


def syncs(lens: Container, folder: Path, story: str, count: int) -> Figures:
    """What syncs cost."""
    slug = register(lens, "Bench", "/data/projects/bench")
    found = {"first sync": sync(lens, slug, count)}
    found["sync without changes"] = sync(lens, slug, count)
    with (folder / "stories" / f"{story}.md").open("a") as file:
        file.write("\nOne more line.\n")
    found["sync with one change"] = sync(lens, slug, count)
    return found


def sync(lens: Container, slug: str, count: int) -> str:
    """Seconds of a sync on the clock, as its client sees them, and of CPU."""
    before = take(lens)
    begin = time.perf_counter()
    state = synced(lens, slug, SYNC_LIMIT_SECONDS, POLL_SECONDS)
    elapsed = time.perf_counter() - begin
    assert (state["sync_status"], state["document_count"]) == ("synced", count), state
    return f"{elapsed:.2f} s, CPU {take(lens).cpu - before.cpu:.2f} s"


def patience(lens: Container, count: int) -> Figures:
    """How long another request waits while a second project of the same size is synced."""
    slug = register(lens, "Watched", "/data/projects/bench")
    return {
        f"longest wait for {HEALTH}, {what}": worst_meanwhile(lens, slug, count)
        for what in ("first sync", "no changes")
    }


def space(lens: Container) -> Figures:
    """What it holds after all that."""
    taken = take(lens)
    return {
        "resident memory, at most": f"{taken.resident:.0f} MB, {taken.most_resident:.0f} MB",
        "database": f"{taken.stored:.1f} MB",
    }


def worst_meanwhile(lens: Container, slug: str, count: int) -> str:
    """The longest that the service's health was waited for during a sync."""
    client = Client(lens.address, [HEALTH])
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            client.run(0, fewest=len(client.took) + 1)

    thread = threading.Thread(target=watch)
    thread.start()
    sync(lens, slug, count)
    over.set()
    thread.join()
    assert client.error is None, client.error
    return f"{max(client.took):.0f} ms of {len(client.took)}"


def questions(stories: list[tuple[str, str]]) -> dict[str, list[str]]:
    """What is asked, by name; the paths of one question are asked in turn."""
    project = "/api/v1/projects/bench"
    some = stories[:: max(len(stories) // 200, 1)]
    return {
        "list": [f"{project}/documents"],
        "filtered list": [f"{project}/documents?type=story&status=Done&sort=title&order=asc"],
        "detail": [f"{project}/documents/{kind}/{name}" for kind, name in some],
        "related": [f"{project}/documents/{kind}/{name}/related" for kind, name in some],
        "search, rare word": [f"/api/v1/search?q={RARE}"],
        "search, common word": [f"/api/v1/search?q={COMMON}"],
        "search, prefix": [f"/api/v1/search?q={PREFIX}"],
        "stats": [f"{project}/stats"],
        "health check": [f"{project}/health-check"],
        "health check, one page": [f"{project}/health-check?page=1&per_page=50"],
    }


def answers(lens: Container, stories: list[tuple[str, str]]) -> Figures:
    """How fast questions are answered, asked one after the other and sixteen at once."""
    found = {}
    for name, paths in questions(stories).items():
        for connections in (1, CONNECTIONS):
            try:
                load = measure(lens.address, paths, connections, SECONDS, FEWEST // connections)
            except Missing:
                shown = "missing"
            else:
                shown = f"p50 {load.p50:.1f}, p99 {load.p99:.1f} ms, {load.per_second:.0f}/s"
            found[f"{name}, {connections} at once"] = shown
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
