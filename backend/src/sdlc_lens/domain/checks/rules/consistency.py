"""Consistency: documents that contradict each other."""

from sdlc_lens.domain.checks.corpus import Corpus, Facts
from sdlc_lens.domain.checks.finding import Checks, verdict
from sdlc_lens.domain.documents.kinds import RECORDS

INBOX = "inbox"


def story_has_epic(corpus: Corpus) -> Checks:
    """Every story names its epic."""
    for story in corpus.of("story"):
        has_epic = bool(corpus.targets(story, "epic"))
        yield verdict(has_epic, f"{story.path} names no epic by its id", story)


def plan_has_story(corpus: Corpus) -> Checks:
    """Every plan names its story."""
    for plan in corpus.of("plan"):
        has_story = bool(corpus.targets(plan, "story"))
        yield verdict(has_story, f"{plan.path} names no story by its id", plan)


def test_spec_has_story(corpus: Corpus) -> Checks:
    """Every test-spec names a story or an epic."""
    for spec in corpus.of("test-spec"):
        belongs = bool(corpus.targets(spec, "story") or corpus.targets(spec, "epic"))
        yield verdict(belongs, f"{spec.path} names neither a story nor an epic by its id", spec)


def reference_is_answered(corpus: Corpus) -> Checks:
    """Targets of header fields exist; records may name removed documents."""
    for document in corpus.documents:
        found = {} if document.type in RECORDS else corpus.references(document)
        for (relation, target), is_answered in found.items():
            field = relation.replace("_", " ")
            message = f"{document.path} names {target} in its field `{field}`: there is none"
            yield verdict(is_answered, message, document)


def ended_epic_has_ended_stories(corpus: Corpus) -> Checks:
    """An epic ends after its stories."""
    for epic in corpus.of("epic"):
        if not epic.is_open:
            left = [story for story in corpus.naming(epic, "story") if story.is_open]
            names = ", ".join(f"{story.doc_id} ({story.status or 'no status'})" for story in left)
            message = f"{epic.path} is {epic.status}, but not all of its stories are over: {names}"
            yield verdict(not left, message, epic, *left)


def ended_story_has_ended_artefacts(corpus: Corpus) -> Checks:
    """A plan or test-spec ends with its story, with the last one if it has several."""
    for artefact in corpus.of("plan", "test-spec"):
        stories = corpus.named(artefact, "story")
        if stories and not any(story.is_open for story in stories):
            message = f"{artefact.path} is still {_word(artefact)}, but its story is over"
            yield verdict(not artefact.is_open, message, artefact)


def inbox_is_empty(corpus: Corpus) -> Checks:
    """New items have been reviewed."""
    for document in corpus.documents:
        if document.status:
            waits = document.status.casefold() == INBOX
            yield verdict(not waits, f"{document.path} is still in the inbox", document)


def _word(document: Facts) -> str:
    return document.status or "without a status"
