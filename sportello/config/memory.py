"""What the C library does with memory that Python has given back to it. Nothing of this exists on other systems."""

from __future__ import annotations

import ctypes

_M_ARENA_MAX = -8


def few_places() -> None:
    """Else the C library gives each thread a place of its own to take memory from, and nothing freed in one serves
    another."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 2)


def give_back() -> None:
    """What was needed for a moment and the C library still holds. Milliseconds, without Python's lock."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
