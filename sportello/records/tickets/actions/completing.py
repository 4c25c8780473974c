"""What a procedure asks for before a ticket may be closed, as it gets done: steps, blocks of the reply, reasons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import clean
from sportello.foundation.journal.actor import customer, person
from sportello.records.accounts.models import Membership

from ..models import Message, ReplyBlock, StatedReason, StepDone, Ticket
from ..rules import rules_of
from .change import changing


def step_done(ticket: Ticket, code: str, *, by: Membership | None, at: datetime | None = None) -> None:
    """A step of the procedure was done; without `by` by the customer. Twice is once."""
    if code not in {step.code for step in rules_of(ticket.procedure).steps}:
        raise Refusal(_("The procedure has no such step."))
    actor = person(by.user_id) if by else customer(ticket.customer_id)
    with changing(ticket, actor, at) as change:
        if StepDone.objects.filter(ticket=ticket, code=code).exists():
            return
        entry = change.event(
            "step_done", member=by, customer=None if by else change.ticket.customer, public=True, step=code,
            procedure_id=change.ticket.procedure_id,
        )
        StepDone.objects.create(
            organisation_id=ticket.organisation_id,
            ticket=change.ticket,
            code=code,
            done_at=change.at,
            entry=entry,
            by_member=by,
        )
        change.tell("ticket.step_done", step=code, entry_id=entry.pk)


def state_reasons(ticket: Ticket, reasons: Mapping[str, str], *, by: Membership, at: datetime | None = None) -> None:
    """Why this procedure, tool, tone or remedy: each in words, each a row; an empty one is left as it was."""
    stated = {about: clean(text) for about, text in reasons.items() if clean(text)}
    if not stated:
        raise Refusal(_("Write at least one reason."))
    with changing(ticket, person(by.user_id), at) as change:
        for about, text in stated.items():
            if about not in StatedReason.About.values:
                raise Refusal(_("This is not asked here."), field=about)
            StatedReason.objects.create(
                organisation_id=ticket.organisation_id,
                ticket=change.ticket,
                about=about,
                text=text,
                by_member=by,
                at=change.at,
            )
            change.tell("ticket.reason_stated", about=about)


def blocks_found(
    ticket: Ticket, found: Mapping[str, int], *, by: Membership, at: datetime | None = None
) -> None:
    """`found`: block code → id of the sent message that holds it. Only what was sent to the customer can hold one."""
    known = {block.code for block in rules_of(ticket.procedure).reply_blocks}
    with changing(ticket, person(by.user_id), at) as change:
        sent = {
            message.pk: message
            for message in Message.objects.filter(
                entry__ticket=ticket, direction=Message.Direction.OUT, pk__in=set(found.values())
            )
        }
        for code, message_id in found.items():
            if code not in known or message_id not in sent:
                raise Refusal(_("Choose a message that was sent to the customer."), field=code)
            _row, made = ReplyBlock.objects.get_or_create(
                organisation_id=ticket.organisation_id,
                message=sent[message_id],
                code=code,
                defaults={"ticket": change.ticket, "by_member": by, "at": change.at},
            )
            if made:
                change.tell("ticket.block_found", block=code, message_id=message_id)
