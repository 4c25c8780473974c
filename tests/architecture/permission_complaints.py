"""Who gets which answer at the addresses of complaints, known faults and shop requests; and one of each to ask about."""

from __future__ import annotations

from datetime import timedelta

from sportello.foundation.journal import actor
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership
from sportello.records.procedures.models import Kind, OfficeCalendar, Procedure
from sportello.records.tickets.models import Ticket
from sportello.service.backoffice.complaints import instances, lessons, registering, remedies
from sportello.service.backoffice.faults import keeping

from .permissions import (
    EVERYBODY,
    GET,
    GET_POST,
    POST,
    SEES_TICKET,
    SERVES,
    SETS_UP,
    SUPERVISES,
    Line,
)

COMPLAINT_LINES = (
    Line("desk:complaints_home", GET, SERVES),
    Line("desk:complaints", GET, SERVES),
    Line("desk:complaints_export", GET, SUPERVISES),
    Line("desk:complaint_approvals", GET, SERVES),
    Line("desk:complaint_actions", GET, SERVES),
    Line("desk:complaint_limits", GET_POST, SETS_UP, {"role": "operator", "amount": "50"}),
    Line("desk:complaint_report", GET, SUPERVISES, given={"year": "2026"}),
    Line("desk:complaint_report_file", GET, SUPERVISES, given={"year": "2026", "form": "json"}),
    Line("desk:complaint", GET, SEES_TICKET),
    Line("desk:complaint_acknowledgement", GET_POST, SEES_TICKET),
    Line("desk:complaint_assessment", GET_POST, SEES_TICKET,
         {"severity": "2", "risk": "1", "responsible": "{member_id}"}),
    Line("desk:complaint_investigation", GET_POST, SEES_TICKET, {"text": "Visto.", "cause": "delay"}),
    Line("desk:complaint_reply", GET_POST, SEES_TICKET,
         {"block-conclusion": "Ha ragione.", "base_position": "{public_position}", "do": "keep"},
         given={"sort": "final"}),
    Line("desk:complaint_annulment", GET_POST, SEES_TICKET, {"reason": "Per errore."}),
    Line("desk:complaint_remedy", GET_POST, SEES_TICKET, {"sort": "apology", "reason": "Errore nostro."}),
    Line("desk:remedy_decision", GET_POST, SEES_TICKET),
    Line("desk:remedy_progress", POST, SEES_TICKET, {"do": "withdrawn"}),
    Line("desk:complaint_instance", GET_POST, SEES_TICKET, {"code": "court", "opened_on": "{today}"}),
    Line("desk:instance_state", GET_POST, SEES_TICKET, {"state": "heard"}),
    Line("desk:complaint_lesson", GET_POST, SEES_TICKET,
         {"lesson": "Una.", "action": "Altra.", "owner": "{member_id}", "due_on": "{tomorrow}"}),
    Line("desk:lesson_done", GET_POST, SEES_TICKET, {"effect": "Va meglio."}),
    # known faults are the house's: who serves there sees the event; its tickets are each seen by their own right
    Line("desk:faults", GET, SERVES),
    Line("desk:fault_new", GET_POST, SERVES, {"title-it": "Caldaia ferma", "began_at": "2026-01-07T08:00"}),
    Line("desk:fault", GET, SERVES),
    Line("desk:fault_update", POST, SERVES, {"text-it": "Arriva il tecnico.", "state": "found"}),
    # who does not see a ticket cannot link it: without one they see, it comes back
    Line("desk:fault_tickets", POST, SERVES),
    Line("desk:fault_settings", POST, SERVES, {"is_public": "on"}),
    # the tickets of the scene are no shop requests: who may, is told so
    Line("desk:shop_request", GET_POST, SEES_TICKET),
    Line("desk:shop_goods_back", POST, SEES_TICKET),
    Line("portal:status", GET, EVERYBODY),
    Line("portal:status_fault", GET, EVERYBODY),
    Line("portal:shop", GET_POST, EVERYBODY,
         {"contract": "A-1", "name": "Maria Popescu", "email": "maria@example.org", "language": "it", "privacy": "on"},
         given={"sort": "withdrawal"}),
    Line("portal:shop_confirmation", GET_POST, EVERYBODY, {}, given={"sort": "withdrawal", "token": "{draft}"}),
)


def complaint_kit(ticket: Ticket, hand: Membership) -> dict[str, str]:
    """A line of the register for any ticket, with one remedy, one body and one lesson."""
    now = clock.now(ticket.organisation)
    complaint = registering.register(ticket, actor.SYSTEM, at=now, by=hand)
    today = clock.local(ticket.organisation, now).date()
    remedy = remedies.offer(complaint, sort="refund", cost=1000, text="", reason="Doppio.", by=hand)
    body = instances.open_instance(complaint, code="court", opened_on=today, by=hand)
    lesson = lessons.begin(complaint, lesson="Una.", action="Altra.", owner=hand, due_on=today, by=hand)
    return {"remedy_id": str(remedy.pk), "instance_id": str(body.pk), "action_id": str(lesson.pk), "sort": "final"}


def complaint_scene(organisation: Organisation, hand: Membership) -> dict[str, str]:
    """An event everybody may read of, and a kind the portal takes withdrawals by."""
    now = clock.now(organisation)
    fault = keeping.begin(organisation, titles={"it": "Caldaia ferma"}, began_at=now - timedelta(hours=1), by=hand,
                          is_public=True)
    kind = Kind.objects.create(organisation=organisation, slug="withdrawal", names={"it": "Recesso"}, family="rights",
                               position=90)
    Procedure.objects.create(
        organisation=organisation, kind=kind, names={"it": "Recesso"}, valid_from="2020-01-01", term_value=14,
        calendar=OfficeCalendar.objects.filter(organisation=organisation).order_by("pk")[0],
        term_unit="calendar_days", source="Codice del consumo",
    )  # fmt: skip
    return {"fault_id": str(fault.pk), "today": f"{clock.local(organisation, now):%Y-%m-%d}"}
