"""The topic `bell`: how many notifications a person has not read, to nobody else.

What was told while a ticket was theirs to see is counted only as long as it still is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sportello.foundation.live.page import Change, Saying, Topic, saying
from sportello.records.tickets.access import Sight, may_see
from sportello.records.tickets.models import Named
from sportello.service.notifications import queries

VERBS: Final = frozenset({"notification.made", "notification.read"})


@dataclass(frozen=True)
class Bell:
    """What one person has not read, by where the tickets stand now and who is named for them: how many of each."""

    user_id: int
    unread: tuple[tuple[queries.Standing, frozenset[int], int], ...]

    def count_for(self, those: Sequence[Sight]) -> int:
        seen = sum(
            many
            for at, named, many in self.unread
            if may_see(those, at.organisation_id, at.team_id, at.sensitivity, named)
        )
        return min(seen, queries.MOST)


def bells(changes: Collection[Change]) -> dict[int, Bell]:
    """Of the people these changes are about, by user."""
    return bells_of({change.last.payload["user_id"] for change in changes}) if changes else {}


def bells_of(user_ids: Collection[int]) -> dict[int, Bell]:
    """One query for all of them, one more where some tickets are for named people only."""
    unread = queries.unread_by_standing(user_ids)
    guarded = {at.guarded_id for counted in unread.values() for at in counted if at.guarded_id}
    named: dict[int, set[int]] = {}
    if guarded:
        for ticket_id, member_id in Named.objects.filter(ticket_id__in=guarded).values_list("ticket_id", "member_id"):
            named.setdefault(ticket_id, set()).add(member_id)
    return {
        user_id: Bell(user_id, tuple(
            (at, frozenset(named.get(at.guarded_id, ())), many) for at, many in unread.get(user_id, {}).items()
        ))
        for user_id in user_ids
    }  # fmt: skip


def admit(asked: Sequence[tuple[Any, Sequence[str]]]) -> list[dict[str, Any]]:
    """Who serves somewhere; the first word says the number."""
    rung = bells_of({hearer.user_id for hearer, _ in asked if hearer.sights})
    return [
        {name: {"unread": rung[hearer.user_id].count_for(hearer.sights)} for name in names}
        if hearer.sights
        else {}
        for hearer, names in asked
    ]


def tell(hearer: Any, about: Any) -> Saying | None:
    if not isinstance(about, Bell) or about.user_id != hearer.user_id:
        return None
    return saying("bell", unread=about.count_for(hearer.sights))


TOPIC: Final = Topic(re.compile("bell"), admit, lambda about: "bell" if isinstance(about, Bell) else "", tell)
