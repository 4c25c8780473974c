"""Lines of the permission table: tickets as lists that leave. They join those of `permissions.py`."""

from __future__ import annotations

from .permissions import GET_POST, SUPERVISES, Line

LINES = (
    Line("desk:tickets_export", GET_POST, SUPERVISES, {"purpose": "Verifica annuale", "state": "closed"}),
)
