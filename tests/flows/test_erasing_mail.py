"""An erasure ordered by law reaches the channels: each object that holds somebody's words, tried by name."""

from __future__ import annotations

import hashlib

import pytest
from django.apps import apps
from django.db import models
from django.db.models.functions import Cast as AsText

from sportello.config import reactions
from sportello.foundation.core.errors import Refusal
from sportello.foundation.files import store
from sportello.foundation.files.actions import read
from sportello.foundation.files.models import Blob
from sportello.foundation.journal.models import Event
from sportello.records.customers.actions.erasing import erase
from sportello.records.customers.models import Customer, Erasure
from sportello.records.tickets.actions import ending, messages
from sportello.records.tickets.models import Ticket
from sportello.service.channels import intake, outbox, waiting
from sportello.service.channels.collecting import positions
from sportello.service.channels.models import (
    CertifiedLetter,
    CertifiedMail,
    Collector,
    Delivery,
    Dispatch,
    ErasedRow,
    FolderPosition,
    IncomingMail,
    OutTrayMail,
    WaitingReply,
)
from sportello.service.channels.replay import replay
from tests.cast import Cast
from tests.flows.mail_fixtures import TAXES, URP, adds_up, arrive, letter, ticket_of
from tests.flows.pec_fixtures import FIRM, PecBox
from tests.flows.test_authenticity import believe
from tests.flows.test_mail_replay import LONG_AGO

pytestmark = pytest.mark.django_db
MARK = "girasole"
MARIA = f"Maria {MARK} <maria.{MARK}@example.org>"


def whole_room_without(word: str) -> list[str]:
    """Columns of the channels, and bytes on disk, in which the word still stands."""
    found = []
    for model in apps.get_app_config("channels").get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, (models.CharField, models.TextField, models.JSONField)):
                rows = model._default_manager.annotate(as_text=AsText(field.attname, models.TextField()))
                if rows.filter(as_text__icontains=word).exists():
                    found.append(f"{model.__name__}.{field.name}")
    return found + [blob.sha256 for blob in Blob.objects.all() if word.encode() in read(blob)]


def ordered(ticket: Ticket, cast: Cast, **more) -> Erasure:
    return erase(Customer.objects.get(pk=ticket.customer_id), cast.member("Carla"), ground="GDPR art. 17, prot. 12/2026")


def worker(run_commits) -> None:
    with run_commits(execute=True):
        for event in Event.objects.filter(verb="customer.erased"):
            for consumer in reactions.DURABLE:
                if "customer.erased" in consumer.verbs:
                    consumer.react(event)


def closed(ticket: Ticket, cast: Cast) -> None:
    ticket.refresh_from_db()
    ending.close(ticket, by=cast.member("Anna"), outcome="solved", reason="Fatto")
    outbox.work()


def test_mail_what_was_held_letters_and_deliveries(cast: Cast, django_capture_on_commit_callbacks, monkeypatch) -> None:
    first = arrive(letter(f"Sono {MARK}", sender=MARIA, subject=MARK), envelope_from=f"maria.{MARK}@example.org")
    ticket = ticket_of(first)
    copy = arrive(letter(f"Due {MARK}", sender=MARIA, to=f"{URP}, {TAXES}", message_id=f"<due.{MARK}@example.org>"))
    twin = arrive(read(copy.raw))
    machine = arrive(letter(f"Ferie {MARK}", sender=MARIA, Auto_Submitted="auto-replied"))
    other = arrive(letter("Altro cliente", sender="Ion <ion@example.org>"))
    from sportello.service.channels.steps import guarding

    monkeypatch.setattr(guarding, "BURST", 1)
    held = arrive(letter(f"Ancora {MARK}", sender=MARIA))
    monkeypatch.undo()
    assert [one.state for one in (twin, machine, held)] == ["duplicate", "machine", "quarantined"]
    messages.answer(ticket, cast.member("Anna"), f"Cara {MARK}", to=[(MARK, f"maria.{MARK}@example.org")],
                    base_position=Ticket.objects.get(pk=ticket.pk).last_public_position)  # fmt: skip
    ticket.refresh_from_db()
    waiting.send(ticket, cast.member("Anna"), waiting.Reply(f"P.S. {MARK}", ticket.last_public_position,
                 to=[(MARK, f"maria.{MARK}@example.org")]), seconds=60)  # fmt: skip
    for one in Ticket.objects.filter(customer=ticket.customer):
        closed(one, cast)
    before, states = hashlib.sha256(read(first.raw)).hexdigest(), adds_up()
    path = store.path_of(cast.borgo.pk, before)
    deliveries = list(Delivery.objects.order_by("pk").values_list("state", flat=True))

    ordered(ticket, cast)
    assert MARK in IncomingMail.objects.get(pk=first.pk).sender, "the worker does it, not who ordered it"
    worker(django_capture_on_commit_callbacks)
    assert whole_room_without(MARK) == []
    assert not path.exists(), "the bytes are gone from the disk"
    stone = ErasedRow.objects.get(what="incoming", row_id=first.pk)
    assert (stone.sha256, stone.erasure.ground[:4], stone.erased_at is not None) == (before, "GDPR", True)
    first.refresh_from_db()
    assert before.encode() in read(first.raw) and b"GDPR art. 17" in read(first.raw)
    # the counted life stays: every mail is still somewhere, what was held is held no more, deliveries keep their state
    states["machine"], states["quarantined"] = states["machine"] + 1, 0
    assert adds_up() == {state: number for state, number in states.items() if number}
    assert list(Delivery.objects.order_by("pk").values_list("state", flat=True)) == deliveries
    assert not WaitingReply.objects.exists()
    assert OutTrayMail.objects.exists() and set(ErasedRow.objects.values_list("what", flat=True)) >= {"tray", "delivery"}
    # nobody else's
    other.refresh_from_db()
    assert (other.sender, b"Altro cliente" in read(other.raw)) == ("ion@example.org", True)
    # twice is once, and the present code finds nothing to read again
    count = ErasedRow.objects.count()
    worker(django_capture_on_commit_callbacks)
    assert ErasedRow.objects.count() == count
    assert [one for one in replay(LONG_AGO, apply=True) if one is not None] == []
    assert intake.work() == 0


