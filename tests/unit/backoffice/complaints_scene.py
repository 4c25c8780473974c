"""Borgo under a charter with blocks, steps, an interim reply, compensation and remedies; and a clock to move."""

from __future__ import annotations

from typing import Any

from sportello.records.tickets.models import Ticket
from sportello.service.backoffice.complaints.access import of_ticket
from sportello.service.backoffice.models import Complaint
from tests.cast import Cast
from tests.unit.tickets.terms_scene import Scene

CHARTER = {"source": "Carta dei servizi art. 7", "confidence": "A"}

RULES: dict[str, Any] = {
    "code": "charter",
    "names": {"it": "Reclamo", "en": "Complaint"},
    "kind": "complaint",
    "family": "complaint",
    "valid_from": "2020-01-01",
    **CHARTER,
    "term": {"value": 30, "unit": "calendar_days", "roll": "festivo"},
    "interim": {"value": 60, "unit": "calendar_days", "times": 1},
    "steps": [
        {"code": "assessment", "names": {"it": "Prima valutazione", "en": "First assessment"}},
        {"code": "inquiry", "names": {"it": "Istruttoria", "en": "Inquiry"}},
        {"code": "reply", "names": {"it": "Risposta", "en": "Reply"}},
    ],
    "reply_blocks": [
        {"code": "claimed", "names": {"it": "Che cosa ha lamentato", "en": "What you complained of"}},
        {"code": "checks", "names": {"it": "Verifiche", "en": "Checks"}},
        {"code": "conclusion", "names": {"it": "Conclusione", "en": "Conclusion"}},
        {"code": "reasons", "names": {"it": "Perché no", "en": "Why not"}, "when": "refusal"},
        {"code": "rights", "names": {"it": "Che cosa può fare ora", "en": "What you can do now"}},
        {"code": "delay_reason", "names": {"it": "Perché serve tempo", "en": "Why time is needed"}, "when": "interim"},
    ],
    "compensation": [
        {"code": "base", "names": {"it": "Indennizzo base", "en": "Base"}, "late_from": 1, "amount": 3000},
        {"code": "double", "names": {"it": "Indennizzo doppio", "en": "Double"}, "late_from": 31, "amount": 6000},
    ],
    "remedies": [
        {
            "code": "conciliation",
            "names": {"it": "Conciliazione", "en": "Conciliation"},
            "body": {"it": "Servizio di conciliazione", "en": "Conciliation service"},
            "sort": "conciliation",
            "opens": {"value": 40, "unit": "calendar_days"},
            "closes": {"value": 12, "unit": "months"},
            "decides": {"value": 90, "unit": "calendar_days", "after": "appealed"},
            "mandatory_before_court": True,
        },
    ],
    "reasons": ["remedy"],
}


def complaint_of(cast: Cast, written: str = "2026-09-01 10:00", **more: Any) -> Complaint:
    """Maria complains at a Roman wall time, under the charter."""
    scene = Scene(cast)
    ticket = scene.opened(written, {**RULES, **more})
    return line_of(ticket)


def line_of(ticket: Ticket) -> Complaint:
    found = of_ticket(Ticket.objects.select_related("kind").get(pk=ticket.pk))
    assert found is not None
    return found


ALL_BLOCKS = {
    "claimed": "Due addebiti per lo stesso mese.",
    "checks": "Abbiamo confrontato i pagamenti di settembre.",
    "conclusion": "Il secondo addebito è un nostro errore.",
    "rights": "Se non è d'accordo può rivolgersi al Servizio di conciliazione.",
}
