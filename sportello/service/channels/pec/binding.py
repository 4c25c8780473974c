"""Which of our messages a receipt is about: by msgid, then X-Riferimento-Message-ID, then the provider's number; never
by subject. Reads only."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from sportello.foundation.tenancy.models import Organisation
from sportello.records.tickets.models import Message
from sportello.service.channels.mailkit import tokens
from sportello.service.channels.mailkit.record import Certified
from sportello.service.channels.models import CertifiedMail, Dispatch, IncomingMail, Mailbox

Bound = CertifiedMail.Bound


@dataclass(frozen=True)
class Binding:
    """`how` is a `CertifiedMail.Bound`."""

    dispatch: Dispatch
    how: str


def bind(organisation: Organisation, certified: Certified) -> Binding | None:
    """The PEC of ours it is about; None when it is about nothing this organisation sent by PEC."""
    for msgid, how in ((certified.msgid, Bound.BY_MSGID), (certified.header_msgid, Bound.BY_HEADER)):
        dispatch = _by_msgid(organisation, msgid)
        if dispatch is not None:
            return Binding(dispatch, how)
    dispatch = _by_identifier(organisation, certified.identifier)
    return Binding(dispatch, Bound.BY_IDENTIFIER) if dispatch is not None else None


def told_before(organisation: Organisation, certified: Certified) -> CertifiedMail | None:
    """The same receipt in other bytes: one number, kind, recipient and instant. The two warnings differ in the
    instant."""
    if not certified.identifier or certified.at is None:
        return None
    same = CertifiedMail.objects.filter(
        organisation=organisation, identifier=certified.identifier[:500], kind=certified.kind,
        about=certified.about.lower()[:320], certified_at=certified.at, mail__state=IncomingMail.State.MACHINE,
    )  # fmt: skip
    return same.order_by("pk").first()


def answered_by(organisation: Organisation, references: list[str]) -> list[Message]:
    """Messages of ours that replies name by the number their provider gave them: a transport envelope travels under
    that number and not under our Message-ID."""
    numbers = [one.strip("<>")[:500] for one in references if one][:50]
    if not numbers:
        return []
    rows = CertifiedMail.objects.filter(
        organisation=organisation, identifier__in=numbers, dispatch__isnull=False
    ).select_related("dispatch__message__entry__ticket", "dispatch__message__aside")
    return list({row.dispatch.message_id: row.dispatch.message for row in rows[:50] if row.dispatch}.values())


def _by_msgid(organisation: Organisation, msgid: str) -> Dispatch | None:
    if not msgid:
        return None
    token = tokens.ours(msgid)
    named = Q(message__token=token) if token else Q(message__rfc_id=msgid[:500])
    ours = (Message.Direction.OUT, Message.Direction.ASK)
    return _sent(organisation).filter(named, message__direction__in=ours).first()


def _by_identifier(organisation: Organisation, identifier: str) -> Dispatch | None:
    if not identifier:
        return None
    known = CertifiedMail.objects.filter(
        organisation=organisation, identifier=identifier[:500], dispatch__isnull=False
    ).exclude(bound=Bound.BY_IDENTIFIER)
    dispatch_id = known.order_by("pk").values_list("dispatch_id", flat=True).first()
    return _sent(organisation).filter(pk=dispatch_id).first() if dispatch_id else None


def _sent(organisation: Organisation) -> QuerySet[Dispatch]:
    by_pec = Dispatch.objects.filter(organisation=organisation, channel=Mailbox.Channel.PEC)
    return by_pec.select_related("organisation", "message__entry__ticket").order_by("pk")
