"""What the image does with a workspace of N documents: the figures, side by side for every N."""

import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from engine.container import Container, Containers
from engine.lens import register, synced

from bench.load import ask, measure
from bench.workspace import COMMON, PREFIX, RARE, add_line, write_workspace

SECONDS, FEWEST, CONNECTIONS = 4.0, 20, 16
HEALTH = "/api/v1/system/health"
# Seconds of CPU; megabytes resident now and at most, and on disk.
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


def main(image: str, *counts: str) -> None:
    """Measure IMAGE with workspaces of so many documents, and print a table."""
    measured: dict[str, Figures] = {}
    try:
        for count in map(int, counts):
            print(f"measuring with {count:,} documents ...", file=sys.stderr, flush=True)
            measured[f"{count:,} documents"] = figures(image, count)
    finally:
        print(f"{'':<52}", *(f"{column:>34}" for column in measured))
        for name in next(iter(measured.values()), {}):
            print(f"{name:<52}", *(f"{column[name]:>34}" for column in measured.values()))


def figures(image: str, count: int) -> Figures:
    """Everything that is measured with COUNT documents, by name."""
    with tempfile.TemporaryDirectory(prefix="sdlc-lens-bench-") as name, Containers(image) as own:
        folder = Path(name) / "workspace"
        stories = write_workspace(folder, count)
        size = sum(path.stat().st_size for path in folder.rglob("*.md")) / 1e6
        lens = own.serve(f"--volume={folder}:/data/projects/bench:ro")
        found = {"markdown": f"{size:.1f} MB"}
        found |= syncs(lens, folder / "stories" / f"{stories[0]}.md", count)
        found |= answers(lens, stories)
        _, resident, most, stored = taken(lens)
        found["resident memory, at most"] = f"{resident:.0f} MB, {most:.0f} MB"
        found["database"] = f"{stored:.1f} MB"
        slug = register(lens, "Watched", "/data/projects/bench")
        for what in ("first sync", "no changes"):
            found[f"longest wait for {HEALTH}, {what}"] = longest_wait(lens, slug, count)
    return found


def taken(lens: Container) -> list[float]:
    """What the service has taken so far, as the kernel states it."""
    return [float(figure) for figure in lens.python(TAKEN).split()]


def syncs(lens: Container, story: Path, count: int) -> Figures:
    slug = register(lens, "Bench", "/data/projects/bench")
    found = {name: sync(lens, slug, count) for name in ("first sync", "sync without changes")}
    add_line(story)
    return {**found, "sync with one change": sync(lens, slug, count)}


def sync(lens: Container, slug: str, count: int) -> str:
    """Seconds of a sync on the clock, as its client sees them, and of CPU."""
    before, begin = taken(lens)[0], time.perf_counter()
    state = synced(lens, slug, seconds=300)
    elapsed = time.perf_counter() - begin
    assert (state["sync_status"], state["document_count"]) == ("synced", count), state
    return f"{elapsed:.2f} s, CPU {taken(lens)[0] - before:.2f} s"


def longest_wait(lens: Container, slug: str, count: int) -> str:
    """The longest that the service's health was waited for during a sync."""
    took: list[float] = []
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(sync, lens, slug, count)
        while not running.done():
            took += ask(lens.address, [HEALTH], 0, 1)
        running.result()
    return f"{max(took):.0f} ms of {len(took)}"


def questions(stories: list[str]) -> dict[str, list[str]]:
    """What is asked, by name; the paths of one question are asked in turn."""
    project = "/api/v1/projects/bench"
    some = stories[:: max(len(stories) // 200, 1)]
    return {
        "list": [f"{project}/documents"],
        "filtered list": [f"{project}/documents?type=story&status=Done&sort=title&order=asc"],
        "detail": [f"{project}/documents/story/{name}" for name in some],
        "related": [f"{project}/documents/story/{name}/related" for name in some],
        "search, rare word": [f"/api/v1/search?q={RARE}"],
        "search, common word": [f"/api/v1/search?q={COMMON}"],
        "search, prefix": [f"/api/v1/search?q={PREFIX}"],
        "stats": [f"{project}/stats"],
        "health check": [f"{project}/health-check"],
        "health check, one page": [f"{project}/health-check?page=1&per_page=50"],
    }


def answers(lens: Container, stories: list[str]) -> Figures:
    """How fast questions are answered, asked one after the other and sixteen at once."""
    found = {}
    for name, paths in questions(stories).items():
        for connections in (1, CONNECTIONS):
            load = measure(lens.address, paths, connections, SECONDS, FEWEST // connections)
            took = f"p50 {load.p50:.1f}, p99 {load.p99:.1f} ms, {load.per_second:.0f}/s"
            found[f"{name}, {connections} at once"] = took
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
