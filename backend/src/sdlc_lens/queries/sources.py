"""What a project reads, as users name it: a folder, or a folder of a git repository."""

from collections.abc import Mapping
from typing import Any

from sdlc_lens.errors import Invalid
from sdlc_lens.settings import Settings
from sdlc_lens.sources.git.place import make_place
from sdlc_lens.sources.git.repository import Policy

_GITHUB_BRANCH = "main"
_NONE = dict.fromkeys(("sdlc_path", "repo_url", "repo_branch", "repo_path"))
FIELDS = {"source_type", *_NONE}
_LABELS = {
    "body.repo_url": "Repository",
    "body.repo_branch": "Branch or tag",
    "body.repo_path": "Folder in the repository",
    "body.access": "Read with",
    "body.access_token": "Access token",
    "body.access_token_name": "Access token",
    "body.connection_id": "Connection",
}


def source_columns(
    named: Mapping[str, Any], current: Mapping[str, Any], settings: Settings
) -> dict[str, str | None]:
    """The columns that say what a project reads, after the NAMED fields took the CURRENT ones'
    place. A folder is not looked at; fields of the other sort of source are left out.

    Raises: Invalid, RemoteNotAllowed.
    """
    wanted = {**_NONE, **current, **named}
    if wanted["source_type"] == "local":
        if not wanted["sdlc_path"]:
            raise Invalid("body.sdlc_path: is missing. Give the absolute path of the workspace")
        return _NONE | {"source_type": "local", "sdlc_path": wanted["sdlc_path"]}
    if not wanted["repo_url"]:
        raise Invalid("body.repo_url: is missing. Give the address of the repository")
    branch = wanted["repo_branch"]
    if not branch and wanted["source_type"] == "github":
        branch = _GITHUB_BRANCH
    hosts = Policy.of(settings).hosts
    place = make_place(wanted["repo_url"], branch, wanted["repo_path"], hosts)
    return _NONE | {
        "source_type": wanted["source_type"],
        "repo_url": place.url,
        "repo_branch": place.branch,
        "repo_path": place.path,
    }


def in_words(error: Exception) -> str:
    """What is wrong with a field, under the name that users know it by."""
    text = str(error)
    name, colon, rest = text.partition(":")
    return f"{_LABELS[name]}{colon}{rest}" if name in _LABELS else text
