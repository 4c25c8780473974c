"""The plan a new organisation starts from: the kinds every office of its sector has, one team, ordinary hours.

The kinds written here are house rules (confidence H): an office confirms or changes them before it promises anything
by them. The procedures of law come from the packs.
"""

from __future__ import annotations

from sportello.config.founding import KindPlan, MailboxPlan, Plan
from sportello.foundation.tenancy.models import Organisation

_PUBLIC = (
    KindPlan("information", {"it": "Informazione", "en": "Information"}, "information", "front", 15),
    KindPlan("service", {"it": "Richiesta di servizio", "en": "Service request"}, "service", "front", 30),
    KindPlan("fault", {"it": "Segnalazione di guasto", "en": "Fault report"}, "fault", "front", 30),
    KindPlan("complaint", {"it": "Reclamo", "en": "Complaint"}, "complaint", "front", 30),
    KindPlan(
        "suggestion", {"it": "Suggerimento", "en": "Suggestion"}, "suggestion", "front", 60, first_answer_hours=None
    ),
    KindPlan("praise", {"it": "Ringraziamento", "en": "Praise"}, "praise", "front", 60, first_answer_hours=None),
)
_SHOP = (
    KindPlan("order", {"it": "Domanda su un ordine", "en": "Question about an order"}, "information", "front", 7),
    KindPlan("product", {"it": "Domanda su un prodotto", "en": "Question about a product"}, "information", "front", 7),
)
#: By sector: what the law already says. What is not sure in them waits, off, for the office's answer.
_PACKS = {
    Organisation.Sector.PUBLIC_BODY: (
        "pa_general", "document_access", "civic_access", "foia", "foia_review", "gdpr_rights", "accessibility_report",
        "public_service_complaint",
    ),
    Organisation.Sector.SHOP: ("withdrawal", "guarantee", "delivery", "gdpr_rights"),
}
_NOTICE = {
    "it": "Usiamo i suoi dati solo per rispondere a questa richiesta. "
    "Può chiedere di vederli, correggerli o cancellarli.",
    "en": "We use your data only to answer this request. You can ask to see, correct or erase them.",
}


def first_plan(slug: str, name: str, sector: str, mailbox: str) -> Plan:
    """The plan for an organisation of `sector` that receives mail at `mailbox`."""
    return Plan(
        slug=slug,
        name=name,
        sector=sector,
        teams={"front": {"it": "Servizio clienti", "en": "Customer service"}},
        kinds=_PUBLIC if sector == Organisation.Sector.PUBLIC_BODY else _SHOP,
        mailboxes=(MailboxPlan(mailbox, name, is_default=True),),
        calendar={
            "timezone": "Europe/Rome",
            "country": "IT",
            "hours": {day: [["09:00", "13:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
            "holidays": [],
            "special": {},
            "always": False,
        },
        privacy_notice=_NOTICE,
        packs=_PACKS.get(Organisation.Sector(sector), ("gdpr_rights",)),
    )
