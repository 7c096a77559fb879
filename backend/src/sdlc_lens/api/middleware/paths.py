"""Where a request goes to, apart from where a proxy has put the service."""

from starlette.types import Scope

PROBES = frozenset({"/livez", "/readyz"})
# Asked every few seconds by machines: a line each would fill the log for ever.
QUIET = PROBES | {"/metrics", "/api/v1/system/health"}


def below(root: str, path: str) -> str:
    """PATH without ROOT, whether the proxy has left that on or not; no slash at the end."""
    path = path.rstrip("/")
    inside = path == root or path.startswith(f"{root}/")
    return (path.removeprefix(root) if inside else path) or "/"


def own_path(scope: Scope) -> str:
    """The path that the scope asks for, as the service's own routes are written."""
    return below(scope.get("root_path", ""), scope["path"])
