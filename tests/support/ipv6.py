"""What tests of IPv6 need.

It is apart from processes.py, whose fork server would spend 0.3 s to import pytest.
"""

import socket

import pytest


def require_ipv6() -> None:
    """Skip the test where there is no IPv6, not even within the machine."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError as error:
        pytest.skip(f"NOT TESTED: this machine has no IPv6 ({error})")
