"""What the demo's offices know: articles with a version or two, the signatures of their teams."""

from __future__ import annotations

from datetime import timedelta

from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership, Team
from sportello.records.knowledge.actions import articles

#: organisation → (team, whether customers read it, days until it is looked at again, language → (title, summary, body))
ARTICLES: dict[str, tuple[tuple[str, bool, int, dict[str, tuple[str, str, str]]], ...]] = {
    "roccaserena": (
        (
            "scuola",
            True,
            60,
            {
                "it": (
                    "Ho pagato la mensa due volte",
                    "Il secondo pagamento si rimborsa, o si scala dal mese dopo.",
                    "Mandi la ricevuta dei due pagamenti e l'IBAN su cui vuole il rimborso.\n\n- il rimborso arriva "
                    "entro 30 "
                    "giorni\n- se preferisce, lo scaliamo dalla prossima quota: lo scriva nella richiesta",
                ),
                "en": (
                    "I paid for the canteen twice",
                    "The second payment is paid back, or taken off the next month.",
                    "Send us the receipts of both payments and the IBAN for the refund.\n\n- the refund arrives "
                    "within 30 "
                    "days\n- if you prefer, we take it off the next fee: say so in your request",
                ),
            },
        ),
        (
            "urp",
            False,
            -5,
            {
                "it": (
                    "Come si risponde a chi chiede di un altro ufficio",
                    "Si prende in carico, si passa, si dice al cliente chi risponde e quando.",
                    "Non si rimanda nessuno a un altro numero.\n\n- si registra la richiesta\n- si passa al gruppo "
                    "con il "
                    "motivo\n- si promette un giorno, non “appena possibile”",
                ),
            },
        ),
    ),
    "lanaelino": (
        (
            "resi",
            True,
            90,
            {
                "it": (
                    "Come si rende un capo",
                    "Entro 30 giorni, con l'etichetta che trova nel pacco.",
                    "Metta il capo nel suo pacco, incolli l'etichetta e lo lasci a un punto di ritiro.\n\n- il "
                    "rimborso parte "
                    "entro 14 giorni da quando lo riceviamo\n- i capi su misura non si rendono, se non sono difettosi",
                ),
                "en": (
                    "How to return a garment",
                    "Within 30 days, with the label you find in the parcel.",
                    "Put the garment in its parcel, stick the label on and leave it at a pick-up point.\n\n- the "
                    "refund leaves "
                    "within 14 days from when we receive it\n- tailor-made garments are not returned unless faulty",
                ),
            },
        ),
    ),
}
SIGNATURE = {"it": "{team}\n{organisation}", "en": "{team}\n{organisation}"}


def tell_what_is_known(organisation: Organisation) -> None:
    """Once the colleagues are there. Whoever was first there writes."""
    Team.objects.filter(organisation=organisation).update(signatures=SIGNATURE)
    supervisors = Membership.objects.filter(organisation=organisation, role=Membership.Role.SUPERVISOR)
    writer = supervisors.order_by("pk").first()
    if writer is None:
        return
    today = clock.local(organisation, clock.now(organisation)).date()
    for slug, is_public, days, texts in ARTICLES[organisation.slug]:
        team = Team.objects.get(organisation=organisation, slug=slug)
        about = articles.About(team, writer, is_public, today + timedelta(days=days))
        (first, words), *others = texts.items()
        article = articles.add(organisation, first, _words(words), about, writer)
        for language, more in others:
            articles.write(article, language, _words(more), writer, after=0)
        articles.publish(article, writer)


def _words(texts: tuple[str, str, str]) -> articles.Words:
    title, summary, body = texts
    return articles.Words(title, body, summary)
