"""Migrates the database, then serves requests."""

import errno
import gc
import socket
import sys

from sdlc_lens.address import shown
from sdlc_lens.commands.migrate import prepare
from sdlc_lens.errors import AddressTaken, NoPermission, SettingError
from sdlc_lens.logs import announce
from sdlc_lens.memory import limit_heap
from sdlc_lens.settings import Settings, load_settings

BACKLOG = 2048
SWITCH_SECONDS = 0.0005
"""Interpreter switch interval: how long a sync's thread can hold up the event loop."""


def run() -> int:
    """Serve until a signal ends the process.

    Raises: SettingError, AddressTaken, and what `prepare` raises.
    """
    # Objects of the start live as long as the process: collecting them costs time and frees
    # nothing, now and in later full collections.
    gc.disable()
    sys.setswitchinterval(SWITCH_SECONDS)
    limit_heap()
    settings = load_settings()
    prepare(settings, in_child=True)
    listener = listen(settings.host, settings.port)
    announce(f"Starting Uvicorn on {shown(settings.host, settings.port)}...", settings.log_format)
    _serve(settings, listener)
    return 0


def listen(host: str, port: int) -> socket.socket:
    """A listening socket on HOST:PORT; `::` accepts IPv4, too.

    Raises: AddressTaken, NoPermission, SettingError.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        # The system default, net.ipv6.bindv6only, may be IPv6 only.
        both = address[0] == "::" and socket.has_dualstack_ipv6()
        listener = socket.create_server(
            (str(address[0]), port), family=family, backlog=BACKLOG, dualstack_ipv6=both
        )
    except (socket.gaierror, UnicodeError) as error:
        raise SettingError(
            f"SDLC_LENS_HOST={host} cannot be resolved: {error}. Set it to an address of this"
            f" machine, or 0.0.0.0 for all"
        ) from error
    except OSError as error:
        raise _why_not(host, port, error) from error
    # Accepted connections inherit this. asyncio does not set it on them, and an answer's body
    # would wait 40 ms for the client to acknowledge the headers.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _why_not(host: str, port: int, error: OSError) -> AddressTaken | NoPermission | SettingError:
    if error.errno == errno.EADDRINUSE:
        return AddressTaken(
            f"port {port} on {host} is in use by another process. Stop that process, or set"
            f" SDLC_LENS_PORT to a free port"
        )
    if error.errno == errno.EACCES:
        return NoPermission(
            f"port {port} needs root privileges. Set SDLC_LENS_PORT to 1024 or more"
        )
    if error.errno == errno.EAFNOSUPPORT:
        return SettingError(
            f"SDLC_LENS_HOST={host} cannot be listened on: this machine has no IPv6. Set it to"
            f" 0.0.0.0, or enable IPv6"
        )
    return SettingError(
        f"SDLC_LENS_HOST={host} cannot be listened on: {error.strerror}. Set it to an address of"
        f" this machine, or 0.0.0.0 for all"
    )


def _serve(settings: Settings, listener: socket.socket) -> None:
    # Imported here, so that the errors above are reported without waiting for these.
    import uvicorn

    from sdlc_lens.api.protocol import Protocol
    from sdlc_lens.main import create_app

    configuration = uvicorn.Config(
        create_app(settings),
        http=Protocol,
        log_config=None,
        access_log=False,
        forwarded_allow_ips=settings.forwarded_allow_ips,
        timeout_graceful_shutdown=settings.shutdown_seconds,
        server_header=False,
    )
    gc.freeze()
    gc.enable()
    uvicorn.Server(configuration).run(sockets=[listener])
