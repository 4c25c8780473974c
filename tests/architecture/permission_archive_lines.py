"""Lines of the permission table: the archive. They join those of `permissions.py`, which knows the rights."""

from __future__ import annotations

from .permissions import GET, GET_POST, KNOWS, LEADS, LEADS_TICKET, POST, SEES_TICKET, SERVES, SUPERVISES, Line

LINES = (
    Line("desk:archive_home", GET, KNOWS),
    Line("desk:archive", GET, SERVES, query="words=mensa"),
    Line("desk:archive_seen", GET, SERVES, query="subject=mensa"),
    Line("desk:file_plan", GET, KNOWS),
    Line("desk:file_class", GET, KNOWS),
    Line("desk:file_class_new", GET_POST, LEADS, {"code": "9", "title_it": "Altro", "source": "Delibera 1"}),
    Line("desk:file_class_version", POST, LEADS, {"title_it": "Altro", "years": "4", "source": "Delibera 1"}),
    Line("desk:file_class_confirmation", POST, LEADS, {"reason": "Delibera 1"}),
    Line("desk:file_plan_import", GET_POST, LEADS),
    Line("desk:file_plan_export", GET, KNOWS),
    Line("desk:file_plan_kind", POST, LEADS, {"code": "1.1"}),
    Line("desk:holds", GET_POST, LEADS, {"scope": "class", "code": "1.1", "reason": "Ricorso 12/2026"}),
    Line("desk:customer_hold", POST, SUPERVISES, {"reason": "Ricorso 12/2026"}),
    Line("desk:hold_lifting", POST, LEADS, {"reason": "Sentenza 9/2026"}),
    Line("desk:disposals", GET_POST, LEADS),
    Line("desk:disposal", GET, LEADS),
    Line("desk:disposal_taking_off", POST, LEADS, {"reason": "Serve ancora"}),
    Line("desk:disposal_decision", POST, LEADS, {"do": "approve", "ground": "Nulla osta 7/2026", "sure": "on"}),
    # nothing in the scene is closed: it comes back to be corrected
    Line("desk:packages", GET_POST, SUPERVISES),
    Line("desk:package", GET, SUPERVISES),
    Line("desk:package_bag", GET, SUPERVISES),
    Line("desk:package_taking_over", POST, SUPERVISES, {"report": "RdV 1/2026"}),
    Line("desk:ticket_archive", GET, SEES_TICKET),
    Line("desk:ticket_archive_beside", GET, SEES_TICKET),
    Line("desk:ticket_filing", POST, SEES_TICKET, {"code": "1.1"}),
    Line("desk:ticket_hold", POST, LEADS_TICKET, {"reason": "Ricorso 12/2026"}),
    Line("desk:ticket_solution", POST, SEES_TICKET, {"position": ""}),
    Line("desk:ticket_dossier", POST, SEES_TICKET, {"form": "json", "language": "it", "notes": "on"}),
)
