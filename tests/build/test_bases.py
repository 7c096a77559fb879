"""Other bases: what works, and the reason why one cannot."""

import pytest
from engine import Completed, baked, check
from engine.container import Containers

READ_LIBRARY = """
import importlib.util, os
assert "/lib64/" in os.__file__
assert os.path.exists(importlib.util.cache_from_source(os.__file__))
"""
REASONS = {
    "no-python": "it has no Python",
    "other-python": "its Python is 3.9, that of BUILD_BASE is 3",
    "musl": "its C library is musl",
    "no-shell": "it has no /bin/sh",
    "no-libstdcxx": "it has no libstdc++.so.6",
}


def refused(done: Completed, reason: str) -> bool:
    return done.returncode != 0 and f"_BASE cannot be used: {reason}" in done.stderr


def test_the_service_runs_on_a_base_with_a_user_of_its_own_lib64_and_no_python_but_python3(
    unusual_base: dict[str, str],
) -> None:
    tag = "sdlc-lens-test-base:service"
    baked("runtime-local", f"--set=*.tags={tag}", **unusual_base)
    containers = Containers(tag)
    try:
        lens = containers.serve()
        assert lens.execute("id", "-u").stdout == "10001\n"
        assert lens.execute("python3", "-m", "sdlc_lens", "healthcheck").returncode == 0
        assert lens.execute("python3", "-c", READ_LIBRARY).returncode == 0
        assert lens.execute("python", "--version").returncode != 0
    finally:
        containers.remove()


@pytest.mark.parametrize(("change", "reason"), REASONS.items(), ids=REASONS)
def test_a_base_that_cannot_run_the_image_is_refused(change: str, reason: str) -> None:
    assert refused(check(f"on-{change}"), reason)


def test_a_base_that_cannot_build_the_image_is_refused() -> None:
    assert refused(check("tools-on-no-python"), "it has no python3")
