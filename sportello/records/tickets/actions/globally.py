"""Terms stand still for everybody, by decree (as DL 18/2020 art. 103 did): dated data, applied to what runs."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.journal.actor import SYSTEM, Actor
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation

from .. import notice_words, notices, terms
from ..models import GlobalSuspension, Term, Ticket
from .change import changing

#: Tickets counted again in one go; the rest in the next.
_AT_ONCE = 500


def suspend_for_all(
    organisation: Organisation,
    slug: str,
    names: dict[str, str],
    from_day: date,
    to_day: date,
    *,
    source: str,
    kinds: tuple[str, ...] = (),
    actor: Actor = SYSTEM,
) -> int:
    """Neither `from_day` nor `to_day` nor the days between are counted; customers concerned are told their new date.

    Returns how many running terms moved. The same slug again only goes on where it stopped.
    """
    if to_day < from_day:
        raise Refusal(_("It ends before it begins."), field="to_day")
    if not source.strip():
        raise Refusal(_("Say by which act terms are suspended."), field="source")
    with transaction.atomic():
        row, _made = GlobalSuspension.objects.get_or_create(
            organisation=organisation,
            slug=slug,
            defaults={
                "names": names,
                "from_day": from_day,
                "to_day": to_day,
                "kinds": list(kinds),
                "source": source[:300],
                "made_at": clock.now(organisation),
            },
        )
    return apply(row, actor)


def apply(row: GlobalSuspension, actor: Actor = SYSTEM) -> int:
    """Count again every running main term that `row` touches. Safe to repeat: a term already moved stays."""
    zone = clock.zone(row.organisation)
    first = datetime.combine(row.from_day, time.min, zone)
    last = datetime.combine(row.to_day + timedelta(days=1), time.min, zone)
    moved, after = 0, 0
    for _round in range(100_000):  # each takes the next by id; an organisation has fewer tickets than this
        page = list(
            Term.objects.filter(terms.running_between(row.organisation_id, first, last), pk__gt=after)
            .order_by("pk")
            .values_list("pk", "ticket_id")[:_AT_ONCE]
        )
        if not page:
            break
        for term_id, ticket_id in page:
            moved += _move(row, term_id, ticket_id, actor)
        after = page[-1][0]
    return moved


def _move(row: GlobalSuspension, term_id: int, ticket_id: int, actor: Actor) -> int:
    ticket = Ticket.objects.select_related("organisation").get(pk=ticket_id)
    with changing(ticket, actor) as change:
        term = Term.objects.select_related("calendar").get(pk=term_id)
        if change.ticket.is_closed or not term.is_running:
            return 0
        before = term.due_at
        terms.recount(change.ticket, term, change.at)
        if term.due_at == before:
            return 0
        name = row.names.get(change.ticket.language) or next(iter(row.names.values()), row.source)
        change.because("term", "global_suspension", suspension=row.slug)
        with notice_words.speaking(change.ticket):
            extra = {"due": notice_words.day_words(row.organisation, term.due_at), "document": row.source}
        notices.give(change, "extended", reason=name, extra=extra)
    return 1
