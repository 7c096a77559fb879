"""Small workspaces for rules, one line per document."""

import re
from typing import Any

from sdlc_lens.domain.checks.corpus import Corpus, Facts
from sdlc_lens.domain.documents.layout import identify
from sdlc_lens.domain.documents.references import Link

SHORTHAND = {
    "EP": "epics/{}-x.md",
    "US": "stories/{}-x.md",
    "PL": "plans/{}-x.md",
    "TS": "test-specs/{}-x.md",
    "BG": "bugs/{}-x.md",
    "CR": "change-requests/{}-x.md",
    "RETRO": "retros/{}-x.md",
    "RV": "reviews/{}-x.md",
}
ID = re.compile(r"([A-Z]+)[0-9]+")


def facts(name: str, status: str | None = "Draft", **values: object) -> Facts:
    """A complete document at a path, or at the path of an id, except for VALUES.

    Values that are names of header fields that point at others hold ids, separated by spaces.
    """
    match = ID.fullmatch(name)
    path = SHORTHAND[match[1]].format(name) if match else name
    identity = identify(path)
    own = {identity.ref} if identity.ref else set()
    aliases = set(str(values.pop("aliases", "")).split())
    known = Facts.__dataclass_fields__.keys() - {"epic", "story"}
    references = [
        Link(relation, target)
        for relation, targets in values.items()
        if relation not in known
        for target in str(targets).split()
    ]
    whole: dict[str, Any] = {
        "epic": None,
        "story": None,
        "records_verification": False,
        "is_unproven": False,
        "references": tuple(references),
        "title": path,
        "owner": "Ines",
        "priority": "High",
        "story_points": 3.0,
        "content_length": 200,
    }
    return Facts(
        path=path,
        type=identity.type,
        doc_id=identity.doc_id,
        ref=identity.ref,
        status=status,
        refs=frozenset(own | aliases),
        **whole | {name: value for name, value in values.items() if name in known},
    )


def healthy(*more: Facts) -> Corpus:
    """A workspace that breaks no rule, and MORE documents, which take the place of equal paths."""
    documents = [
        facts("prd.md", None),
        facts("trd.md", None),
        facts("EP0001", "In Progress"),
        facts("US0001", "Draft", epic="EP0001"),
        facts("PL0001", "Draft", story="US0001", epic="EP0001"),
        facts("TS0001", "Draft", story="US0001", epic="EP0001"),
    ]
    return Corpus({document.path: document for document in (*documents, *more)}.values())
