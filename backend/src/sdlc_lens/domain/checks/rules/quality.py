"""Quality: fields that a document lacks."""

from sdlc_lens.domain.checks.corpus import Corpus
from sdlc_lens.domain.checks.finding import Checks, verdict
from sdlc_lens.domain.documents.kinds import is_delivered


def artefact_has_status(corpus: Corpus) -> Checks:
    """Every artefact has a status."""
    for artefact in corpus.artefacts():
        yield verdict(artefact.status is not None, f"{artefact.path} has no status", artefact)


def work_has_owner(corpus: Corpus) -> Checks:
    """Every story and epic has an owner, in a workspace that names owners at all."""
    work = list(corpus.of("epic", "story"))
    if any(document.owner for document in work):
        for document in work:
            yield verdict(bool(document.owner), f"{document.path} has no owner", document)


def open_story_has_priority(corpus: Corpus) -> Checks:
    """Every open story has a priority."""
    for story in corpus.open_stories():
        yield verdict(bool(story.priority), f"{story.path} is open and has no priority", story)


def open_story_has_points(corpus: Corpus) -> Checks:
    """Every open story has points."""
    for story in corpus.open_stories():
        estimated = story.story_points is not None
        yield verdict(estimated, f"{story.path} is open and has no story points", story)


def delivered_story_is_proven(corpus: Corpus) -> Checks:
    """Every criterion of a delivered story is verified, in a workspace that records it at all."""
    stories = list(corpus.of("story"))
    if any(story.records_verification for story in stories):
        for story in stories:
            if is_delivered(story.type, story.status):
                message = f"{story.path} is {story.status}, but has criteria that are not verified"
                yield verdict(not story.is_unproven, message, story)
