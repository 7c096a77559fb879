"""Completeness: documents that a workspace lacks."""

from sdlc_lens.domain.checks.corpus import Corpus, Facts
from sdlc_lens.domain.checks.finding import Checks, verdict


def has_prd(corpus: Corpus) -> Checks:
    """A workspace with documents says what the product is for."""
    return _has_one("prd", corpus)


def has_trd(corpus: Corpus) -> Checks:
    """A workspace with documents says how the product is built."""
    return _has_one("trd", corpus)


def epic_has_stories(corpus: Corpus) -> Checks:
    """Every epic is named by a story."""
    for epic in corpus.of("epic"):
        yield verdict(bool(corpus.naming(epic, "story")), f"No story names {epic.path}", epic)


def open_story_has_plan(corpus: Corpus) -> Checks:
    """Every open story is named by a live plan."""
    for story in corpus.open_stories():
        planned = any(plan.is_live for plan in corpus.naming(story, "plan"))
        yield verdict(planned, f"No live plan names the open story {story.path}", story)


def open_story_has_test_spec(corpus: Corpus) -> Checks:
    """Every open story is named by a live test-spec, or its epic is by one without a story."""
    for story in corpus.open_stories():
        tested = _is_tested(story, corpus)
        message = f"No live test specification names the open story {story.path} or its epic"
        yield verdict(tested, message, story)


def _has_one(type_name: str, corpus: Corpus) -> Checks:
    if corpus.documents:
        found = any(corpus.of(type_name))
        yield verdict(found, f"The workspace has documents, but no {type_name}.md")


def _is_tested(story: Facts, corpus: Corpus) -> bool:
    if any(spec.is_live for spec in corpus.naming(story, "test-spec")):
        return True
    return any(
        spec.is_live and not corpus.targets(spec, "story")
        for epic in corpus.named(story, "epic")
        for spec in corpus.naming(epic, "test-spec")
    )
