"""A hold placed from a customer's card; and searches that name somebody whose erasure was ordered."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from sportello.faces.desk.actions import searching
from sportello.faces.desk.models import KeptSearch
from sportello.foundation.core.errors import Refusal
from sportello.records.customers.actions.erasing import erase
from sportello.records.tickets.actions import ending
from sportello.service.backoffice.models import LegalHold
from tests.cast import Cast
from tests.flows.mail_fixtures import tray

pytestmark = pytest.mark.django_db


def test_who_leads_holds_everything_of_a_customer_from_their_card(cast: Cast, client: Any) -> None:
    ticket = cast.ticket()
    customer = ticket.customer
    ending.close(ticket, by=cast.member("Anna"), outcome="solved", reason="Fatto.")
    card = reverse("desk:customer", args=["borgo", customer.pk])
    hold = reverse("desk:customer_hold", args=["borgo", customer.pk])
    client.force_login(cast.users["Anna"])
    assert hold not in client.get(card).content.decode() and client.post(hold, {"reason": "x"}).status_code == 404
    client.force_login(cast.users["Carla"])
    assert hold in client.get(card).content.decode()
    assert client.post(hold, {"reason": ""}).status_code == 422
    assert client.post(hold, {"reason": "Ricorso 12/2026"}).status_code == 302
    placed = LegalHold.objects.get()
    assert placed.customer == customer and "Ricorso 12/2026" in client.get(card).content.decode()
    with pytest.raises(Refusal):
        erase(customer, cast.member("Carla"), ground="Ordine 1/2026")


def test_what_was_searched_with_their_name_goes_with_them(cast: Cast) -> None:
    ticket = cast.ticket()
    ending.close(ticket, by=cast.member("Anna"), outcome="solved", reason="Fatto.")
    tray()
    anna = cast.person("Anna")
    for typed in ("popescu mensa", "POPESCÙ", "maria@example.org", "mensa scolastica", "De Rossi"):
        searching.remember(anna, typed, f"q={typed}")
    searching.keep(anna, "Popescu", "q=Popescu")
    erase(ticket.customer, cast.member("Carla"), ground="Ordine 1/2026")
    assert set(KeptSearch.objects.values_list("typed", flat=True)) == {"mensa scolastica", "De Rossi"}
