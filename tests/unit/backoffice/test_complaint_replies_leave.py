"""A reply to a complaint leaves as every reply does: with files, and for some seconds in its author's hands."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from sportello.faces.desk.models import Draft, DraftFile
from sportello.foundation.core.errors import Refusal
from sportello.records.accounts.models import User
from sportello.records.tickets import blockers
from sportello.records.tickets.models import Message, Ticket
from sportello.service.backoffice.complaints import replies
from sportello.service.backoffice.models import Complaint, ComplaintReply, ComplaintStage
from sportello.service.channels import waiting
from sportello.service.channels.models import WaitingReply
from tests.cast import Cast

from .complaints_scene import complaint_of

pytestmark = pytest.mark.django_db
BLOCKS = {"block-claimed": "Il doppio addebito.", "block-checks": "I conti.", "block-conclusion": "Ha ragione.",
          "block-rights": "Può rivolgersi al servizio."}  # fmt: skip


def page(complaint: Complaint) -> str:
    return reverse("desk:complaint_reply", args=["borgo", complaint.ticket.number, "final"])


def test_with_files_and_seconds_to_take_it_back(cast: Cast, client: Any) -> None:
    complaint = complaint_of(cast)
    User.objects.filter(pk=cast.users["Bruno"].pk).update(undo_seconds=20)
    client.force_login(cast.users["Bruno"])
    asked = {**BLOCKS, "finding": "upheld", "base_position": complaint.ticket.last_public_position}
    assert "base_position" in client.get(page(complaint)).content.decode()
    # kept with its file, which is there again when the page is drawn anew
    kept = client.post(page(complaint), {**asked, "do": "keep", "files": SimpleUploadedFile("conti.txt", b"dieci euro")})
    assert kept.status_code == 302
    shown = client.get(page(complaint)).content.decode()
    assert "conti.txt" in shown
    file_id = DraftFile.objects.get(draft__kind=Draft.Kind.COMPLAINT).pk
    sent = client.post(page(complaint), {**asked, "do": "send", "kept": file_id})
    assert sent.status_code == 302
    waits = WaitingReply.objects.get()
    assert waits.files.count() == 1 and not Message.objects.filter(direction="out", is_machine=False).exists()
    complaint.refresh_from_db()
    assert complaint.answered_at is None and complaint.finding == "", "nothing is decided before it leaves"
    reply = ComplaintReply.objects.get()
    assert replies.is_leaving(reply)
    with pytest.raises(Refusal):
        replies.save(complaint, "final", {}, by=cast.member("Bruno"))
    # taken back: words and file are on the page of the reply, not in the ticket's composer
    back = client.post(reverse("desk:waiting_undo", args=["borgo", complaint.ticket.number, waits.pk]))
    assert back.status_code == 302 and back.url == page(complaint)
    assert "conti.txt" in client.get(page(complaint)).content.decode()
    assert not Draft.objects.filter(kind=Draft.Kind.REPLY).exists()
    # sent anew, it leaves at its time and everything follows
    file_id = DraftFile.objects.get(draft__kind=Draft.Kind.COMPLAINT).pk
    client.post(page(complaint), {**asked, "do": "send", "kept": file_id})
    WaitingReply.objects.update(send_at=complaint.registered_at)
    assert waiting.work() == 1
    complaint.refresh_from_db()
    reply.refresh_from_db()
    assert reply.is_sent and reply.message is not None and complaint.finding == "upheld"
    assert [one.filename for one in reply.message.entry.attachments.all()] == ["conti.txt"]
    stages = set(ComplaintStage.objects.filter(complaint=complaint).values_list("code", flat=True))
    assert {"response", "decision"} <= stages
    assert not [one for one in blockers.missing(Ticket.objects.get(pk=complaint.ticket_id), "solved") if one.code == "block"]


def test_what_comes_meanwhile_holds_it_and_nothing_is_decided(cast: Cast) -> None:
    from sportello.foundation.journal import actor
    from sportello.records.tickets.actions import messages
    from sportello.records.tickets.words import Words

    complaint, bruno = complaint_of(cast), cast.member("Bruno")
    ticket = complaint.ticket
    texts = {name.removeprefix("block-"): text for name, text in BLOCKS.items()}
    replies.send_final(complaint, texts, finding="upheld", by=bruno, base_position=ticket.last_public_position, seconds=20)
    messages.receive(ticket, Words(text="Ho trovato la ricevuta.", sender_address="maria@example.org"), channel="email",
                     customer=ticket.customer, actor=actor.customer(ticket.customer_id))  # fmt: skip
    waiting.work()
    held = WaitingReply.objects.get()
    assert held.state == "held" and not ComplaintReply.objects.get().is_sent
    fresh = Ticket.objects.get(pk=ticket.pk)
    waiting.leave_now(fresh, held.pk, bruno, fresh.last_public_position)
    assert ComplaintReply.objects.get().is_sent
    complaint.refresh_from_db()
    assert complaint.answered_at is not None
