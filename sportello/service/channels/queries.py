"""What screens ask about mail: what became of what left, the out-tray of the demo, the raw message of an entry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404

from sportello.foundation.files.actions import read
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import tickets_for
from sportello.records.tickets.models import Message
from sportello.service.channels.mailkit.parse import parse
from sportello.service.channels.mailkit.record import MailRecord
from sportello.service.channels.models import Delivery, Dispatch, IncomingMail, Mailbox, OutTrayMail


@dataclass(frozen=True)
class DeliveryRow:
    """What became of one recipient; `answer` is the server's own words."""

    address: str
    state: str
    label: str
    status_code: str
    answer: str


@dataclass(frozen=True)
class DispatchRow:
    """What became of an outgoing message."""

    state: str
    label: str
    attempts: int
    answer: str
    next_attempt_at: datetime | None
    deliveries: tuple[DeliveryRow, ...]

    @property
    def needs_a_look(self) -> bool:
        """Somebody may not have got it."""
        return self.state == Dispatch.State.FAILED or any(one.state == Delivery.State.FAILED for one in self.deliveries)


def dispatches_of(message_ids: Iterable[int]) -> dict[int, DispatchRow]:
    """By message id; two queries for a whole timeline. The ids come from what the person may see."""
    found = Dispatch.objects.filter(message_id__in=list(message_ids)).prefetch_related("deliveries")
    return {dispatch.message_id: _dispatch_row(dispatch) for dispatch in found}


def _dispatch_row(dispatch: Dispatch) -> DispatchRow:
    deliveries = tuple(
        DeliveryRow(one.address, one.state, str(one.get_state_display()), one.status_code, one.answer)
        for one in sorted(dispatch.deliveries.all(), key=lambda each: each.pk)
    )
    return DispatchRow(
        dispatch.state,
        str(dispatch.get_state_display()),
        dispatch.attempts,
        dispatch.answer,
        dispatch.next_attempt_at,
        deliveries,
    )


def mailboxes_of(organisation: Organisation) -> list[Mailbox]:
    """Those in use, the default first."""
    in_use = Mailbox.objects.filter(organisation=organisation, retired_at__isnull=True)
    return list(in_use.select_related("team", "kind").order_by("-is_default", "address"))


@dataclass(frozen=True)
class OutTrayRow:
    """A message as it would have left."""

    id: int
    slug: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    put_at: datetime


def out_tray(
    organisation: Organisation, *, text: str = "", address: str = "", before: int = 0, limit: int = 50
) -> list[OutTrayRow]:
    """The out-tray of an organisation, newest first; only what went to `address`, only subjects with `text`."""
    rows = OutTrayMail.objects.filter(organisation=organisation)
    if address:
        rows = rows.filter(recipients__contains=[address.strip().lower()])
    if text:
        rows = rows.filter(subject__icontains=text)
    if before:
        rows = rows.filter(pk__lt=before)
    return [
        OutTrayRow(one.pk, organisation.slug, one.sender, tuple(one.recipients), one.subject, one.put_at)
        for one in rows.order_by("-pk")[:limit]
    ]


def out_tray_mail(organisation: Organisation, mail_id: int) -> tuple[OutTrayMail, MailRecord]:
    """One message of the out-tray, parsed as its recipient's program would; Http404 when it is not there."""
    mail = OutTrayMail.objects.filter(organisation=organisation, pk=mail_id).select_related("raw").first()
    if mail is None:
        raise Http404
    return mail, parse(read(mail.raw))


def raw_of(person: Person, message: Message) -> bytes:
    """The bytes an incoming message came in; Http404 when its ticket is not theirs to see or it did not come by
    mail."""
    seen = tickets_for(person).filter(pk=message.entry.ticket_id)
    mail = IncomingMail.objects.filter(message=message).exclude(state=IncomingMail.State.MACHINE)
    found = mail.select_related("raw").order_by("pk").first() if seen.exists() else None
    if found is None:
        raise Http404
    return read(found.raw)
