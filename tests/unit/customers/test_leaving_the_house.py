"""What leaves: lists, one person's copy; and what must go: an erasure ordered by law."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import pytest

from sportello.config import reactions
from sportello.foundation.core.errors import Refusal
from sportello.foundation.files import store
from sportello.foundation.files.actions import keep
from sportello.foundation.journal import actor
from sportello.foundation.journal.models import Event
from sportello.records.customers.actions import card
from sportello.records.customers.actions.erasing import erase
from sportello.records.customers.actions.merging import merge
from sportello.records.customers.actions.reading import keep_reading
from sportello.records.customers.actions.registering import find_or_add
from sportello.records.customers.copies import customer_rows
from sportello.records.customers.models import Customer, Erasure, Identity, Reading, Relation
from sportello.records.tickets.actions import ending, messages, passing, snoozing
from sportello.records.tickets.copies import copy_of
from sportello.records.tickets.models import Message, Note, Ticket
from sportello.records.tickets.words import File, Words
from sportello.service.channels import outbox
from tests.cast import Cast

pytestmark = pytest.mark.django_db
MARK = "girasole"


def person(ticket: Ticket) -> Customer:
    return Customer.objects.select_related("organisation").get(pk=ticket.customer_id)


def test_no_cell_of_the_list_is_a_formula(cast: Cast) -> None:
    find_or_add(cast.borgo, name='=HYPERLINK("http://evil.example")', identities=[("phone", "+39 051 203040")],
                language="it", actor=actor.SYSTEM)
    text = "".join(customer_rows(cast.borgo))
    assert text.startswith("\ufeff")
    head, row = list(csv.reader(io.StringIO(text[1:]), delimiter=";"))
    found = dict(zip(head, row, strict=True))
    assert found["name"].startswith("'=") and found["phone"] == "'+39 051 203040"


def test_a_copy_holds_messages_and_no_note_unless_decided(cast: Cast) -> None:
    ticket = cast.ticket(text="La mia richiesta.")
    messages.note(ticket, cast.member("Anna"), f"Tra noi: {MARK}")
    messages.answer(ticket, cast.member("Anna"), "La nostra risposta.", base_position=ticket.last_public_position)
    hidden = cast.ticket("Riservata", text="segretissima")
    Ticket.objects.filter(pk=hidden.pk).update(sensitivity="named")
    customer = person(ticket)
    card.write_note(customer, cast.member("Anna"), f"Sul cliente: {MARK}")
    for notes in (False, True):
        archive = zipfile.ZipFile(io.BytesIO(copy_of(cast.person("Carla"), customer, notes=notes)))
        page, data = archive.read("data.html").decode(), archive.read("data.json").decode()
        for text in (page, data):
            assert "La mia richiesta." in text and "La nostra risposta." in text and "segretissima" not in text
            assert (f"Sul cliente: {MARK}" in text) == notes and f"Tra noi: {MARK}" not in text
    assert json.loads(data)["identities"][0]["value"] == "maria@example.org"


def test_open_tickets_hold_an_erasure_and_a_ground_is_asked(cast: Cast) -> None:
    customer = person(cast.ticket())
    with pytest.raises(Refusal) as refused:
        erase(customer, cast.member("Carla"), ground=" ")
    assert refused.value.field == "ground"
    with pytest.raises(Refusal):
        erase(customer, cast.member("Carla"), ground="art. 17")
    assert Identity.objects.filter(customer=customer).exists()


def test_an_erasure_leaves_a_tombstone_and_what_was_counted(cast: Cast, django_capture_on_commit_callbacks: object) -> None:
    ticket = cast.ticket(f"Il mio {MARK}", text=f"Dico {MARK}")
    blob = keep(cast.borgo, MARK.encode())
    customer = person(ticket)
    messages.receive(ticket, Words(text=MARK, subject=MARK, sender_name="Maria", sender_address="maria@example.org",
                                   language="it", files=(File(f"{MARK}.txt", blob),)),
                     channel="email", customer=customer, actor=actor.customer(customer.pk))
    messages.note(ticket, cast.member("Anna"), MARK)
    card.write_note(customer, cast.member("Anna"), MARK)
    twin = find_or_add(cast.borgo, name=f"Maria {MARK}", identities=[("phone", "051 1234567")], language="", actor=actor.SYSTEM)
    merge(customer, Customer.objects.get(pk=twin.pk), cast.member("Anna"), why=MARK)
    proof = keep(cast.borgo, b"delega")
    ions = cast.ticket("Altro", address="ion@example.org", name="Ion")
    messages.note(ticket, cast.member("Anna"), f"Di là: {MARK}")
    passing.pass_on(ticket, [ticket.entries.filter(kind="note").latest("position").pk], ions, by=cast.member("Anna"))
    snoozing.snooze(ticket, by=cast.member("Anna"), until=None, reason=MARK)
    card.relate(customer, person(ions), "delegate", actor.SYSTEM,
                proof=("delega.pdf", proof), about=MARK)
    ending.close(ticket, by=cast.member("Anna"), outcome="solved", reason=f"Chiuso {MARK}")
    outbox.work()
    stone = erase(customer, cast.member("Carla"), ground="GDPR art. 17, prot. 12/2026")
    assert erase(customer, cast.member("Carla"), ground="di nuovo").pk == stone.pk
    path = store.path_of(cast.borgo.pk, blob.sha256)
    assert path.exists()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]  # pytest-django's fixture
        for event in Event.objects.filter(verb="customer.erased"):
            for consumer in reactions.DURABLE:
                if "customer.erased" in consumer.verbs:
                    consumer.react(event)  # type: ignore[arg-type]  # a row has what a reader's line has
    assert not path.exists(), "the bytes are gone too"
    stone.refresh_from_db()
    assert stone.done_at and stone.counts["messages"] >= 2 and stone.counts["identities"] == 2
    ticket.refresh_from_db()
    assert ticket.status == "closed" and ticket.customer_id == customer.pk, "counted as before"
    assert not Note.objects.filter(text__contains=MARK).exists() and not Message.objects.filter(text__contains=MARK).exists()
    assert Relation.objects.get().proof_id is None
    assert _whole_database_without(MARK) == []
    assert Erasure.objects.get().ground.startswith("GDPR")


def _whole_database_without(word: str) -> list[str]:
    """Tables of customers and tickets in which the word still stands in some text column."""
    from django.apps import apps
    from django.db import models
    from django.db.models.functions import Cast as AsText

    found = []
    for model in [*apps.get_app_config("customers").get_models(), *apps.get_app_config("tickets").get_models()]:
        for field in model._meta.concrete_fields:
            if isinstance(field, (models.CharField, models.TextField, models.JSONField)):
                rows = model._default_manager.annotate(as_text=AsText(field.attname, models.TextField()))
                if rows.filter(as_text__icontains=word).exists():
                    found.append(f"{model.__name__}.{field.name}")
    return found


def test_a_card_seen_again_at_once_is_one_reading(cast: Cast) -> None:
    customer = person(cast.ticket())
    for _turn in range(3):
        keep_reading(cast.borgo, cast.member("Anna"), "card", customer=customer)
    keep_reading(cast.borgo, cast.member("Bruno"), "card", customer=customer)
    keep_reading(cast.borgo, cast.member("Carla"), "data", customer=customer, purpose="Accesso art. 15")
    keep_reading(cast.borgo, cast.member("Carla"), "data", customer=customer, purpose="Accesso art. 15")
    assert Reading.objects.count() == 4
