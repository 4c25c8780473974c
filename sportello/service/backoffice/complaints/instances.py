"""Second levels and outside bodies the matter went to: opened, heard, concluded with a result and a cost."""

from __future__ import annotations

from datetime import date, datetime, time

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import clean, one_line
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import person
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Membership

from ..models import Complaint, Instance
from . import escalation

#: Bodies that no rule of the complaint names: any may be turned to.
OTHERS: dict[str, tuple[str, dict[str, str]]] = {
    "court": ("court", {"it": "Giudice", "en": "Court"}),
    "ombudsman": ("ombudsman", {"it": "Difensore civico", "en": "Ombudsman (difensore civico)"}),
    "authority": ("authority", {"it": "Autorità di settore o Garante", "en": "Regulator or data protection authority"}),
    "conciliation": ("conciliation", {"it": "Conciliazione", "en": "Conciliation"}),
    "review": ("review", {"it": "Secondo livello interno", "en": "Internal second level"}),
}


def bodies(complaint: Complaint) -> dict[str, tuple[str, dict[str, str]]]:
    """Code → (sort, names): those of the rule first, then the general ones of a sort that it does not name."""
    own = {one.code: (one.sort, one.names) for one in escalation.rules_for(complaint).remedies}
    sorts = {sort for sort, _names in own.values()}
    return {**own, **{code: body for code, body in OTHERS.items() if code not in own and body[0] not in sorts}}


def open_instance(
    complaint: Complaint, *, code: str, opened_on: date, reference: str = "", answer_by: date | None = None,
    by: Membership,
) -> Instance:
    """It went to a body. Until when that decides is counted from the rule, where the rule says so."""
    known = bodies(complaint)
    today = escalation.today(complaint)
    if code not in known:
        raise Refusal(_("Choose a body from the list."), field="code")
    if opened_on > today:
        raise Refusal(_("This day is still to come."), field="opened_on")
    if opened_on < clock.local(complaint.organisation, complaint.received_at).date():
        raise Refusal(_("This day is before the complaint."), field="opened_on")
    if complaint.is_annulled:
        raise Refusal(_("This line of the register is annulled: nothing more happens to it."))
    sort, names = known[code]
    remedy = next((one for one in escalation.rules_for(complaint).remedies if one.code == code), None)
    at = timezone.make_aware(datetime.combine(opened_on, time(12)), clock.zone(complaint.organisation))
    with transaction.atomic():
        row = Instance.objects.create(
            organisation_id=complaint.organisation_id, complaint=complaint, code=code, names=names, sort=sort,
            reference=one_line(reference, 100), opened_on=opened_on, answer_by=answer_by,
            decides_by=escalation.decides_by(complaint, remedy, at) if remedy else None,
            recorded_at=clock.now(complaint.organisation), by_member=by,
        )
        record(complaint.organisation, "instance.opened", row, person(by.user_id), complaint_id=complaint.pk, code=code)
    return row


def conclude(
    row: Instance, *, result: str, text: str, concluded_on: date, cost: int = 0, by: Membership
) -> None:
    if result not in Instance.Result.values:
        raise Refusal(_("Choose how it ended."), field="result")
    if concluded_on < row.opened_on:
        raise Refusal(_("It cannot end before it began."), field="concluded_on")
    with transaction.atomic():
        found = _open(row)
        found.state, found.result, found.result_text = Instance.State.CONCLUDED, result, clean(text)
        found.concluded_on, found.cost = concluded_on, cost
        found.save()
        record(found.organisation, "instance.concluded", found, person(by.user_id), complaint_id=found.complaint_id,
               result=result, cost=cost)


def hear(row: Instance, *, by: Membership, answer_by: date | None = None) -> None:
    """The body has taken it up: perhaps with a day by which we must answer."""
    with transaction.atomic():
        found = _open(row)
        found.state, found.answer_by = Instance.State.HEARD, answer_by or found.answer_by
        found.save()
        record(found.organisation, "instance.heard", found, person(by.user_id), complaint_id=found.complaint_id)


def drop(row: Instance, *, text: str, by: Membership) -> None:
    with transaction.atomic():
        found = _open(row)
        found.state, found.result_text = Instance.State.DROPPED, clean(text)
        found.concluded_on = clock.local(found.organisation, clock.now(found.organisation)).date()
        found.save()
        record(found.organisation, "instance.dropped", found, person(by.user_id), complaint_id=found.complaint_id)


def _open(row: Instance) -> Instance:
    found = Instance.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=row.pk)
    if found.state in (Instance.State.CONCLUDED, Instance.State.DROPPED):
        raise Refusal(_("It has ended already."))
    return found
