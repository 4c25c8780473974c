"""Two kinds of errors: those a person can cause and mend, and ours.

A `Refusal` carries a sentence for the person who caused it; screens, doors and commands show it as it is.
Anything else that is raised is our own failure: it is logged with ids, never with contents.
"""

from __future__ import annotations

from django.utils.functional import Promise


class Refusal(Exception):
    """What was asked cannot be done; `sentence` says so and what to do instead, in the person's language."""

    status = 422

    def __init__(self, sentence: str | Promise, *, field: str = "") -> None:
        super().__init__(str(sentence))
        self.sentence = sentence
        #: Name of the form field the sentence belongs to; empty for the whole form.
        self.field = field


class Stale(Refusal):
    """The person decided on something that has changed since they read it: nothing was done (HTTP 409)."""

    status = 409


class NotAllowed(Refusal):
    """The person sees the thing but may not do this to it (HTTP 403). What they may not see is a 404."""

    status = 403


class StoreAway(OSError):
    """The store of files does not answer, or refuses us: nothing was stored, and it is worth trying again later."""
