"""The service with a workspace: this checkout, other revisions and targets side by side.

All run with the image's Python and libraries, in turn, so that a disturbance affects them alike.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

import engine
from engine.container import Containers
from support.generated import write_generated
from support.words import choose_words
from support.workspaces import CORPUS

from bench.measurements import Bench, Subject
from bench.rows import MANY, USUAL, show

FEWEST_DOCUMENTS = 100
ROUNDS, ROUNDS_OF_MANY = 3, 1
SAMPLE = 3000  # of so many documents, at most, the words to search for are chosen
CHECKOUT = "this checkout"
USAGE = "scripts/bench service [--against REVISION]... [N...]"


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
        show(bench.samples, [subject.name for subject in subjects], count)


if __name__ == "__main__":
    main()
