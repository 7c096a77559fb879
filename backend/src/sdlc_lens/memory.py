"""Returning freed memory to the system; without glibc these functions do nothing."""

import ctypes

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8  # of malloc.h
_LARGE_BYTES = 256 * 1024

_library = ctypes.CDLL(None)


def limit_heap() -> None:
    """Limit glibc to two heaps, so that threads reuse the memory that others freed.

    Large blocks stay outside the heaps, and return to the system when they are freed. By default
    glibc raises its limit for them, and small blocks between large ones keep a heap from shrinking.
    """
    if hasattr(_library, "mallopt"):
        _library.mallopt(_M_ARENA_MAX, 2)
        _library.mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)


def release() -> None:
    """Return freed memory to the system; takes some milliseconds."""
    if hasattr(_library, "malloc_trim"):
        _library.malloc_trim(0)
