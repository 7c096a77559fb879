"""Times of commits, and the documents in folders that differ."""

from datetime import UTC, datetime

import pytest

from sdlc_lens.sources.git.changes import Difference
from sdlc_lens.sources.git.commits import parse_commit


def test_folder_whose_name_begins_another_ones() -> None:
    documents = {"a/x.md", "ab/y.md", "z.md"}
    assert Difference((), ("a",)).among(documents) == {"a/x.md"}
    assert Difference((), ("",)).among(documents) == documents


@pytest.mark.parametrize("seconds", ["-5", "99999999999"])
def test_time_that_is_out_of_range(seconds: str) -> None:
    who = f"Ada <a@example.org> {seconds} +0000"
    found = parse_commit(f"tree {'0' * 40}\nauthor {who}\ncommitter {who}\n\nText\n".encode())
    assert found.at >= datetime.fromtimestamp(0, UTC)
