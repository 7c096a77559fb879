"""Registers a mounted workspace with the service and syncs it; runs in the container.

Arguments: the project's name, and its folder as the service sees it.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request
from typing import Any

PROJECTS = f"http://127.0.0.1:{os.environ['SDLC_LENS_PORT']}/api/v1/projects"
SYNC_LIMIT_SECONDS = 300
# The engine may have set a proxy in the container, which cannot reach this address.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def call(method: str, path: str = "", body: dict[str, str] | None = None) -> tuple[int, Any]:
    """Status and JSON of an answer, whatever its status."""
    request = urllib.request.Request(PROJECTS + path, method=method)
    request.add_header("Content-Type", "application/json")
    try:
        with DIRECT.open(request, json.dumps(body).encode() if body else None) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
    except urllib.error.URLError as error:
        sys.exit(f"the service does not answer: {error.reason}: see docker compose logs backend")


def expect(accepted: set[int], answer: tuple[int, Any]) -> Any:
    """The JSON of an answer with an accepted status; exits with the service's message otherwise."""
    status, content = answer
    if status not in accepted:
        sys.exit(f"the service refused the workspace: {content['detail']}")
    return content


def registered(name: str, folder: str) -> str:
    """The slug of the folder's project, which is created if it does not exist."""
    for project in expect({200}, call("GET")):
        if project["sdlc_path"] == folder:
            return str(project["slug"])
    body = {"name": name, "source_type": "local", "sdlc_path": folder}
    return str(expect({201}, call("POST", body=body))["slug"])


def synced(slug: str) -> dict[str, Any]:
    """The project, after a sync."""
    expect({202, 409}, call("POST", f"/{slug}/sync"))
    end = time.monotonic() + SYNC_LIMIT_SECONDS
    while time.monotonic() < end:
        project: dict[str, Any] = expect({200}, call("GET", f"/{slug}"))
        if project["sync_status"] != "syncing":
            return project
        time.sleep(0.1)
    sys.exit(f"not synced within {SYNC_LIMIT_SECONDS} s: see docker compose logs backend")


def main(name: str, folder: str) -> None:
    """Print the project's name and how many documents it has."""
    project = synced(registered(name, folder))
    if project["sync_status"] != "synced":
        sys.exit(f"the workspace could not be read: {project['sync_error']}")
    count = project["document_count"]
    print(f"{project['name']}: {count} document{'' if count == 1 else 's'}")


if __name__ == "__main__":
    main(*sys.argv[1:])