def test_certified_mail_and_its_letters(cast: Cast, django_capture_on_commit_callbacks) -> None:
    box = PecBox(cast)
    came = box.writes(f"Istanza {MARK}", subject=MARK)
    ticket = ticket_of(came)
    box.answer(ticket, f"Rispondiamo a {MARK}")
    closed(ticket, cast)
    raws = [CertifiedLetter.objects.order_by("pk")[0].raw.sha256, IncomingMail.objects.get(pk=came.pk).raw.sha256]
    ordered(ticket, cast)
    worker(django_capture_on_commit_callbacks)
    assert whole_room_without(MARK) == whole_room_without(FIRM) == []
    assert set(raws) <= set(ErasedRow.objects.values_list("sha256", flat=True))
    assert CertifiedMail.objects.get(mail=came).kind == "posta-certificata", "that it was, and its state, stay"


def test_what_must_be_kept_is_kept_and_nothing_is_marked(cast: Cast) -> None:
    ticket = ticket_of(arrive(letter(f"Sono {MARK}", sender=MARIA)))
    with pytest.raises(Refusal):
        ordered(ticket, cast)  # an open ticket
    messages.answer(ticket, cast.member("Anna"), "Risposta", to=[("", f"maria.{MARK}@example.org")],
                    base_position=Ticket.objects.get(pk=ticket.pk).last_public_position)  # fmt: skip
    closed(ticket, cast)
    Dispatch.objects.filter(message__entry__ticket=ticket).update(state="in_doubt")
    with pytest.raises(Refusal):
        ordered(ticket, cast)  # a letter that may have to be repeated as it was
    assert not ErasedRow.objects.exists() and not Erasure.objects.exists()
    Dispatch.objects.filter(message__entry__ticket=ticket).update(state="sent")
    ordered(ticket, cast)
    assert ErasedRow.objects.exists()


def test_what_the_provider_still_has_does_not_come_back(cast: Cast, django_capture_on_commit_callbacks) -> None:
    """The folder is numbered anew after the erasure: the mail is known by its digest, and not stored again."""
    believe()
    collector = Collector.objects.select_related("organisation", "mailbox").get()
    raw = letter(f"Sono {MARK}", sender=MARIA)
    old = FolderPosition.objects.create(organisation=cast.borgo, collector=collector, folder="INBOX", uidvalidity=1,
                                        began_at=collector.began_at)  # fmt: skip
    listed = positions.Listed("1", len(raw), collector.began_at)
    positions.store(old, positions.recognised(old, _Server(), [(listed, raw)]))
    intake.work()
    mail = IncomingMail.objects.get()
    ticket = ticket_of(mail)
    closed(ticket, cast)
    ordered(ticket, cast)
    worker(django_capture_on_commit_callbacks)
    new = positions.current(collector, "INBOX", 2)
    (found,) = positions.recognised(new, _Server(), [(positions.Listed("1", len(raw), None), raw)])
    assert found.again is not None and found.again.pk == mail.pk
    assert positions.store(new, [found]).again == 1
    assert IncomingMail.objects.count() == 1
    assert whole_room_without(MARK) == []


class _Server:
    def are_there(self, keys):
        return set(keys)
