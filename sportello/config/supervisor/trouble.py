"""Errors that end with a sentence for the person at the terminal, never with a traceback."""

from __future__ import annotations


class Trouble(Exception):
    """Something a person can put right; the message says what to do."""


class Stopped(Exception):
    """Somebody asked us to stop while we were waiting for something."""
