"""One person, several records: mail from each address, merged, parted; a reply always goes where the message came from."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sportello.config import reactions
from sportello.foundation.journal import actor
from sportello.foundation.journal.models import Event
from sportello.records.customers.actions.merging import merge, undo
from sportello.records.customers.actions.registering import find_or_add
from sportello.records.customers.duplicates import propose
from sportello.records.customers.models import Consent, Customer, ImportRun, Merge, Reading, Relation, SideSource
from sportello.records.tickets import imports
from sportello.records.tickets.actions import contacts, messages
from sportello.records.tickets.models import Recipient, Ticket
from sportello.records.tickets.queries.customer_pages import history_page
from sportello.records.tickets.words import Words
from tests.cast import Cast

pytestmark = pytest.mark.django_db

HOME, WORK = "maria@example.org", "m.popescu@lavoro.example"


def answered_to(ticket: Ticket, cast: Cast) -> str:
    ticket.refresh_from_db()
    message = messages.answer(ticket, cast.member("Anna"), "Ecco.", base_position=ticket.last_public_position)
    return Recipient.objects.get(message=message).address


def writes_again(ticket: Ticket, address: str) -> None:
    customer = find_or_add(ticket.organisation, name="Maria Popescu", identities=[("email", address)], language="it",
                           actor=actor.MACHINE)
    messages.receive(ticket, Words(text="Novità?", subject="Re", sender_name="Maria", sender_address=address, language="it"),
                     channel="email", customer=customer, actor=actor.customer(customer.pk))


def test_a_merge_never_changes_where_a_reply_goes(cast: Cast) -> None:
    home, work = cast.ticket("Da casa", address=HOME), cast.ticket("Dal lavoro", address=WORK)
    kept, gone = (Customer.objects.select_related("organisation").get(pk=one.customer_id) for one in (home, work))
    assert kept.pk != gone.pk
    made = merge(kept, gone, cast.member("Anna"))
    for ticket, address in ((home, HOME), (work, WORK)):
        assert answered_to(ticket, cast) == address
        writes_again(ticket, address)
        assert answered_to(ticket, cast) == address
    later = cast.ticket("Ancora dal lavoro", address=WORK)
    assert later.customer_id == kept.pk, "one customer now"
    assert answered_to(later, cast) == WORK
    assert len(history_page(cast.person("Anna"), kept).lines) == 3

    undo(made, cast.member("Anna"))
    _react()
    _react()
    later.refresh_from_db()
    assert later.customer_id == gone.pk, "what came from their address is theirs again"
    for ticket, address in ((home, HOME), (work, WORK), (later, WORK)):
        assert answered_to(ticket, cast) == address
    assert [line.ticket.subject for line in history_page(cast.person("Anna"), kept).lines if line.ticket] == ["Da casa"]


def _react() -> None:
    """What the worker does after the commit, for the reactions on this page."""
    for consumer in reactions.DURABLE:
        if consumer.name == "tickets-of-who-parted":
            for event in Event.objects.filter(verb="customer.parted"):
                consumer.react(event)  # type: ignore[arg-type]  # a row has what a reader's line has


def test_history_is_paged_over_tickets_and_contacts_and_shows_what_one_may_see(cast: Cast) -> None:
    tickets = [cast.ticket(f"Numero {turn}", address=HOME) for turn in range(5)]
    customer = Customer.objects.get(pk=tickets[0].customer_id)
    for _turn in range(4):
        call = contacts.begin(cast.borgo, cast.member("Anna"), "phone")
        contacts.end(call, "answered", customer=customer)
    Ticket.objects.filter(pk=tickets[2].pk).update(sensitivity="named")
    seen: list[object] = []
    after = ""
    for _turn in range(10):
        page = history_page(cast.person("Anna"), customer, after, size=3)
        assert len(page.lines) <= 3
        seen += [line.ticket.id if line.ticket else ("contact", line.contact and line.contact.id) for line in page.lines]
        after = page.older
        if not after:
            break
    assert len(seen) == len(set(seen)) == 8
    assert tickets[2].pk not in seen
    for nonsense in ("x", "1-t", "1-z-1", "nan-t-1", "1e400-t-3"):
        assert history_page(cast.person("Anna"), customer, nonsense, size=3).lines


def signed_in(cast: Cast, name: str) -> Client:
    client = Client(headers={"accept-language": "it"})
    client.force_login(cast.users[name], backend="django.contrib.auth.backends.ModelBackend")
    return client


def body(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined, no-any-return]  # a response of the test client


def test_the_card_says_doubts_and_loses_nothing_typed(cast: Cast) -> None:
    anna, customer = signed_in(cast, "Anna"), Customer.objects.get(pk=cast.ticket().customer_id)
    card = f"/desk/borgo/customers/{customer.pk}/"
    asked = anna.post(card + "identities/", {"sort": "tax_code", "value": "RSSMRA85T10A562X"})
    assert asked.status_code == 422 and "RSSMRA85T10A562X" in body(asked) and "controllo non torna" in body(asked)
    asked = anna.post(card + "identities/", {"sort": "tax_code", "value": "RSSMRA85T10A562S"})
    assert asked.status_code == 422 and 'name="sure"' in body(asked) and "non corrispondono al nome" in body(asked)
    anna.post(card + "identities/", {"sort": "tax_code", "value": "RSSMRA85T10A562S", "sure": "on"})
    assert customer.identities.filter(sort="tax_code").exists()
    live = anna.get("/desk/borgo/customers/check/", {"sort": "email", "value": "maria@gmial.com"})
    assert "maria@gmail.com" in body(live)


def test_everything_on_the_card_is_shown_and_kept(cast: Cast) -> None:
    anna, ticket = signed_in(cast, "Anna"), cast.ticket()
    ion = cast.ticket("Altro", address="ion@example.org", name="Ion Popescu").customer
    card = f"/desk/borgo/customers/{ticket.customer_id}/"
    anna.post(card, {"name": "Maria Popescu", "sort": "person", "language": "ro", "needs": "Testo grande",
                     "addressed_as": "Dott.ssa Popescu", "born_on": "1980-03-02"})
    anna.post(card + "notes/", {"text": "Chiamarla al mattino."})
    anna.post(card + "consents/", {"purpose": "survey", "source": "phone", "given_on": "2026-01-10"})
    paper = SimpleUploadedFile("delega.pdf", b"%PDF-1.4 delega")
    anna.post(card + "relations/", {"kind": "delegate", "other": "ion@example.org", "proof": paper})
    page = body(anna.get(card))
    for words in ("Testo grande", "Dott.ssa Popescu", "Chiamarla al mattino.", "Questionari sul nostro lavoro",
                  "Agisce per", "Ion Popescu", "delega.pdf"):
        assert words in page, words
    assert "Maria Popescu" in body(anna.get(f"/desk/borgo/customers/{ion and ion.pk}/")), "seen from the other side"
    relation = Relation.objects.get()
    proof = anna.get(f"{card}relations/{relation.pk}/proof/")
    assert proof["Content-Disposition"].startswith("attachment")
    assert set(Reading.objects.values_list("what", flat=True)) == {"card", "proof"}
    consent = Consent.objects.get()
    anna.post(f"{card}consents/{consent.pk}/withdrawal/")
    assert Consent.objects.get().withdrawn_at is not None


def test_a_pair_is_looked_at_merged_and_parted_on_the_pages(cast: Cast) -> None:
    anna = signed_in(cast, "Anna")
    one = find_or_add(cast.borgo, name="Maria Popescu", identities=[("phone", "051 203040")], language="it",
                      actor=actor.SYSTEM)
    other = find_or_add(cast.borgo, name="Popescu Maria", identities=[("phone", "051203040")], language="it",
                        actor=actor.SYSTEM)
    assert one.pk != other.pk and propose(other) == 1
    assert f"/customers/{one.pk}/merges/?other={other.pk}" in body(anna.get("/desk/borgo/customers/duplicates/"))
    merging = f"/desk/borgo/customers/{one.pk}/merges/"
    assert "stesso telefono" in body(anna.get("/desk/borgo/customers/duplicates/"))
    assert "Popescu Maria" in body(anna.get(merging, {"other": other.pk}))
    anna.post(merging, {"other": other.pk, "do": "merge", "why": "Stessa persona"})
    assert anna.get(f"/desk/borgo/customers/{other.pk}/")["Location"].endswith(f"/{one.pk}/")
    made = Merge.objects.get()
    anna.post(f"{merging}{made.pk}/parting/")
    assert anna.get(f"/desk/borgo/customers/{other.pk}/").status_code == 200


def test_a_supervisor_brings_in_and_takes_out_and_it_is_written_down(cast: Cast) -> None:
    carla = signed_in(cast, "Carla")
    listed = SimpleUploadedFile("elenco.csv", "Codice cliente;Nominativo;Email\nC-1;Ugo Neri;ugo@example\n".encode("cp1252"))
    where = carla.post("/desk/borgo/customers/imports/", {"sort": "customers", "file": listed})["Location"]
    page = body(carla.get(where))
    assert "Ugo Neri" in page and 'name="f_name"' in page
    run = ImportRun.objects.get()
    carla.post(where, {"encoding": "utf-8", "delimiter": ";", "do": "try",
                       **{f"f_{name}": str(column) for name, column in run.mapping.items()}})
    while imports.work():
        pass
    assert "manca qualcosa" in body(carla.get(where)) and not Customer.objects.exists()
    assert "Provato" in body(carla.get(where, {"fragment": "progress"}))
    carla.post(f"{where}going/", {"do": "go"})
    while imports.work():
        pass
    report = b"".join(carla.get(f"{where}faults/")).decode()  # type: ignore[arg-type]  # streamed
    assert "manca qualcosa" in report and "Ugo Neri" in report
    ugo = Customer.objects.get()
    refused = carla.post("/desk/borgo/customers/export/", {"purpose": ""})
    assert refused.status_code == 422
    taken = carla.post("/desk/borgo/customers/export/", {"purpose": "Verifica annuale"})
    assert "Ugo Neri" in b"".join(taken).decode()  # type: ignore[arg-type]  # streamed
    copy = carla.post(f"/desk/borgo/customers/{ugo.pk}/data/", {"purpose": "Accesso art. 15"})
    assert copy["Content-Type"] == "application/zip"
    carla.post(f"/desk/borgo/customers/{ugo.pk}/erasure/", {"ground": "Art. 17 prot. 1", "sure": "on"})
    ugo.refresh_from_db()
    assert ugo.erased_at and ugo.name == f"#{ugo.pk}"
    assert set(Reading.objects.values_list("what", flat=True)) == {"data", "faults", "list"}
    assert "Verifica annuale" in body(carla.get("/desk/borgo/customers/readings/"))


def test_an_administrator_sets_up_a_list_beside_the_card(cast: Cast) -> None:
    elena, anna = signed_in(cast, "Elena"), signed_in(cast, "Anna")
    customer = find_or_add(cast.borgo, name="Ugo", identities=[("external", "ORD-7")], language="it", actor=actor.SYSTEM)
    orders = SimpleUploadedFile("ordini.csv", b"Ordine;Totale\nORD-7;46,80\n")
    saved = elena.post("/desk/borgo/customers/sources/", {"name": "Ordini", "sort": "csv", "key": "external",
                                                         "cache_minutes": 60, "file": orders})
    assert saved.status_code == 302
    assert "46,80" in body(anna.get(f"/desk/borgo/customers/{customer.pk}/side/"))
    elena.post(f"/desk/borgo/customers/sources/{SideSource.objects.get().pk}/switch/")
    assert "46,80" not in body(anna.get(f"/desk/borgo/customers/{customer.pk}/side/"))
