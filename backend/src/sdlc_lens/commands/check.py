"""Prints the health check of a workspace; needs no database."""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from sdlc_lens.clock import now, stamp
from sdlc_lens.domain.checks.corpus import Corpus, facts
from sdlc_lens.domain.checks.report import Outcome, Report, examine
from sdlc_lens.domain.documents.config import configure
from sdlc_lens.domain.documents.document import Document
from sdlc_lens.domain.documents.parse import parse
from sdlc_lens.errors import NoPermission, PathNotFound, Unreadable, UnusableWorkspace
from sdlc_lens.sources.folder import read_folder
from sdlc_lens.sources.snapshot import Snapshot

DESCRIPTION = """\
Print the health check of the workspace in FOLDER. Nothing is written there. As a CI step:
docker run --rm -v "$PWD/sdlc-studio:/workspace:ro" IMAGE check /workspace"""
EXIT_CODES = """\
exit codes:
  0   the gate passed: no critical or high finding
  1   the gate failed, or a file could not be read
  66  the folder does not exist, or has no documents
  77  no read access to the folder
"""


def run(arguments: list[str]) -> int:
    """Check the folder that ARGUMENTS name; 0 when its gate passed.

    Raises: UnusableWorkspace, NoPermission.
    """
    options = _parser().parse_args(arguments)
    snapshot = _read(options.folder)
    unreadable = dict(snapshot.unreadable)
    report = _checked(snapshot, unreadable)
    if options.format == "json":
        print(json.dumps(_as_data(report, unreadable), indent=2))
    else:
        print(_printable("\n".join(_as_lines(report))))
    for complaint in _complaints(snapshot.warnings, unreadable):
        print(_printable(f"sdlc-lens: {complaint}"), file=sys.stderr)
    return 1 if report.failed_by or unreadable else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m sdlc_lens check",
        description=DESCRIPTION,
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "folder", metavar="FOLDER", help="a workspace: the sdlc-studio folder itself"
    )
    parser.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="text is the default",
    )
    return parser


def _read(folder: str) -> Snapshot:
    if not folder:
        raise UnusableWorkspace("the name of the folder is empty. Check the variable that holds it")
    try:
        snapshot = read_folder(os.path.abspath(folder), Path("/"))  # noqa: PTH100 - it takes a NUL
    except PathNotFound as error:
        if isinstance(error.__cause__, PermissionError):
            raise NoPermission(str(error)) from error
        raise UnusableWorkspace(
            f"folder {folder!r} does not exist. In a container, mount it:"
            f' -v "$PWD/sdlc-studio:/workspace:ro", and check /workspace'
        ) from error
    if not snapshot.blobs and not snapshot.unreadable:
        raise UnusableWorkspace(
            f"{folder!r} has no documents (*.md). Name the sdlc-studio folder itself. A folder that"
            f" a container mounts must exist before the container starts"
        )
    return snapshot


def _checked(snapshot: Snapshot, unreadable: dict[str, str]) -> Report:
    corpus = Corpus(map(facts, _documents(snapshot, unreadable)))
    # It has just been read: nothing in it is stale.
    return examine(corpus, stamp(now())).without_stale()


def _documents(snapshot: Snapshot, unreadable: dict[str, str]) -> Iterator[Document]:
    """Every document; UNREADABLE learns which ones cannot be read."""
    configuration = configure(snapshot.settings, snapshot.version)
    for path in snapshot.blobs:
        try:
            found = snapshot.read(path)
        except Unreadable as error:
            unreadable[path] = str(error)
        else:
            if found:
                yield parse(path, found.source, configuration)


def _as_data(report: Report, unreadable: Mapping[str, str]) -> dict[str, object]:
    findings = [json.loads(finding) for outcome in report.outcomes for finding in outcome.findings]
    return {**report.figures, "findings": findings, "unreadable": unreadable}


def _as_lines(report: Report) -> Iterator[str]:
    for outcome in report.outcomes:
        if outcome.findings:
            yield from _rule_lines(outcome)
            yield ""
    counts = ", ".join(f"{count} {severity}" for severity, count in report.summary.items())
    marks = f"score {report.score} of 100, grade {report.grade}"
    yield f"{report.total_documents} documents, {marks}: {counts}"
    yield f"gate failed by {', '.join(report.failed_by)}" if report.failed_by else "gate passed"


def _rule_lines(outcome: Outcome) -> Iterator[str]:
    rule = outcome.rule
    yield f"{rule.severity.upper()} {rule.id} ({rule.category})"
    for finding in outcome.findings:
        yield f"  {json.loads(finding)['message']}"
    yield f"  -> {rule.fix}"


def _complaints(warnings: Iterable[str], unreadable: Mapping[str, str]) -> Iterator[str]:
    yield from warnings
    for path, reason in unreadable.items():
        yield f"{path} was not read: {reason}"


def _printable(text: str) -> str:
    """TEXT without the control characters for terminals that a file name may contain."""
    return "".join(
        character if character.isprintable() or character == "\n" else "\ufffd"
        for character in text
    )
