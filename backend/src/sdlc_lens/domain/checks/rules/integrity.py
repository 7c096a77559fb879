"""Integrity: documents that are hard to tell apart, to find or to trust."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from operator import attrgetter

from sdlc_lens.domain.checks.corpus import Corpus, Facts
from sdlc_lens.domain.checks.finding import Checks, verdict
from sdlc_lens.domain.documents.kinds import OTHER

LEAST_CHARACTERS = 50


def stem_is_unique(corpus: Corpus) -> Checks:
    """No two documents of a type have one file name; those of no type, such as README.md, may."""
    typed = (document for document in corpus.documents if document.type != OTHER)
    for group in _groups(typed, "type", "doc_id"):
        places = ", ".join(document.path for document in group)
        message = f"{len(group)} documents of the type {group[0].type} share a file name: {places}"
        yield verdict(len(group) == 1, message, *group)


def ref_is_unique(corpus: Corpus) -> Checks:
    """No two artefacts have one id."""
    with_ref = (artefact for artefact in corpus.artefacts() if artefact.ref)
    for group in _groups(with_ref, "ref"):
        places = ", ".join(document.path for document in group)
        message = f"{len(group)} documents have the id {group[0].ref}: {places}"
        yield verdict(len(group) == 1, message, *group)


def document_has_content(corpus: Corpus) -> Checks:
    """Every document has content."""
    for document in corpus.documents:
        length = document.content_length
        message = f"{document.path} has {length} characters of content"
        yield verdict(length >= LEAST_CHARACTERS, message, document)


def open_work_is_fresh(corpus: Corpus) -> Checks:
    """Workspaces with open work are synced within a month; `Report.as_of` decides by the date."""
    waiting = [artefact for artefact in corpus.artefacts() if artefact.is_open]
    if waiting:
        message = (
            f"The workspace was last read over 30 days ago, with {len(waiting)} open documents"
        )
        yield verdict(False, message, *waiting)


def _groups(documents: Iterable[Facts], *names: str) -> Iterable[list[Facts]]:
    """DOCUMENTS grouped by the values of these fields."""
    groups: dict[Hashable, list[Facts]] = defaultdict(list)
    key = attrgetter(*names)
    for document in documents:
        groups[key(document)].append(document)
    return groups.values()
