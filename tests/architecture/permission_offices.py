"""Of the permission table: offices asked, approvals, checklists, cases without procedure; its lines and their scene."""

from __future__ import annotations

from sportello.foundation.files.actions import keep
from sportello.records.accounts.models import Team
from sportello.records.tickets.models import Ticket
from sportello.records.tickets.words import File
from sportello.service.backoffice.approvals import asking
from sportello.service.backoffice.approvals.asking import Draft
from sportello.service.backoffice.approvals.rules import Approver
from sportello.service.backoffice.checklists import ticking
from sportello.service.backoffice.checklists.ticking import Item
from sportello.service.backoffice.models import ChecklistTemplate, Office
from sportello.service.backoffice.offices import answering, forwarding
from sportello.service.backoffice.offices.forwarding import Asked
from sportello.service.backoffice.unknown_cases import handling
from tests.cast import Cast

from .permissions import GET, GET_POST, LEADS, POST, SEES_TICKET, SERVES, Line, Right, right

#: The team of an office inside, and of the back office, in each organisation of the scene.
TEAMS = {"borgo": "taxes", "bottega": "care"}
#: Who asks for approval: whoever then decides is another.
AUTHORS = {"borgo": "Anna", "bottega": "Hugo"}
ASKED = right("who belongs to the office asked", "Bruno Dario", "Hugo Irene")
SETTLES = Right("who sees the ticket, and is of the back office or answers for colleagues",
                frozenset({"Bruno", "Carla", "Dario"}), frozenset({"Hugo", "Irene"}), by_ticket=True)  # fmt: skip

LINES = (
    Line("desk:offices_home", GET, SERVES),
    Line("desk:approvals_home", GET, SERVES),
    Line("desk:cases_home", GET, SERVES),
    Line("desk:warnings_home", GET, SERVES),
    Line("desk:office_question", GET_POST, ASKED),
    Line("desk:office_file", GET, ASKED),
    Line("desk:forward", GET_POST, SEES_TICKET),
    Line("desk:forwarding", GET, SEES_TICKET),
    Line("desk:forwarding_acceptance", POST, SEES_TICKET),
    Line("desk:forwarding_not_yet", GET_POST, SEES_TICKET),
    Line("desk:forwarding_extension", GET_POST, SEES_TICKET),
    Line("desk:forwarding_recall", GET_POST, SEES_TICKET),
    Line("desk:forwarding_words", GET_POST, SEES_TICKET),
    Line("desk:forwarding_answer", GET_POST, SEES_TICKET),
    Line("desk:approval_new", GET_POST, SEES_TICKET),
    Line("desk:approval", GET, SEES_TICKET),
    Line("desk:approval_approving", POST, SEES_TICKET, {"number": "1"}),
    Line("desk:approval_sending_back", POST, SEES_TICKET, {"number": "1", "words": "Manca la data."}),
    Line("desk:approval_wording", GET_POST, SEES_TICKET),
    Line("desk:approval_withdrawal", POST, SEES_TICKET, {}),
    Line("desk:approval_sending", POST, SEES_TICKET, {"base_position": "{public_position}"}),
    Line("desk:checklists", GET, SEES_TICKET),
    Line("desk:checklist_new", GET_POST, SEES_TICKET, {"name": "Prima di chiudere", "items": "! Identità"}),
    Line("desk:checklist_item", POST, SEES_TICKET, {}),
    Line("desk:checklist_removal", GET_POST, SEES_TICKET, {"reason": "Non serve."}),
    Line("desk:case_new", GET_POST, SEES_TICKET),
    Line("desk:case", GET, SEES_TICKET),
    Line("desk:case_taking", POST, SETTLES, {}),
    Line("desk:case_solution", GET_POST, SETTLES, {"result": "words", "words": "Si fa così."}),
    Line("desk:case_declining", GET_POST, SETTLES, {"words": "C'è già."}),
    Line("desk:case_use", POST, SETTLES, {}),
    Line("desk:offices", GET, LEADS),
    Line("desk:office_new", GET_POST, LEADS,
         {"name": "Legale", "channel": "email", "address": "legale@studio.test", "days": "5"}),
    Line("desk:office", GET_POST, LEADS),
    Line("desk:office_retirement", POST, LEADS, {}),
    Line("desk:approval_rule", GET_POST, LEADS, {"covers": "both", "step_1": "s"}),
    Line("desk:checklist_template_new", GET_POST, LEADS, {"name": "Rimborsi", "items": "IBAN"}),
    Line("desk:checklist_template", GET_POST, LEADS),
    Line("desk:checklist_template_retirement", POST, LEADS, {}),
)  # fmt: skip


def offices_kit(cast: Cast, ticket_id: str, hand: str) -> dict[str, str]:
    """Ids for one ticket of the scene: what was asked of the office inside and taken up, so that nothing stands against
    closing; a decision that waits; a checklist; a case."""
    ticket = Ticket.objects.select_related("organisation").get(pk=ticket_id)
    organisation, slug = ticket.organisation, ticket.organisation.slug
    member = cast.member(hand, organisation)
    team = Team.objects.get(organisation=organisation, slug=TEAMS[slug])
    office, _made = Office.objects.get_or_create(
        organisation=organisation, name="Tributi", defaults={"channel": "inside", "team": team}
    )
    template, _made = ChecklistTemplate.objects.get_or_create(
        organisation=organisation, name="Rimborsi",
        defaults={"items": [{"text": "IBAN", "mandatory": False}], "made_at": ticket.opened_at, "by_member": member},
    )
    asked = forwarding.forward(ticket, office, Asked("Parere", "Che ne dite?", 3), by=member)
    # a file of the office's own: those of the ticket hold its word
    file = File("parere.txt", keep(organisation, b"Va bene."))
    said = answering.answer_inside(asked, "Va bene.", by=member, files=[file])
    asked.refresh_from_db()
    forwarding.accept(asked, by=member)
    approval = asking.ask(
        ticket, Draft(outcome="solved", reason="Fatto."), by=cast.member(AUTHORS[slug], organisation),
        steps=[Approver(team=team)],
    )
    checklist = ticking.write(ticket, "Da fare", [Item("Una cosa")], by=member)
    case = handling.flag(ticket, team, by=member, case="Nessuna procedura.", needed="Una regola.")
    return {
        "forwarding_id": str(asked.pk), "asked_id": str(asked.pk), "sent_id": str(said.entry.attachments.get().pk),
        "office_id": str(office.pk), "approval_id": str(approval.pk), "checklist_id": str(checklist.pk),
        "item_id": str(checklist.items.get().pk), "case_id": str(case.pk), "pattern_id": str(template.pk),
    }  # fmt: skip
