"""Where the service listens, and where its own health check finds it.

Apart from the settings: the health check runs every few seconds and must not load a library.
"""

DEFAULT_HOST = (
    "0.0.0.0"  # a container is reached from outside; compose.yaml narrows it to this machine
)
DEFAULT_PORT = 8000

_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def reachable(host: str) -> str:
    """The address at which a server listening on HOST is reached from the same machine."""
    return _WILDCARDS.get(host, host)
