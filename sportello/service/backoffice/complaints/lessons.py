"""What was learned and what is changed for it: with an owner and a day, followed until done."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import clean, one_line
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import SYSTEM, person
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership

from ..models import Complaint, CorrectiveAction
from . import escalation

#: An owner is reminded so many days before the day, and once it has passed.
DAYS_BEFORE: Final = 7
BATCH: Final = 100
MOST_SHOWN: Final = 50


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


# ---- reminding


def work() -> int:
    """Remind owners before the day and after it, once each; how many were. For the schedule: safe twice at a time, and
    cut anywhere. It looks at the index of what is open up to a week from today."""
    done = 0
    for organisation in Organisation.objects.all():
        today = clock.local(organisation, clock.now(organisation)).date()
        midnight = datetime.combine(today, time.min, clock.zone(organisation))
        rows = CorrectiveAction.objects.filter(organisation=organisation, done_at__isnull=True)
        soon = rows.filter(
            due_on__range=(today, today + timedelta(days=DAYS_BEFORE)), reminded_before_at__isnull=True
        ).exclude(made_at__gte=midnight)  # begun today: they know
        late = rows.filter(due_on__lt=today, reminded_late_at__isnull=True)
        for which, due in (("before", soon), ("late", late)):
            ids = list(due.order_by("due_on", "id").values_list("pk", flat=True)[:BATCH])
            done += sum(_remind(pk, which) for pk in ids)
    return done


def _remind(pk: int, which: str) -> int:
    """The row is the lock: whoever comes second finds it reminded."""
    field = f"reminded_{which}_at"
    with transaction.atomic():
        free = CorrectiveAction.objects.select_for_update(of=("self",), skip_locked=True).select_related("organisation")
        row = free.filter(pk=pk, done_at__isnull=True, **{f"{field}__isnull": True}).first()
        if row is None:
            return 0
        now = clock.now(row.organisation)
        setattr(row, field, now)
        row.save(update_fields=[field])
        record(row.organisation, "corrective_action.reminded", row, SYSTEM, at=now, complaint_id=row.complaint_id,
               owner_id=row.owner_id, which=which)
    return 1


def reminders_of(members: Collection[int]) -> list[CorrectiveAction]:
    """What these members were reminded of and have not done, the first due first. One query."""
    mine = CorrectiveAction.objects.filter(owner__in=members, done_at__isnull=True)
    told = mine.filter(Q(reminded_before_at__isnull=False) | Q(reminded_late_at__isnull=False))
    return list(told.select_related("complaint__ticket__organisation").order_by("due_on", "id")[:MOST_SHOWN])
