"""Where a ticket goes on after merges: chains are followed, whatever was known of it before.

Old numbers, tokens and follow-up pages keep working: who comes by them is led to the ticket that goes on. Both are of
one customer (`actions/merging.py` sees to it), so that nobody is led to another's words.
"""

from __future__ import annotations

from django.db import connection

from .models import Ticket

#: Longer chains are none that people make.
_LONGEST = 50


def surviving(ticket: Ticket, *related: str) -> Ticket:
    """The ticket `ticket` goes on in; itself, without a query, when it was not merged. `related` is loaded with it."""
    found = ticket
    for _step in range(_LONGEST):
        if found.merged_into_id is None:
            return found
        found = Ticket.objects.select_related("organisation", "procedure", *related).get(pk=found.merged_into_id)
    raise LookupError(f"ticket {ticket.pk} is merged in a circle")


def lock(ticket: Ticket) -> Ticket:
    """The ticket it goes on in, locked: a merge that was committed while we waited is followed too. Inside a
    transaction; the caller's own instance when nothing was merged."""
    found = ticket
    for _step in range(_LONGEST):
        rows = Ticket.objects.select_for_update(no_key=True).filter(pk=found.pk)
        into = rows.values_list("merged_into_id", flat=True).get()
        if into is None:
            return found
        found = Ticket.objects.select_related("organisation", "procedure").get(pk=into)
    raise LookupError(f"ticket {ticket.pk} is merged in a circle")


_TOGETHER = """
WITH RECURSIVE here (id, steps) AS (
    SELECT %s::bigint, 0
    UNION ALL
    SELECT t.id, here.steps + 1 FROM tickets_ticket t JOIN here ON t.merged_into_id = here.id WHERE here.steps < %s
)
SELECT id FROM here
"""


def together(ticket: Ticket) -> list[int]:
    """Ids of `ticket` and of all that go on in it."""
    with connection.cursor() as cursor:
        cursor.execute(_TOGETHER, [ticket.pk, _LONGEST])
        return [row[0] for row in cursor.fetchall()]
