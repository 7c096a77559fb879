"""Returning freed memory to the system; without glibc these functions do nothing."""

import ctypes

_M_ARENA_MAX = -8  # of malloc.h

_library = ctypes.CDLL(None)


def limit_arenas() -> None:
    """Limit glibc to two heaps, so that threads reuse the memory that others freed."""
    if hasattr(_library, "mallopt"):
        _library.mallopt(_M_ARENA_MAX, 2)


def release() -> None:
    """Return freed memory to the system; takes some milliseconds."""
    if hasattr(_library, "malloc_trim"):
        _library.malloc_trim(0)
