"""Whom an organisation does not listen to, and which programs speak for people: verbs and lists.

For supervisors and administrators; a blocked sender's mail is held back, never thrown away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import one_line
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import person as by_person
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership
from sportello.records.accounts.people import Person
from sportello.records.customers.identities import normal

from .email.addresses import is_ours, our_addresses
from .models import BlockedSender, FormSender, Mailbox
from .steps.senders import pattern, patterns_of

_MOST = 500


def may_decide(person: Person, organisation: Organisation) -> bool:
    """Whether `person` answers for colleagues there, or sets it up."""
    return person.supervises(organisation) or person.administers(organisation)


def blocked(organisation: Organisation) -> list[BlockedSender]:
    """Whose mail is held back now, newest first."""
    lasting = Q(until__isnull=True) | Q(until__gt=clock.now(organisation))
    rows = BlockedSender.objects.filter(lasting, organisation=organisation, ended_at__isnull=True)
    return list(rows.select_related("blocked_by__user").order_by("-blocked_at")[:_MOST])


def rules_on(organisation: Organisation, addresses: Iterable[str]) -> QuerySet[BlockedSender]:
    """The rules that hold back mail of `addresses` now, of whole domains too."""
    return rules_of(organisation.pk, patterns(addresses), clock.now(organisation))


def patterns(addresses: Iterable[str]) -> list[str]:
    """What a rule may say that holds back mail of `addresses`: themselves and their domains, each once."""
    return list(dict.fromkeys(form for one in addresses for form in patterns_of(normal("email", one))))


def rules_of(organisation_id: int, patterns: list[str], now: datetime) -> QuerySet[BlockedSender]:
    """The rules on one of `patterns` that hold at `now`."""
    lasting = Q(until__isnull=True) | Q(until__gt=now)
    rows = BlockedSender.objects.filter(lasting, organisation=organisation_id, ended_at__isnull=True)
    return rows.filter(sender__any_of=patterns)


def narrowest(rules: Mapping[str, int], address: str) -> int | None:
    """Of `rules` (what each is on, its id), the one that holds back mail of `address`."""
    return next((rules[one] for one in patterns_of(normal("email", address)) if one in rules), None)


def form_senders(organisation: Organisation) -> list[FormSender]:
    rows = FormSender.objects.filter(organisation=organisation, ended_at__isnull=True)
    return list(rows.select_related("mailbox").order_by("sender")[:_MOST])


def block(organisation: Organisation, sender: str, reason: str, by: Membership, *, days: int = 0) -> BlockedSender:
    """Hold back what comes from an address or a domain; `days` 0: until somebody unblocks it.

    Refusal when it is neither, when it is one of ours, without a reason, or when it is blocked already.
    """
    form = pattern(sender)
    if not form:
        raise Refusal(_("Write an address (name@example.org) or a domain (example.org)."), field="sender")
    ours = our_addresses(organisation)
    if is_ours(form, ours) or any(address.rpartition("@")[2].endswith(form) for address in ours):
        raise Refusal(_("This is the organisation's own: its letters would be held back too."), field="sender")
    why = one_line(reason, 300)
    if not why:
        raise Refusal(_("Write why, so that colleagues understand it later."), field="reason")
    now = clock.now(organisation)
    with transaction.atomic():
        same = BlockedSender.objects.filter(organisation=organisation, sender=form, ended_at__isnull=True)
        same.filter(until__lte=now).update(ended_at=now)  # its time was over: the new one takes its place
        try:
            with transaction.atomic():
                row = BlockedSender.objects.create(
                    organisation=organisation,
                    sender=form,
                    reason=why,
                    blocked_by=by,
                    blocked_at=now,
                    until=now + timedelta(days=days) if days else None,
                )
        except IntegrityError:
            raise Refusal(_("It is blocked already."), field="sender") from None
        record(organisation, "sender.blocked", row, by_person(by.user_id), until=row.until)
    return row


def unblock(organisation: Organisation, block_id: int, by: Membership) -> None:
    """Listen again; what was held back stays held until somebody releases it (or replay brings it back)."""
    with transaction.atomic():
        rows = BlockedSender.objects.select_for_update(no_key=True).filter(organisation=organisation)
        row = rows.filter(pk=block_id).first()
        if row is None:
            raise Http404
        if row.ended_at is None:
            row.ended_at, row.ended_by = clock.now(organisation), by
            row.save(update_fields=["ended_at", "ended_by"])
            record(organisation, "sender.unblocked", row, by_person(by.user_id))


def add_form(
    organisation: Organisation,
    sender: str,
    by: Membership,
    *,
    mailbox: Mailbox | None = None,
    customer_in: str = FormSender.CustomerIn.REPLY_TO,
    address_label: str = "",
    name_label: str = "",
) -> FormSender:
    """Let a program speak for people. Refusal when it is no address or domain, or known already."""
    form = pattern(sender)
    if not form:
        raise Refusal(_("Write an address (name@example.org) or a domain (example.org)."), field="sender")
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = FormSender.objects.create(
                    organisation=organisation,
                    sender=form,
                    mailbox=mailbox,
                    customer_in=customer_in,
                    address_label=one_line(address_label, 60).rstrip(":"),
                    name_label=one_line(name_label, 60).rstrip(":"),
                    added_by=by,
                    added_at=clock.now(organisation),
                )
        except IntegrityError:
            raise Refusal(_("This form is known already."), field="sender") from None
        record(organisation, "form_sender.added", row, by_person(by.user_id))
    return row


def end_form(organisation: Organisation, form_id: int, by: Membership) -> None:
    with transaction.atomic():
        row = FormSender.objects.select_for_update(no_key=True).filter(organisation=organisation, pk=form_id).first()
        if row is None:
            raise Http404
        if row.ended_at is None:
            row.ended_at = clock.now(organisation)
            row.save(update_fields=["ended_at"])
            record(organisation, "form_sender.ended", row, by_person(by.user_id))
