"""The topic `bell`: how many notifications a person has not read, to nobody else.

What was told while a ticket was theirs to see is counted only as long as it still is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sportello.foundation.live.page import Change, Saying, Topic, saying
from sportello.records.tickets.access import may_see
from sportello.records.tickets.models import Ticket
from sportello.service.notifications import queries

VERBS: Final = frozenset({"notification.made", "notification.read"})


@dataclass(frozen=True)
class Bell:
    """What one person has not read: for each, where its ticket stands now, and who is named for it."""

    user_id: int
    unread: tuple[tuple[int, int, str, frozenset[int]], ...]

    def count_for(self, person: Any) -> int:
        return sum(may_see(person, *one) for one in self.unread)


def bells(changes: Iterable[Change]) -> list[Bell]:
    """Of the people these changes are about."""
    from .topics import named_for  # which lists this topic among its own

    tickets = queries.unread_tickets({change.last.payload["user_id"] for change in changes})
    every: dict[int, Ticket] = {ticket.pk: ticket for them in tickets.values() for ticket in them}
    named = named_for(list(every.values()))
    return [
        Bell(user_id, tuple(
            (one.organisation_id, one.team_id, one.sensitivity, named.get(one.pk, frozenset())) for one in them
        ))
        for user_id, them in tickets.items()
    ]  # fmt: skip


def admit(hearer: Any, names: Sequence[str]) -> dict[str, Any]:
    """Who serves somewhere; the first word says the number."""
    return {name: {"unread": queries.unread(hearer.person)} for name in names} if hearer.person.serving else {}


def tell(hearer: Any, about: Any) -> Saying | None:
    if not isinstance(about, Bell) or about.user_id != hearer.person.user.pk:
        return None
    return saying("bell", unread=about.count_for(hearer.person))


TOPIC: Final = Topic(re.compile("bell"), admit, lambda about: "bell" if isinstance(about, Bell) else "", tell)
