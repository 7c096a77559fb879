"""Which references lead to parents."""

import pytest

from sdlc_lens.domain.documents.references.family import Reference, parents

MEANINGS = {"US0001": 1, "US0002": 2, "EP0001": 11, "EP0002": 12, "RFC0001": 21}


@pytest.mark.parametrize(
    ("references", "expected"),
    [
        ([], []),
        ([("story", "US0002"), ("epic", "EP0001"), ("parent", "RFC0001")], [2]),
        ([("parent", "RFC0001"), ("epic", "EP0001")], [11]),
        ([("parent", "RFC0001"), ("depends_on", "EP0001")], [21]),
        ([("epic", "EP0002"), ("epic", "EP0001"), ("epic", "EP0002")], [12, 11]),
        ([("story", "US0009"), ("epic", "EP0001")], []),
        ([("story", "US0009"), ("story", "US0002")], [2]),
        ([("story", "US0001"), ("epic", "EP0001")], [11]),
        ([("story", "US0001")], []),
        ([("mention", "EP0001"), ("related", "EP0001")], []),
    ],
)
def test_the_first_field_that_names_another_document_decides(
    references: list[Reference], expected: list[int]
) -> None:
    assert parents(1, references, MEANINGS) == expected
