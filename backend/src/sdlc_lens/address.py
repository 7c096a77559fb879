"""The address that the service listens on, and that its health check connects to.

Separate from the settings: the health check runs every few seconds and must not import pydantic.
"""

DEFAULT_HOST = (
    "0.0.0.0"  # a container is reached from outside; compose.yaml narrows it to this machine
)
DEFAULT_PORT = 8000

_LOCAL = {"0.0.0.0": ("127.0.0.1",), "::": ("::1", "127.0.0.1")}


def reachable(host: str) -> tuple[str, ...]:
    """The addresses at which a server listening on HOST is reached from the same machine."""
    return _LOCAL.get(host, (host,))


def shown(host: str, port: object) -> str:
    """HOST and PORT as in a URL."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_service_link(port: str) -> bool:
    """Whether PORT is the address of a Service, which Kubernetes sets in the same variable."""
    return port.startswith(("tcp://", "udp://", "sctp://"))
