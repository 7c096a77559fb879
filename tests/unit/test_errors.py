"""The docstring of errors.py equals its classes."""

import re
from http import HTTPStatus

from sdlc_lens import errors, remote_errors
from sdlc_lens.errors import LensError, SyncInProgress


def classes(root: type[LensError]) -> set[type[LensError]]:
    assert remote_errors.__doc__, "its classes are in the tree once it is imported"
    return {root}.union(*(classes(child) for child in root.__subclasses__()))


def test_docstring_lists_every_class_with_its_codes() -> None:
    assert errors.__doc__
    rows = re.findall(r"^[ │├└─]*([A-Z]\w+) {2,}(.*)$", errors.__doc__, re.MULTILINE)
    drawn = dict(rows)
    for error in classes(LensError):
        line = drawn.pop(error.__name__)
        if "code" in vars(error):
            assert f"{error.status}  {error.code}" in line
        if "exit_code" in vars(error):
            assert f"exit {error.exit_code}" in line
    assert not drawn


def test_statuses_and_exit_codes_are_those_of_errors() -> None:
    for error in classes(LensError):
        assert HTTPStatus(error.status).is_client_error or HTTPStatus(error.status).is_server_error
        assert error.exit_code > 0


def test_sync_in_progress_has_retry_after() -> None:
    assert SyncInProgress("busy", 7).headers == {"Retry-After": "7"}
