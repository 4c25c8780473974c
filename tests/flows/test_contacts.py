"""Anna at the counter and on the phone: a question with one key, a customer found while typing, a receipt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from sportello.foundation.tenancy import clock
from sportello.records.customers.actions.registering import find_or_add, verify
from sportello.records.customers.models import Customer, Identity
from sportello.records.procedures.models import Kind
from sportello.records.tickets import codes
from sportello.records.tickets.models import (
    Contact,
    ContactDelegate,
    ContactEntry,
    ContactInterval,
    Message,
    Notice,
    Participant,
    Ticket,
)
from tests.cast import Cast

pytestmark = pytest.mark.django_db

NEW = "/desk/borgo/contacts/new/"


@pytest.fixture(autouse=True)
def in_italian() -> Iterator[None]:
    with translation.override("it"):
        yield


def signed_in(cast: Cast, name: str) -> Client:
    client = Client(headers={"accept-language": "it"})
    client.force_login(cast.users[name], backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def anna(cast: Cast) -> Client:
    return signed_in(cast, "Anna")


def typed(cast: Cast, client: Client, **changes: Any) -> dict[str, Any]:
    """The form as the page gives it, with what Anna typed."""
    page = client.get(NEW).content.decode()
    opened = re.search(r'name="opened" value="([^"]+)"', page)
    assert opened
    kind = Kind.objects.get(organisation=cast.borgo, slug="information")
    return {"opened": opened[1], "channel": "counter", "kind": kind.pk, "language": "it", "identified": "",
            "who": "", "customer": "", "reach": "", "subject": "", "summary": "", "next": "answered", **changes}


def test_a_question_without_a_name_counts_with_one_press(cast: Cast, anna: Client) -> None:
    assert 'data-hotkey="x"' in anna.get(NEW + "?channel=phone").content.decode()
    answer = anna.post("/desk/borgo/contacts/questions/", {"channel": "phone"}, headers={"HX-Request": "true"})
    said = answer.content.decode()
    assert 'id="contact-today"' in said and 'id="announcements"' in said
    contact = Contact.objects.get()
    assert (contact.channel, contact.outcome, contact.customer, contact.kind) == ("phone", "answered", None, None)
    anna.post("/desk/borgo/contacts/questions/")
    assert Contact.objects.filter(channel="phone").count() == 2, "the channel is remembered"
    page = anna.get(NEW, follow=True).content.decode()
    assert ">2</span>" in page.replace("\n", ""), "what was counted today is shown"
    assert not Ticket.objects.exists() and not Customer.objects.exists()


def test_opening_the_page_writes_nothing_and_its_time_is_kept(cast: Cast, anna: Client) -> None:
    form = typed(cast, anna)
    assert not Contact.objects.exists()
    before = clock.now(cast.borgo)
    anna.post(NEW, form)
    contact = Contact.objects.get()
    assert contact.started_at <= before <= (contact.ended_at or before)
    assert contact.outcome == "answered" and contact.member == cast.member("Anna")
    interval = ContactInterval.objects.get()
    assert interval.state == "serving" and interval.began_at == contact.started_at


def test_a_made_up_time_is_not_believed(cast: Cast, anna: Client) -> None:
    anna.post(NEW, typed(cast, anna, opened="2020-01-01T00:00:00+00:00"))
    assert clock.now(cast.borgo) - Contact.objects.get().started_at < timedelta(minutes=1)


def test_a_new_customer_and_a_ticket_with_its_receipt(cast: Cast, anna: Client) -> None:
    form = typed(cast, anna, who="Maria Popescu", customer="new", reach="051 234 5678", next="new",
                 subject="Mensa: addebito doppio", summary="Ha pagato due volte a ottobre.", identified="document")
    to_receipt = anna.post(NEW, form)
    ticket = Ticket.objects.get()
    assert to_receipt["Location"] == f"/desk/borgo/tickets/{ticket.number}/receipt/"
    assert ticket.customer is not None and ticket.customer.name == "Maria Popescu"
    assert ticket.customer.identities.get().sort == "phone"
    assert (ticket.channel, ticket.team) == ("counter", cast.team("front"))
    entry = ContactEntry.objects.get()
    assert entry.summary == "Ha pagato due volte a ottobre." and entry.entry.visibility == "internal"
    contact = Contact.objects.get()
    assert (contact.outcome, contact.identified, contact.customer) == ("ticket", "document", ticket.customer)
    notice = Notice.objects.get(moment="receipt")
    assert (notice.state, notice.how) == ("given", "counter"), "no silent ticket: told on paper"

    asked = anna.get(to_receipt["Location"]).content.decode()
    code = codes.code_of(ticket)
    assert code not in asked, "the code is on paper only"
    for paper in ("a4", "roll"):
        printed = anna.post(to_receipt["Location"], {"paper": paper})
        page = printed.content.decode()
        assert ticket.number in page and code in page and "<svg" in page and 'style="' not in page
        assert "no-store" in printed["Cache-Control"]
    assert "paper-receipt" in page


def test_the_receipt_is_in_the_customers_language(cast: Cast, anna: Client) -> None:
    form = typed(cast, anna, who="John Baker", customer="new", next="new", subject="Parking", summary="Asks.",
                 language="en")
    address = anna.post(NEW, form)["Location"]
    assert '<html lang="en"' in anna.post(address).content.decode()
    assert '<html lang="it"' in anna.get(address).content.decode(), "the desk stays in Anna's"


def test_an_address_said_at_the_counter_gets_the_receipt_by_mail(cast: Cast, anna: Client) -> None:
    form = typed(cast, anna, who="Maria Popescu", customer="new", reach="Maria@Example.org", next="new",
                 subject="S", summary="s")
    anna.post(NEW, form)
    mail = Message.objects.get(notice_moment="receipt")
    assert mail.channel == "email" and mail.recipients.get().address == "maria@example.org"
    assert codes.MARK in mail.text, "stored without the code"


def test_a_name_somebody_once_wrote_gets_no_code_at_an_unproven_address(cast: Cast, anna: Client) -> None:
    from sportello.foundation.journal import actor

    maria = find_or_add(cast.borgo, name="Maria Popescu", identities=[("email", "altra@example.org")], language="it",
                        actor=actor.MACHINE)
    form = {"who": "Maria Popescu", "customer": str(maria.pk), "next": "new", "subject": "S", "summary": "s"}
    anna.post(NEW, typed(cast, anna, **form))
    assert not Message.objects.exists()
    verify(Identity.objects.get(), "by_reply", actor.MACHINE)
    anna.post(NEW, typed(cast, anna, **form))
    assert Message.objects.get().recipients.get().address == "altra@example.org"


def test_found_while_typing_and_put_onto_their_open_ticket(cast: Cast, anna: Client) -> None:
    ticket = cast.ticket()
    for words in ("pope", "maria@example.org", ticket.number):
        found = anna.get("/desk/borgo/contacts/find/", {"who": words}).content.decode()
        assert f'value="{ticket.customer_id}"' in found, words
    assert f"/desk/borgo/tickets/{ticket.number}/" in found, "a number leads to the ticket"
    steps = anna.get("/desk/borgo/contacts/next/", {"customer": ticket.customer_id}).content.decode()
    assert f'value="{ticket.number}"' in steps and ticket.subject in steps
    form = typed(cast, anna, who="pope", customer=ticket.customer_id, next=ticket.number,
                 summary="Chiede a che punto è.", channel="phone")
    assert anna.post(NEW, form)["Location"] == f"/desk/borgo/tickets/{ticket.number}/"
    assert Ticket.objects.count() == 1
    assert ContactEntry.objects.get().entry.ticket == ticket
    contact = Contact.objects.get()
    assert (contact.channel, contact.outcome, contact.customer) == ("phone", "ticket", ticket.customer)


def test_who_is_known_must_be_chosen_and_nothing_typed_is_lost(cast: Cast, anna: Client) -> None:
    cast.ticket()
    form = typed(cast, anna, who="Maria Popescu", next="new", subject="Residenza", summary="Cambia casa & città")
    asked = anna.post(NEW, form)
    page = asked.content.decode()
    assert asked.status_code == 422 and "Residenza" in page and "Cambia casa &amp; città" in page
    assert 'name="customer"' in page and Customer.objects.count() == 1
    assert not Contact.objects.exists()


def test_a_ticket_needs_words_and_a_subject(cast: Cast, anna: Client) -> None:
    asked = anna.post(NEW, typed(cast, anna, who="Ugo Neri", next="new", reach="non è un recapito"))
    page = asked.content.decode()
    assert asked.status_code == 422
    assert all(f'href="#id_{name}"' in page for name in ("subject", "summary", "reach"))
    assert not Contact.objects.exists() and not Customer.objects.exists()


def test_an_address_of_another_customer_is_refused_at_the_field(cast: Cast, anna: Client) -> None:
    cast.ticket()
    other = cast.ticket(address="ugo@example.org", organisation=None).customer
    assert other is not None
    Customer.objects.filter(pk=other.pk).update(name="Ugo Neri")
    form = typed(cast, anna, who="Ugo Neri", customer=other.pk, reach="maria@example.org", next="new",
                 subject="S", summary="s")
    asked = anna.post(NEW, form)
    assert asked.status_code == 422 and 'id="id_reach-error"' in asked.content.decode()
    assert not Contact.objects.exists(), "all or nothing"


def test_hold_and_resume_keep_words_and_intervals(cast: Cast, anna: Client) -> None:
    form = typed(cast, anna, who="Ugo Neri", subject="Tassa rifiuti")
    held = anna.post(NEW, {**form, "do": "hold"}).content.decode()
    assert "Ugo Neri" in held and "Tassa rifiuti" in held and 'value="resume"' in held
    contact = Contact.objects.get()
    assert f"?contact={contact.pk}" in anna.get(NEW).content.decode(), "another page shows what is not ended"
    anna.post(NEW, {**form, "do": "resume", "contact": contact.pk})
    anna.post(NEW, {**form, "contact": contact.pk, "customer": "new"})
    states = list(ContactInterval.objects.filter(contact=contact).values_list("state", flat=True))
    assert states == ["serving", "hold", "serving"]
    assert not ContactInterval.objects.filter(ended_at__isnull=True).exists()
    assert Contact.objects.get().outcome == "answered"


def test_who_left_is_ended_and_is_only_ones_own(cast: Cast, anna: Client) -> None:
    anna.post(NEW, {**typed(cast, anna), "do": "hold"})
    contact = Contact.objects.get()
    hugo = signed_in(cast, "Hugo")
    assert hugo.post(f"/desk/borgo/contacts/{contact.pk}/ending/").status_code == 404
    anna.post(f"/desk/borgo/contacts/{contact.pk}/ending/")
    contact.refresh_from_db()
    assert contact.outcome == "left" and contact.ended_at is not None


def test_pressing_twice_records_once(cast: Cast, anna: Client) -> None:
    form = typed(cast, anna, who="Ugo Neri", customer="new", next="new", subject="S", summary="s")
    anna.post(NEW, form)
    again = anna.post(NEW, form)
    assert again.status_code == 302
    assert (Contact.objects.count(), Ticket.objects.count(), Customer.objects.count()) == (1, 1, 1)


def test_what_is_not_theirs_does_not_exist(cast: Cast, anna: Client) -> None:
    ticket = cast.ticket()
    shop = cast.ticket(organisation=cast.bottega, address="piero@example.org")
    assert anna.get("/desk/bottega/contacts/new/").status_code == 404
    assert anna.get(f"/desk/bottega/tickets/{shop.number}/receipt/").status_code == 404
    assert signed_in(cast, "Elena").get(NEW).status_code == 404, "who administers meets no customers"
    dario = signed_in(cast, "Dario")
    assert dario.post(f"/desk/borgo/tickets/{ticket.number}/receipt/").status_code == 404, "another team's"
    foreign = typed(cast, anna, who="x", customer=shop.customer_id, next="new", subject="S", summary="s")
    assert anna.post(NEW, foreign).status_code == 404
    onto = typed(cast, anna, next="2019-0000001", summary="s")
    assert anna.post(NEW, onto).status_code == 404
    assert not Contact.objects.exists()


def test_the_rail_leads_to_the_first_place_they_serve(cast: Cast, anna: Client) -> None:
    assert anna.get("/desk/contacts/new/?channel=phone")["Location"] == NEW + "?channel=phone"
    assert signed_in(cast, "Hugo").get("/desk/contacts/new/")["Location"] == "/desk/bottega/contacts/new/"


def test_somebody_else_is_here_for_the_customer(cast: Cast, anna: Client) -> None:
    ticket = cast.ticket()
    maria = str(ticket.customer_id)
    told = {"who": "pope", "customer": maria, "next": ticket.number, "summary": "Porta la ricevuta."}
    asked = anna.post(NEW, typed(cast, anna, **told, acts="other"))
    assert asked.status_code == 422 and "Porta la ricevuta." in asked.content.decode()
    anna.post(NEW, typed(cast, anna, **told, acts="other", acts_name="Ion Popescu", acts_proof="Delega del 3 marzo"))
    acting = ContactDelegate.objects.get()
    assert acting.delegate.name == "Ion Popescu" and acting.contact.customer_id == int(maria)
    assert acting.relation is not None and acting.relation.about == "Delega del 3 marzo"
    assert Participant.objects.get(ticket=ticket, role="acting_for").customer == acting.delegate
    steps = anna.get("/desk/borgo/contacts/next/", {"customer": maria}).content.decode()
    assert "Ion Popescu" in steps and "Delega del 3 marzo" in steps
    anna.post(NEW, typed(cast, anna, **told, acts=str(acting.relation.pk)))
    assert ContactDelegate.objects.filter(delegate=acting.delegate).count() == 2
    assert Participant.objects.filter(ticket=ticket, role="acting_for").count() == 1, "takes part once"
    assert anna.post(NEW, typed(cast, anna, **told, acts="999999")).status_code == 422
    assert Contact.objects.filter(ended_at__isnull=False).count() == 2
