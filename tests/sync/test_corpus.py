"""A real workspace, where there is one: every document with its type."""

from collections import Counter
from pathlib import Path

import pytest
from support.workspaces import CORPUS

from sdlc_lens.domain.documents.config import configure
from sdlc_lens.domain.documents.parse import parse
from sdlc_lens.sources.folder import read_folder

EXPECTED = {
    "epic": 12,
    "story": 48,
    "plan": 36,
    "test-spec": 36,
    "bug": 16,
    "cr": 22,
    "rfc": 2,
    "retro": 8,
    "workflow": 1,
}


@pytest.mark.skipif(
    not CORPUS.is_dir(), reason="NOT TESTED: no corpus where SDLC_LENS_CORPUS points"
)
def test_documents_of_the_corpus() -> None:
    snapshot = read_folder(str(CORPUS), Path("/"))
    configuration = configure(snapshot.settings, snapshot.version)
    read = [(path, snapshot.read(path)) for path in snapshot.blobs]
    documents = [parse(path, blob.source, configuration) for path, blob in read if blob]
    assert len(documents) == 193
    assert not snapshot.unreadable
    assert configuration.schema_version == 3
    types = Counter(document.type for document in documents)
    assert {name: types[name] for name in EXPECTED} == EXPECTED
    assert all(document.status for document in documents if document.type in ("epic", "story"))
