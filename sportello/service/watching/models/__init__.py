"""Models of the room."""

from __future__ import annotations

from .occurrence import Occurrence

__all__ = ["Occurrence"]
