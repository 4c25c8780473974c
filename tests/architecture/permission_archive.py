"""Of the permission table's scene: the archive of an organisation."""

from __future__ import annotations

from sportello.foundation.files.actions import keep
from sportello.foundation.tenancy import clock
from sportello.records.tickets.models import Ticket
from sportello.service.backoffice.archive import holds, plan
from sportello.service.backoffice.models import DisposalLine, DisposalList, Package, PackagedTicket
from tests.cast import Cast

_HANDS = {"borgo": ("Bruno", "Carla"), "bottega": ("Hugo", "Irene")}


def archive_kit(cast: Cast, slug: str, ticket_id: str) -> dict[str, str]:
    """Ids by the names the addresses use: a class, a hold, a list with a line, a package with the first ticket."""
    ticket = Ticket.objects.select_related("organisation").get(pk=ticket_id)
    organisation = ticket.organisation
    proposer, leader = (cast.member(name, organisation) for name in _HANDS[slug])
    now = clock.now(organisation)
    row = plan.in_force(organisation)[1]
    hold = holds.place(row, "Ispezione 3/2026", leader)
    # no number of one organisation is one of the other
    listed = DisposalList.objects.create(organisation=organisation, number=organisation.pk, due_before=now.date(),
                                         proposed_by=proposer, proposed_at=now)
    line = DisposalLine.objects.create(organisation=organisation, disposal=listed, ticket=ticket)
    DisposalLine.objects.create(organisation=organisation, disposal=listed,
                                ticket=Ticket.objects.filter(organisation=organisation).exclude(pk=ticket.pk)[0])
    blob = keep(organisation, b"PK bag")
    package = Package.objects.create(
        organisation=organisation, title="Versamento", language="it", asked_by=leader, asked_at=now, total=1, written=1,
        state="done", done_at=now, blob=blob, sha256=blob.sha256, size=blob.size,
    )
    PackagedTicket.objects.create(organisation=organisation, package=package, ticket=ticket, position=1)
    return {"class_id": str(row.pk), "hold_id": str(hold.pk), "disposal_number": str(listed.number),
            "line_id": str(line.pk), "package_id": str(package.pk)}
