"""Who sees what was forwarded: who sees the ticket; and the team of an office inside, which sees what was sent."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404

from sportello.records.accounts.people import Person
from sportello.records.tickets.access import tickets_for
from sportello.records.tickets.models import Attachment, Ticket

from ..models import ForwardedItem, Forwarding, Office

_WITH = ("organisation", "office__team", "office__calendar", "aside", "question__entry", "answer__entry", "term",
         "by_member__user", "ticket__organisation", "ticket__team", "ticket__kind")  # fmt: skip


def of_ticket(ticket: Ticket) -> QuerySet[Forwarding]:
    """All of a ticket already obtained for the person, oldest first."""
    return Forwarding.objects.filter(ticket=ticket).select_related(*_WITH).order_by("pk")


def get_forwarding(person: Person, slug: str, forwarding_id: int) -> Forwarding:
    """One whose ticket they see. Http404 for any other."""
    found = _all(slug).filter(pk=forwarding_id, ticket__in=tickets_for(person)).first()
    if found is None:
        raise Http404
    return found


def get_for_office(person: Person, slug: str, forwarding_id: int) -> Forwarding:
    """One sent to a team of theirs. What they may see of its ticket is not asked: only what was sent is shown."""
    found = _all(slug).filter(pk=forwarding_id, office__team__in=sorted(person.team_ids)).first()
    if found is None:
        raise Http404
    return found


def on_the_table_of(person: Person) -> QuerySet[Forwarding]:
    """What the inside offices they belong to are asked and have not answered for good."""
    asked = Forwarding.objects.open().filter(office__team__in=sorted(person.team_ids))
    return asked.select_related(*_WITH).order_by("expected_at", "pk")


def open_of_tickets_seen(person: Person) -> QuerySet[Forwarding]:
    """Open forwardings whose tickets they see, the first expected first."""
    places = [place.organisation.pk for place in person.serving]
    found = Forwarding.objects.open().filter(organisation__in=places, ticket__in=tickets_for(person))
    return found.select_related(*_WITH, "ticket__owner__user").order_by("expected_at", "pk")


def sent_file(person: Person, slug: str, forwarding_id: int, attachment_id: int) -> Attachment:
    """A file that was forwarded to a team of theirs, or that came with what was said in the same conversation."""
    forwarding = get_for_office(person, slug, forwarding_id)
    chosen = ForwardedItem.objects.filter(forwarding=forwarding, attachment__isnull=False).values("attachment")
    found = (
        Attachment.objects.filter(pk=attachment_id)
        .filter(Q(pk__in=chosen) | Q(entry__message__aside=forwarding.aside_id))
        .select_related("blob")
        .first()
    )
    if found is None:
        raise Http404
    return found


def offices(organisation_id: int) -> QuerySet[Office]:
    """Those in use, by name."""
    return Office.objects.filter(organisation=organisation_id, retired_at__isnull=True).order_by("name", "pk")


def _all(slug: str) -> QuerySet[Forwarding]:
    return Forwarding.objects.filter(organisation__slug=slug).select_related(*_WITH)
