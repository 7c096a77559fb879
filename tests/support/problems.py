"""The one shape of every error."""

import httpx


def problem(answer: httpx.Response, status: int, code: str) -> str:
    """Check that the answer is this problem; its text."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert set(body) == {"type", "title", "status", "detail", "instance", "error"}
    assert body["type"] == "about:blank"
    assert body["title"]
    assert body["status"] == status
    assert body["instance"] == answer.headers["x-request-id"]
    assert body["error"] == {"code": code, "message": body["detail"]}
    assert isinstance(body["detail"], str)
    assert body["detail"]
    return body["detail"]
