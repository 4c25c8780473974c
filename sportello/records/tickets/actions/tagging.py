"""Tags on a ticket: words of the organisation, made by being used."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import fold, one_line
from sportello.foundation.journal.actor import person
from sportello.records.accounts.models import Membership

from ..models import Tag, Ticket, TicketTag
from ..models.tag import LONGEST
from .change import Change, changing

#: On one ticket: more sort nothing any more.
MOST = 20
_BETWEEN = re.compile(r"[,;\n]")


def names_in(typed: str) -> list[str]:
    """The tags somebody typed, between commas, each once however it is written; Refusal for one too long."""
    found: dict[str, str] = {}
    for part in _BETWEEN.split(typed):
        name = one_line(part).lstrip("#").strip()
        if len(name) > LONGEST:
            raise Refusal(_("“%(name)s” is too long for a tag: at most %(most)s characters.")
                          % {"name": name, "most": LONGEST}, field="tags")
        if name and fold(name):
            found.setdefault(fold(name)[:LONGEST], name)
    return list(found.values())


def change_tags(
    ticket: Ticket, *, by: Membership, add: Iterable[str] = (), remove: Iterable[str] = (), at: datetime | None = None
) -> tuple[list[str], list[str]]:
    """Put tags on and take tags off; which really were (added, removed). Nothing to do writes nothing."""
    with changing(ticket, person(by.user_id), at) as change:
        row = change.ticket
        there = {one.tag.folded: one for one in TicketTag.objects.filter(ticket=row).select_related("tag")}
        gone = [there[fold(name)[:LONGEST]] for name in remove if fold(name)[:LONGEST] in there]
        fresh = [name for name in add if fold(name)[:LONGEST] not in there]
        if len(there) - len(gone) + len(fresh) > MOST:
            raise Refusal(_("At most %(most)s tags on a ticket.") % {"most": MOST}, field="tags")
        _take_off(change, gone, by)
        _put_on(change, fresh, by)
    return fresh, [one.tag.name for one in gone]


def set_tags(ticket: Ticket, names: Iterable[str], *, by: Membership, at: datetime | None = None) -> None:
    """These and no others."""
    wanted = list(names)
    folded = {fold(name)[:LONGEST] for name in wanted}
    there = TicketTag.objects.filter(ticket=ticket).values_list("tag__name", flat=True)
    change_tags(ticket, by=by, add=wanted, remove=[one for one in there if fold(one)[:LONGEST] not in folded], at=at)


def _put_on(change: Change, names: list[str], by: Membership) -> None:
    if not names:
        return
    ticket = change.ticket
    for name in names:  # two who use a new word at one moment use the same row
        Tag.objects.bulk_create(
            [Tag(organisation_id=ticket.organisation_id, name=name, folded=fold(name)[:LONGEST], made_at=change.at)],
            ignore_conflicts=True,
        )
    tags = list(
        Tag.objects.filter(organisation_id=ticket.organisation_id, folded__in=[fold(name)[:LONGEST] for name in names])
    )
    TicketTag.objects.bulk_create(
        TicketTag(organisation_id=ticket.organisation_id, ticket=ticket, tag=tag, put_at=change.at, by_member=by)
        for tag in tags
    )
    ids = [tag.pk for tag in tags]
    entry = change.event("tagged", member=by, reason=", ".join(tag.name for tag in tags), tag_ids=ids)
    change.tell("ticket.tagged", tag_ids=ids, entry_id=entry.pk)


def _take_off(change: Change, rows: list[TicketTag], by: Membership) -> None:
    if not rows:
        return
    ids = [row.tag_id for row in rows]
    TicketTag.objects.filter(pk__in=[row.pk for row in rows]).delete()
    entry = change.event("untagged", member=by, reason=", ".join(row.tag.name for row in rows), tag_ids=ids)
    change.tell("ticket.untagged", tag_ids=ids, entry_id=entry.pk)
