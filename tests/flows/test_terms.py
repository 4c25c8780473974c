"""Anna keeps a term by law on her screen: she stops it, is told why by then, and may not close what is not whole."""

from __future__ import annotations

import pytest
from django.test import Client

from sportello.records.tickets.actions import messages
from sportello.records.tickets.actions import terms as acts
from sportello.records.tickets.models import Moment, Suspension, Ticket
from sportello.records.tickets.standing import standing
from tests.cast import Cast
from tests.unit.tickets.terms_scene import LAW, Scene, rule

BLOCK = {"code": "remedies", "names": {"it": "Rimedi", "en": "Remedies"}, **LAW}
STEP = {"code": "inquiry", "names": {"it": "Istruttoria", "en": "Inquiry"}, **LAW}
WHOLE = rule(
    reply_blocks=[BLOCK],
    steps=[STEP],
    reasons=["tone"],
    service_levels=[{"code": "first_answer", "value": 8, "warn": 1}],
)


@pytest.fixture
def scene(cast: Cast, client: Client) -> Scene:
    client.force_login(cast.users["Anna"])
    return Scene(cast)


def address(ticket: Ticket, part: str = "") -> str:
    return f"/desk/borgo/tickets/{ticket.number}/{part}"


def side(client: Client, ticket: Ticket) -> str:
    return client.get(address(ticket, "?fragment=side")).content.decode()


def test_the_panel_says_when_why_and_what_is_next(scene: Scene, client: Client) -> None:
    ticket = scene.opened("2026-09-04 10:00", WHOLE)
    page = side(client, ticket)
    assert "per legge fino a" in page, "4 October is a holiday: the safe day stands before the legal one"
    assert "Perché questa data" in page and "4 ottobre 2026" in page
    assert "un avviso su" in page
    for missing in ("Rimedi", "Istruttoria", "perché questo tono"):
        assert missing in page


def test_she_stops_the_term_and_lets_it_go_on(scene: Scene, client: Client) -> None:
    ticket = scene.opened("2026-09-01 10:00", WHOLE)
    scene.now("2026-09-11 10:00")
    form = client.get(address(ticket, "suspension/")).content.decode()
    assert 'enctype="multipart/form-data"' in form and "Preavviso di rigetto" in form
    refused = client.post(address(ticket, "suspension/"), {"cause": "missing_facts", "reason": "Manca la pianta."})
    assert refused.status_code == 422
    assert "La procedura chiede un documento" in refused.content.decode()
    done = client.post(
        address(ticket, "suspension/"),
        {"cause": "missing_facts", "reason": "Manca la pianta.", "document": "prot. 7"},
    )
    assert done.status_code == 302
    page = side(client, ticket)
    assert "Il termine è fermo" in page and "Informazioni mancanti" in page
    scene.now("2026-09-25 10:00")
    assert client.post(address(ticket, "term-resumption/"), {"reason": "Arrivata"}).status_code == 302
    assert Suspension.objects.get(ticket=ticket).ended_how == "met"
    assert "Il termine è fermo" not in side(client, ticket)
    assert Moment.objects.filter(ticket=ticket, suspension__isnull=False, done_at=None).count() == 0


def test_closing_says_what_is_missing_until_all_is_there(scene: Scene, client: Client) -> None:
    ticket = scene.opened("2026-09-01 10:00", WHOLE)
    ending = {"outcome": "solved", "reason": "Rimborsato."}
    refused = client.post(address(ticket, "closure/"), ending)
    assert refused.status_code == 422
    for missing in ("Non si può ancora chiudere", "Rimedi", "Istruttoria", "perché questo tono"):
        assert missing in refused.content.decode()
    ticket.refresh_from_db()
    reply = messages.answer(ticket, scene.cast.member("Anna"), "Ecco i rimedi.", base_position=ticket.last_public_position)
    assert client.post(address(ticket, "blocks/"), {"remedies": str(reply.pk)}).status_code == 302
    assert client.post(address(ticket, "steps/inquiry/")).status_code == 302
    assert client.post(address(ticket, "reasons/"), {"tone": "Semplice: scrive poco l'italiano."}).status_code == 302
    assert client.post(address(ticket, "closure/"), ending).status_code == 302
    ticket.refresh_from_db()
    assert ticket.is_closed


def test_the_customer_reads_it_in_the_same_words(scene: Scene) -> None:
    """One object draws where it stands: the portal, the mail and the desk say alike that the clock stands still."""
    ticket = scene.opened("2026-09-01 10:00", WHOLE)
    scene.now("2026-09-21 10:00")
    acts.suspend(ticket, "refusal_warning", by=scene.cast.member("Anna"), reason="Manca il requisito.")
    ticket.refresh_from_db()
    said = standing(ticket, "it")
    assert said.sentence == "Il termine è sospeso al più tardi fino a giovedì 1 ottobre 2026: preavviso di rigetto."
    assert said.to_do_by_customer == "Manca il requisito. Può rispondere fino a giovedì 1 ottobre 2026."
    assert [stage.code for stage in said.stages if stage.state == "now"] == ["suspended"]
    assert "term is suspended" in standing(ticket, "en").sentence
