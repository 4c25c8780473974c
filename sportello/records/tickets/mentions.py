"""Who is named in a note: "@Anna Bianchi", "@Anna" where only one Anna works here.

Only colleagues who may see the ticket can be named; a name that could be two is asked about, an @ that names nobody
(an address, a price) is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.planned import answered
from sportello.foundation.core.text import fold
from sportello.records.accounts.models import Membership
from sportello.records.accounts.people import Person

from .access import colleagues, sees, tickets_for
from .models import Entry, Mention, Ticket

if TYPE_CHECKING:
    from .actions.change import Change

#: An @ that begins a word; inside one it is an address.
_AT = re.compile(r"(?:^|(?<=[\s(\[«“\"',;:/-]))@(?=\w)")
_END = re.compile(r"\W|$")
#: One note names no more: it would be a list of recipients.
MOST = 20


def named_in(text: str, people: Sequence[Membership]) -> list[Membership]:
    """The colleagues among `people` that `text` names, each once; Refusal for a first name that several have."""
    folded = fold(text)
    by_name = sorted(((fold(one.user.name), one) for one in people), key=lambda pair: -len(pair[0]))
    found: dict[int, Membership] = {}
    for at in _AT.finditer(folded):
        one = _named_at(folded[at.end() :], by_name)
        if one is not None:
            found[one.pk] = one
    return list(found.values())[:MOST]


def _named_at(rest: str, by_name: Sequence[tuple[str, Membership]]) -> Membership | None:
    """Whose whole name (the longest that fits) or first name `rest` begins with."""
    whole = [one for name, one in by_name if name and rest.startswith(name) and _END.match(rest, len(name))]
    if whole:
        longest = [one for one in whole if len(fold(one.user.name)) == len(fold(whole[0].user.name))]
        return _only(longest)
    first = _END.split(rest, maxsplit=1)[0]
    return _only([one for name, one in by_name if name.split(" ")[0] == first])


def _only(people: Sequence[Membership]) -> Membership | None:
    if len(people) > 1:
        names = ", ".join(sorted({f"{one.user.name} ({one.user.email})" for one in people}))
        raise Refusal(_("More than one colleague has that name: %(names)s. Write the whole name.") % {"names": names},
                      field="text")
    return people[0] if people else None


def keep(change: Change, entry: Entry, text: str, member: Membership) -> list[Mention]:
    """Rows for whom the note `entry` of `member` names, and the event that tells of it. Refusal, and nothing is
    written, when one of them may not see the ticket."""
    if "@" not in text:
        return []
    ticket = change.ticket
    named = [one for one in named_in(text, colleagues(ticket.organisation_id)) if one.pk != member.pk]
    blind = [one.user.name for one in named if not sees(one, ticket)]
    if blind:
        raise Refusal(
            _("%(names)s may not see this ticket, so nobody was told. Take the @ away, or change who may see it.")
            % {"names": ", ".join(blind)},
            field="text",
        )
    rows = Mention.objects.bulk_create(
        Mention(organisation_id=ticket.organisation_id, ticket=ticket, entry=entry, member=one, made_at=change.at)
        for one in named
    )
    if rows:
        change.tell("ticket.mentioned", member_ids=[one.member_id for one in rows], entry_id=entry.pk)
    return rows


def unread_of(person: Person) -> QuerySet[Mention]:
    """What names `person` and they have not read, on tickets they may see now; what tells them asks this."""
    return Mention.objects.of(person.membership_ids).unread().filter(ticket__in=tickets_for(person))


def read(ticket: Ticket, member: Membership, at: datetime) -> int:
    """They have the ticket before them."""
    return len(answered(_READ, (at, ticket.pk, member.pk)))


#: Asked at every opening of a ticket, and nearly always in vain.
_READ = """
UPDATE tickets_mention SET read_at = %s WHERE ticket_id = %s AND member_id = %s AND read_at IS NULL RETURNING id
"""
