"""Step 1: may it go on? The pure guards of mailkit with what only the database knows, and two of our own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db.models import Q

from sportello.records.customers.identities import normal
from sportello.records.tickets.models import Message
from sportello.service.channels.mailkit import tokens
from sportello.service.channels.mailkit.guards import GUARDS, GuardFacts, Verdict
from sportello.service.channels.models import IncomingMail

from .mail import Arrived, Settled, State

#: More than this from one address to one mailbox within the window is a program or a loop: fifty messages in a row
#: are still an anxious customer.
BURST = 60
WINDOW = timedelta(minutes=10)


def earlier_copy(mail: Arrived) -> IncomingMail | None:
    """The same bytes with a Message-ID in the same mailbox before: a server that was not told "250" in time.

    Without a Message-ID nothing says that two equal messages are one. By id as well as by state, so that of two
    copies read at the same moment exactly one goes on.
    """
    if not mail.rfc_id:
        return None
    others = IncomingMail.objects.filter(mailbox=mail.row.mailbox_id, raw=mail.row.raw_id).exclude(pk=mail.row.pk)
    before = Q(pk__lt=mail.row.pk) | ~Q(state__in=(State.PENDING, State.DUPLICATE))
    return others.filter(before).exclude(duplicate_of=mail.row).order_by("pk").first()


def facts_of(mail: Arrived) -> GuardFacts:
    """What the mailbox and the database know, for the guards."""
    token = tokens.ours(mail.record.message_id)
    same_id = IncomingMail.objects.filter(mailbox=mail.row.mailbox_id, rfc_id=mail.rfc_id).exclude(
        raw=mail.row.raw_id
    )
    return GuardFacts(
        already_seen=earlier_copy(mail) is not None,
        id_reused=bool(mail.rfc_id) and same_id.exists(),
        sent_by_us=token is not None
        and Message.objects.filter(organisation=mail.organisation, token=token, direction="out").exists(),
        our_addresses=mail.ours,
        most_bytes=settings.MAIL_BYTES,
    )


def stopped(mail: Arrived, facts: GuardFacts) -> Verdict | None:
    """The first verdict in order, but for the guard a colleague told to let it pass."""
    for guard in GUARDS:
        verdict = guard(mail.record, facts)
        if verdict is not None and verdict.code != mail.released:
            return verdict
    return None


def stop_no_sender(mail: Arrived) -> Settled | None:
    """Nobody to open a ticket for or to answer; a colleague looks."""
    sender = mail.record.sender.address
    if normal("email", sender):
        return None
    return Settled(State.QUARANTINED, "no_sender", {"has_address": bool(sender)})


def stop_burst(mail: Arrived) -> Settled | None:
    """Too many from one address at once."""
    count = IncomingMail.objects.filter(
        mailbox=mail.row.mailbox_id,
        sender=sender_of(mail),
        received_at__gt=mail.at - WINDOW,
        received_at__lte=mail.at,
    ).count()
    if count < BURST:
        return None
    return Settled(State.QUARANTINED, "burst", {"count": count, "minutes": WINDOW.seconds // 60})


def stopped_here(mail: Arrived) -> Settled | None:
    """The guards that need no mailkit, in order."""
    checks: tuple[tuple[str, Callable[[Arrived], Settled | None]], ...] = (
        ("no_sender", stop_no_sender),
        ("burst", stop_burst),
    )
    for code, check in checks:
        if mail.released != code:
            settled = check(mail)
            if settled is not None:
                return settled
    return None


def sender_of(mail: Arrived) -> str:
    """The author's address in its normal form; what was written, shortened, when it has none."""
    written = mail.record.sender.address
    return normal("email", written) or written[:320].lower()
