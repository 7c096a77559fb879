"""What the C library keeps of memory that was freed. Nothing happens without glibc."""

import ctypes

_M_ARENA_MAX = -8  # of malloc.h

_library = ctypes.CDLL(None)


def limit_arenas() -> None:
    """Let all threads share two heaps: what one has freed, the others can use."""
    if hasattr(_library, "mallopt"):
        _library.mallopt(_M_ARENA_MAX, 2)


def release() -> None:
    """Return freed memory to the system; takes some milliseconds."""
    if hasattr(_library, "malloc_trim"):
        _library.malloc_trim(0)
