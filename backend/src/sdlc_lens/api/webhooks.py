"""Webhooks: forges announce that a repository has changed."""

import hashlib
import hmac

from fastapi import APIRouter, Request, Response, status
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect

from sdlc_lens.api.dependencies import TheDatabase, ThePolling, TheSettings
from sdlc_lens.api.openapi import problems
from sdlc_lens.domain.remotes import RepositoryFinder, repository_key
from sdlc_lens.errors import ContentTooLarge, NotFound, WrongSignature
from sdlc_lens.queries.projects import list_projects

FORM = "application/x-www-form-urlencoded"
_BODY = {
    "required": True,
    "content": {kind: {"schema": {"type": "object"}} for kind in ("application/json", FORM)},
}

router = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"])


@router.post(
    "/git",
    status_code=status.HTTP_202_ACCEPTED,
    response_class=Response,
    responses={
        202: {"description": "The repository is checked for changes soon."},
        204: {"description": "No project reads the repository."},
        **problems(NotFound, WrongSignature, ContentTooLarge),
    },
    openapi_extra={"requestBody": _BODY},
)
async def receive_push(
    request: Request, database: TheDatabase, settings: TheSettings, polling: ThePolling
) -> Response:
    """Check a repository for changes soon, as its forge asks.

    The forge proves with `X-Hub-Signature-256`, `X-Gitlab-Token` or `Authorization: Bearer` that it
    knows the secret. The body holds the repository's address in any field.
    """
    secret = settings.webhook_secret.get_secret_value().encode()
    if not secret:
        raise NotFound("webhooks are turned off. To use them, set SDLC_LENS_WEBHOOK_SECRET")
    signature = request.headers.get("x-hub-signature-256")
    if signature is None:
        _require_token(request.headers, secret)
    async with database.read() as session:
        urls = {project.repo_url for project in await list_projects(session) if project.repo_url}
    known = {url: repository_key(url) for url in urls}
    digest = hmac.new(secret, digestmod=hashlib.sha256)
    is_form = request.headers.get("content-type", "").lower().startswith(FORM)
    finder = RepositoryFinder(set(known.values()), is_form=is_form)
    try:
        async for part in request.stream():
            digest.update(part)
            finder.feed(part)
    except ClientDisconnect:
        return Response(status_code=status.HTTP_400_BAD_REQUEST)  # which nobody reads
    if signature is not None:
        _require_equal(signature, f"sha256={digest.hexdigest()}")
    if not finder.found:
        return Response(status_code=status.HTTP_204_NO_CONTENT)
    polling.mark_due({url for url, key in known.items() if key in finder.found})
    return Response(status_code=status.HTTP_202_ACCEPTED)


def _require_token(headers: Headers, secret: bytes) -> None:
    """Raises: WrongSignature, before the body is read."""
    token = headers.get("x-gitlab-token")
    if token is None:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            token = ""
    _require_equal(token, secret.decode())


def _require_equal(given: str, expected: str) -> None:
    if not hmac.compare_digest(given.encode("latin-1"), expected.encode()):
        raise WrongSignature(
            "the sender does not know the secret. Set SDLC_LENS_WEBHOOK_SECRET and the webhook's"
            " secret to the same text"
        )
