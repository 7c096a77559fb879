"""What the C library keeps of memory that was freed. Nothing happens without glibc."""

import ctypes

# Of malloc.h; the values are in bytes, but for the number of arenas.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_LARGE = 128 * 1024

_library = ctypes.CDLL(None)


def keep_little() -> None:
    """Let all threads share two heaps, and return what is large as soon as it is freed."""
    if hasattr(_library, "mallopt"):
        _library.mallopt(_M_ARENA_MAX, 2)
        _library.mallopt(_M_MMAP_THRESHOLD, _LARGE)
        _library.mallopt(_M_TRIM_THRESHOLD, _LARGE)


def release() -> None:
    """Return freed memory to the system; takes some milliseconds."""
    if hasattr(_library, "malloc_trim"):
        _library.malloc_trim(0)
