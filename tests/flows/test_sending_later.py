"""Between "Send" and leaving: taking a reply back, sending it on Monday, and being overtaken."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sportello.faces.desk.models import Draft, DraftFile
from sportello.foundation.core.errors import NotAllowed, Refusal, Stale
from sportello.foundation.journal import actor
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Membership
from sportello.records.tickets.actions import messages
from sportello.records.tickets.models import Entry, Message, SearchRow, Ticket, TicketEvent
from sportello.records.tickets.queries.timeline import public_timeline
from sportello.records.tickets.words import Words
from sportello.service.channels import outbox, waiting
from sportello.service.channels.models import Dispatch, WaitingReply
from sportello.service.channels.waiting import Reply
from tests.cast import Cast

pytestmark = pytest.mark.django_db
MARIA = ("Maria Popescu", "maria@example.org")


def reply(ticket: Ticket, text: str = "Ecco la risposta.", **more: Any) -> Reply:
    ticket.refresh_from_db()
    return Reply(text, more.pop("base_position", ticket.last_public_position), to=[MARIA], **more)


def answers(ticket: Ticket) -> list[str]:
    found = Message.objects.filter(entry__ticket=ticket, direction="out", notice_moment="")
    return list(found.order_by("pk").values_list("text", flat=True))


def pass_time(ticket: Ticket, lasts: timedelta) -> None:
    """The wait is over: the rows were written so long ago."""
    for one in WaitingReply.objects.filter(ticket=ticket):
        one.send_at -= lasts
        one.save()


def maria_writes(ticket: Ticket, text: str = "Ancora una cosa.") -> None:
    said = Words(text=text, sender_name="Maria Popescu", sender_address="maria@example.org", language="it")
    messages.receive(ticket, said, channel="email", customer=ticket.customer, actor=actor.MACHINE)


def at(ticket: Ticket, resource: str = "") -> str:
    return f"/desk/borgo/tickets/{ticket.number}/{resource}"


def test_it_waits_and_then_leaves_once(cast: Cast) -> None:
    ticket = cast.ticket()
    before = Ticket.objects.get(pk=ticket.pk)
    sent = waiting.send(ticket, cast.member("Anna"), reply(ticket, then="wait"), seconds=10)
    assert isinstance(sent, WaitingReply)
    assert waiting.work() == 0 and answers(ticket) == []
    ticket.refresh_from_db()
    assert (ticket.status, ticket.unanswered_since) == (before.status, before.unanswered_since), "nothing is done yet"
    pass_time(ticket, timedelta(seconds=11))
    assert waiting.work() == 1
    assert waiting.work() == 0
    assert answers(ticket) == ["Ecco la risposta."]
    assert not WaitingReply.objects.exists()
    ticket.refresh_from_db()
    assert (ticket.status, ticket.unanswered_since) == ("waiting_customer", None)
    assert Dispatch.objects.get(message__text="Ecco la risposta.").state == "queued"


def test_nothing_of_it_is_anywhere_before_it_leaves(cast: Cast) -> None:
    ticket = cast.ticket()
    rows, entries = SearchRow.objects.count(), Entry.objects.filter(ticket=ticket).count()
    shown = len(public_timeline(ticket))
    waiting.send(ticket, cast.member("Anna"), reply(ticket, "SEGNALIBRO"), seconds=30)
    assert (SearchRow.objects.count(), Entry.objects.filter(ticket=ticket).count()) == (rows, entries)
    assert len(public_timeline(ticket)) == shown
    assert not Message.objects.filter(text__contains="SEGNALIBRO").exists()


def test_taken_back_it_never_left(cast: Cast) -> None:
    ticket, anna, bruno = cast.ticket(), cast.member("Anna"), cast.member("Bruno")
    sent = waiting.send(ticket, anna, reply(ticket), seconds=10)
    with pytest.raises(NotAllowed):
        waiting.take_back(ticket, sent.pk, bruno)
    again = waiting.take_back(ticket, sent.pk, anna)
    assert (again.text, again.to) == ("Ecco la risposta.", [MARIA])
    with pytest.raises(Refusal):
        waiting.take_back(ticket, sent.pk, anna)
    assert waiting.work() == 0 and answers(ticket) == []


def test_what_left_cannot_be_taken_back(cast: Cast) -> None:
    ticket, anna = cast.ticket(), cast.member("Anna")
    sent = waiting.send(ticket, anna, reply(ticket), seconds=10)
    pass_time(ticket, timedelta(seconds=11))
    waiting.work()
    with pytest.raises(Refusal):
        waiting.take_back(ticket, sent.pk, anna)
    assert answers(ticket) == ["Ecco la risposta."]


def test_two_in_a_row_leave_in_their_order(cast: Cast) -> None:
    ticket, anna = cast.ticket(), cast.member("Anna")
    read = ticket.last_public_position
    waiting.send(ticket, anna, reply(ticket, "prima"), seconds=30)
    waiting.send(ticket, anna, reply(ticket, "seconda", base_position=read), seconds=30)
    assert answers(ticket) == ["prima"], "who writes on has passed over the undo"
    pass_time(ticket, timedelta(seconds=31))
    waiting.work()
    assert answers(ticket) == ["prima", "seconda"], "one's own words are no news"


def test_overtaken_it_is_held_and_said(cast: Cast) -> None:
    ticket, anna = cast.ticket(), cast.member("Anna")
    monday = clock.now(cast.borgo) + timedelta(days=3)
    sent = waiting.send(ticket, anna, reply(ticket), at=monday)
    maria_writes(ticket)
    assert waiting.work() == 1
    held = WaitingReply.objects.get(pk=sent.pk)
    assert (held.state, held.held_code) == ("held", "news")
    event = TicketEvent.objects.get(entry__ticket=ticket, code="reply_held")
    assert event.entry.by_member_id == anna.pk and not event.entry.is_public
    pass_time(ticket, timedelta(days=4))
    assert waiting.work() == 0 and answers(ticket) == [], "held is held"
    with pytest.raises(Stale):
        waiting.leave_now(ticket, sent.pk, anna, 0)
    ticket.refresh_from_db()
    waiting.leave_now(ticket, sent.pk, anna, ticket.last_public_position)
    assert answers(ticket) == ["Ecco la risposta."]


def test_a_colleagues_answer_holds_it_too_and_the_ticket_waits_for_its_author(cast: Cast) -> None:
    ticket, anna, bruno = cast.ticket(), cast.member("Anna"), cast.member("Bruno")
    waiting.send(ticket, anna, reply(ticket), at=clock.now(cast.borgo) + timedelta(days=1))
    ticket.refresh_from_db()
    messages.answer(ticket, bruno, "Ci ho pensato io.", base_position=ticket.last_public_position)
    waiting.work()
    ticket.refresh_from_db()
    assert ticket.unanswered_since is not None
    assert WaitingReply.objects.get().state == "held"


def test_at_its_hour_the_ticket_may_be_closed_or_its_author_gone(cast: Cast) -> None:
    from sportello.records.tickets.actions import ending

    anna = cast.member("Anna")
    ticket, other = cast.ticket("Uno"), cast.ticket("Due", address="john@example.org")
    for one in (ticket, other):
        waiting.send(one, anna, reply(one), at=clock.now(cast.borgo) + timedelta(days=1))
    ending.close(ticket, by=cast.member("Bruno"), outcome="solved", reason="Fatto.")
    pass_time(ticket, timedelta(days=2))
    waiting.work()
    assert WaitingReply.objects.get(ticket=ticket).held_code == "refused"
    assert "La riapra" in WaitingReply.objects.get(ticket=ticket).held_words, "in its author's language"
    Membership.objects.filter(pk=anna.pk).update(ended_at=clock.now(cast.borgo))
    pass_time(other, timedelta(days=2))
    waiting.work()
    assert WaitingReply.objects.get(ticket=other).held_code == "author_left"
    assert answers(ticket) == answers(other) == []


def test_an_hour_that_has_passed_or_is_too_far_is_refused(cast: Cast) -> None:
    ticket, now = cast.ticket(), clock.now(cast.borgo)
    for wrong in (now - timedelta(minutes=1), now + timedelta(days=61)):
        with pytest.raises(Refusal) as refused:
            waiting.send(ticket, cast.member("Anna"), reply(ticket), at=wrong)
        assert refused.value.field == "send_at"


def test_what_nobody_gets_by_mail_leaves_at_once(cast: Cast) -> None:
    ticket = cast.ticket()
    sent = waiting.send(ticket, cast.member("Anna"), Reply("Sul sito.", ticket.last_public_position), seconds=30)
    assert isinstance(sent, Message) and sent.channel == "portal"
    assert not sent.recipients.exists(), "nobody on the chips, nobody in the envelope"


# On the screen ------------------------------


@pytest.fixture
def anna(client: Client, cast: Cast) -> Client:
    client.force_login(cast.users["Anna"])
    cast.users["Anna"].undo_seconds = 10
    cast.users["Anna"].save()
    return client


def typed(ticket: Ticket, text: str, **more: object) -> dict[str, object]:
    ticket.refresh_from_db()
    return {"text": text, "base_position": ticket.last_public_position, "to": "Maria <maria@example.org>", **more}


def test_anna_undoes_without_scripts_and_has_all_of_it_again(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    file = SimpleUploadedFile("modulo.txt", b"il modulo")
    data = typed(ticket, "Ecco il modulo.", cc="figlia@example.org", files=file)
    page = anna.post(at(ticket, "replies/"), data, follow=True).content.decode()
    assert "Annulla" in page and "<count-down" in page
    (one,) = WaitingReply.objects.all()
    assert answers(ticket) == []
    bruno = Client()
    bruno.force_login(cast.users["Bruno"])
    seen = bruno.get(at(ticket)).content.decode()
    assert "Ecco il modulo." in seen and f"waiting/{one.pk}/undo/" not in seen
    assert bruno.post(at(ticket, f"waiting/{one.pk}/undo/"), follow=True).status_code == 200
    assert WaitingReply.objects.exists(), "only its author"

    page = anna.post(at(ticket, f"waiting/{one.pk}/undo/"), follow=True).content.decode()
    draft = Draft.objects.get()
    assert draft.text == "Ecco il modulo." and "figlia@example.org" in draft.cc and "maria@example.org" in draft.to
    assert "modulo.txt" in page and 'name="kept"' in page
    again = typed(ticket, "Ecco il modulo giusto.", kept=DraftFile.objects.get().pk)
    anna.post(at(ticket, "replies/"), again)
    pass_time(ticket, timedelta(seconds=11))
    waiting.work()
    assert answers(ticket) == ["Ecco il modulo giusto."]
    (attached,) = Message.objects.get(text="Ecco il modulo giusto.").entry.attachments.all()
    assert attached.filename == "modulo.txt"


def test_anna_sends_on_monday_and_sends_it_now_after_all(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    when = clock.local(cast.borgo, clock.now(cast.borgo) + timedelta(days=5)).replace(hour=8, minute=30, second=0)
    data = typed(ticket, "A lunedì.", send_at=when.strftime("%Y-%m-%dT%H:%M"))
    anna.post(at(ticket, "replies/"), data)
    one = WaitingReply.objects.get()
    assert one.is_scheduled and clock.local(cast.borgo, one.send_at).strftime("%H:%M") == "08:30"
    anna.post(at(ticket, f"waiting/{one.pk}/departure/"), {"seen": ticket.last_public_position})
    assert answers(ticket) == ["A lunedì."]


def test_a_button_for_monday_wins_over_the_empty_field_beside_it(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    page = anna.get(at(ticket)).content.decode()
    offered = page.split('name="send_preset" value="')[1].split('"')[0]
    anna.post(at(ticket, "replies/"), typed(ticket, "Domani.", send_preset=offered, send_at=""))
    one = WaitingReply.objects.get()
    assert one.is_scheduled and clock.local(cast.borgo, one.send_at).strftime("%Y-%m-%dT%H:%M") == offered
    assert answers(ticket) == []


def test_the_seconds_are_her_own_choice(anna: Client, cast: Cast) -> None:
    chosen = {"name": "Anna Prova", "language": "it", "undo_seconds": "0"}
    assert anna.post("/accounts/me/", chosen).status_code == 302
    ticket = cast.ticket()
    anna.post(at(ticket, "replies/"), typed(ticket, "Subito."))
    assert answers(ticket) == ["Subito."] and not WaitingReply.objects.exists()
    assert anna.post("/accounts/me/", {**chosen, "undo_seconds": "7"}).status_code == 422


def test_who_chose_nothing_has_ten_seconds(anna: Client, cast: Cast, settings: Any) -> None:
    settings.UNDO_SECONDS = 10
    cast.users["Anna"].undo_seconds = None
    cast.users["Anna"].save()
    ticket = cast.ticket()
    anna.post(at(ticket, "replies/"), typed(ticket, "Fra poco."))
    one = WaitingReply.objects.get()
    assert one.send_at - one.written_at == timedelta(seconds=10)
    assert outbox.work() == 1, "the receipt only"


