"""Where the service listens, and where its own health check finds it.

Apart from the settings: the health check runs every few seconds and must not load a library.
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
    """HOST and PORT as a URL has them."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_service_link(port: str) -> bool:
    """Whether Kubernetes has set the variable for a port to the address of a Service."""
    return port.startswith(("tcp://", "udp://", "sctp://"))
