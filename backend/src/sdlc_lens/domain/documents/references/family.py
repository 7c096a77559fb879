"""Which of a document's references lead to its parents."""

from collections.abc import Iterable, Mapping, Sequence

FAMILY = ("story", "epic", "parent")
"""The fields that name a parent; the first of them that a document has decides."""

Reference = tuple[str, str]
"""A relation, such as `epic`, and the ref that it points at."""


def parents(own: int, references: Iterable[Reference], meanings: Mapping[str, int]) -> list[int]:
    """The nearest parents of the document OWN, in the order in which they are named.

    MEANINGS has the document that a ref means. What points at the document itself says nothing;
    a story that is named but missing still keeps the epic from being a parent.
    """
    named: dict[str, list[str]] = {relation: [] for relation in FAMILY}
    for relation, target in references:
        if relation in named and meanings.get(target) != own:
            named[relation].append(target)
    decisive: Sequence[str] = next((targets for targets in named.values() if targets), [])
    return list(dict.fromkeys(meanings[target] for target in decisive if target in meanings))
