"""Which of several documents a reference means."""

from itertools import permutations

from sdlc_lens.domain.documents.references.relations import Candidate, resolve

AT_HOME = Candidate(1, "RFC0009", own=True, type="rfc", path="rfcs/RFC0009-b.md")
LATER_AT_HOME = Candidate(2, "RFC0009", own=True, type="rfc", path="rfcs/RFC0009-c.md")
ARCHIVED = Candidate(3, "RFC0009", own=True, type="rfc", path="rfcs/archive/RFC0009-z.md")
ALIAS_AT_HOME = Candidate(4, "RFC0009", own=False, type="rfc", path="rfcs/RFC-01JQK3F8-a.md")
DECISION = Candidate(5, "RFC0009", own=True, type="decision", path="decisions/rfc0009-ws4.md")
AT_THE_ROOT = Candidate(6, "RFC0009", own=True, type="rfc", path="RFC0009-a.md")
ELSEWHERE = Candidate(7, "RFC0009", own=True, type="other", path="bugs/RFC0009-a.md")
ALIAS_ELSEWHERE = Candidate(8, "RFC0009", own=False, type="story", path="a.md")
IN_ORDER = (
    AT_HOME,
    LATER_AT_HOME,
    ARCHIVED,
    ALIAS_AT_HOME,
    AT_THE_ROOT,
    ELSEWHERE,
    DECISION,
    ALIAS_ELSEWHERE,
)


def test_every_one_beats_the_next_in_any_order() -> None:
    for position, expected in enumerate(IN_ORDER):
        for rivals in permutations(IN_ORDER[position : position + 3]):
            assert resolve(rivals) == {"RFC0009": expected.id}
        assert resolve(IN_ORDER[position:]) == {"RFC0009": expected.id}


def test_each_ref_has_its_own_winner() -> None:
    story = Candidate(9, "US0001", own=True, type="story", path="stories/US0001-x.md")
    assert resolve([story, DECISION]) == {"US0001": 9, "RFC0009": 5}
    assert resolve([]) == {}


def test_ref_of_no_type() -> None:
    assert resolve([Candidate(1, "XY0001", own=False, type="other", path="b.md")]) == {"XY0001": 1}
