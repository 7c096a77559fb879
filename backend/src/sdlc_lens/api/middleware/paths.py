"""The path of a request without the root path."""

from starlette.types import Scope

PROBES = frozenset({"/livez", "/readyz"})
# Machines ask for these every few seconds: they would fill the log.
QUIET = PROBES | {"/metrics", "/api/v1/system/health"}


def below(root: str, path: str) -> str:
    """PATH without ROOT, which a proxy may have removed already, and without a final slash."""
    path = path.rstrip("/")
    inside = path == root or path.startswith(f"{root}/")
    return (path.removeprefix(root) if inside else path) or "/"


def own_path(scope: Scope) -> str:
    """The path of SCOPE as the routes state it."""
    return below(scope.get("root_path", ""), scope["path"])
