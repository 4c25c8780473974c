"""What was learned and what is changed for it: with an owner and a day, followed until done."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import clean, one_line
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import person
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Membership

from ..models import Complaint, CorrectiveAction
from . import escalation


def begin(
    complaint: Complaint, *, lesson: str, action: str, owner: Membership, due_on: date, public_text: str = "",
    by: Membership,
) -> CorrectiveAction:
    """`public_text` is how the annual report tells the lesson: it names nobody."""
    for name, words in (("lesson", lesson), ("action", action)):
        if not clean(words):
            raise Refusal(_("Write what was learned and what is changed."), field=name)
    if owner.organisation_id != complaint.organisation_id or not owner.is_active:
        raise Refusal(_("This colleague does not work there. Choose another."), field="owner")
    if due_on < escalation.today(complaint):
        raise Refusal(_("Choose a day that is still to come."), field="due_on")
    instant = clock.now(complaint.organisation)
    with transaction.atomic():
        row = CorrectiveAction.objects.create(
            organisation_id=complaint.organisation_id, complaint=complaint, lesson=clean(lesson), action=clean(action),
            public_text=one_line(public_text, 500), owner=owner, due_on=due_on, made_at=instant, made_by=by,
        )
        record(complaint.organisation, "corrective_action.begun", row, person(by.user_id), at=instant,
               complaint_id=complaint.pk, owner_id=owner.pk)
    return row


def finish(row: CorrectiveAction, *, effect: str, by: Membership) -> None:
    """Done, with what came of it: seen in the figures, in the next complaints, or not yet."""
    seen = clean(effect)
    if not seen:
        raise Refusal(_("Write what came of it."), field="effect")
    with transaction.atomic():
        found = CorrectiveAction.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=row.pk)
        if found.done_at is not None:
            return
        found.done_at, found.done_by, found.effect = clock.now(found.organisation), by, seen
        found.save(update_fields=["done_at", "done_by", "effect"])
        record(found.organisation, "corrective_action.done", found, person(by.user_id), at=found.done_at,
               complaint_id=found.complaint_id)
