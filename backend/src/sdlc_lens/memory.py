"""What the C library keeps of memory that was freed; for glibc, where other libraries keep little."""

import ctypes

_M_ARENA_MAX = -8  # malloc.h

_library = ctypes.CDLL(None)


def limit_arenas() -> None:
    """Let all threads share two heaps: what one has freed, the others can use."""
    if hasattr(_library, "mallopt"):
        _library.mallopt(_M_ARENA_MAX, 2)


def release() -> None:
    """Return freed memory to the system. Takes some milliseconds, without the interpreter's lock."""
    if hasattr(_library, "malloc_trim"):
        _library.malloc_trim(0)
