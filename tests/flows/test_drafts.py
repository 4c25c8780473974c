"""What is typed is never lost and never lands where it was not typed: late saves, two devices, files, refusals (T26)."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any
from typing import cast as taken_as

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sportello.faces.desk.actions import drafting
from sportello.faces.desk.models import Draft, DraftFile
from sportello.foundation.journal.reader import Read
from sportello.records.customers.actions import erasing
from sportello.records.tickets.actions import ending, messages
from sportello.records.tickets.models import Attachment, Contact, ContactEntry, Message, Note, Ticket
from sportello.service.channels.models import Dispatch, WaitingReply
from tests.cast import Cast
from tests.flows.test_desk import HTMX, at, maria_writes, reply, signed_in, text


class Page:
    """The composer as one browser has it before it: what its hidden fields say, and how often it has saved."""

    def __init__(self, client: Client, ticket: Ticket, kind: str = "reply") -> None:
        self.client, self.ticket, self.kind, self.turn = client, ticket, kind, 0
        html = text(client.get(at(ticket)))
        part = html.split(f'id="{kind}"', 1)[1].split("</form>", 1)[0]
        self.writer = re.search(r'name="draft_writer" value="([^"]+)"', part)[1]  # type: ignore[index]
        self.revision = int(re.search(r'name="draft_revision" value="(\d+)"', part)[1])  # type: ignore[index]
        shown = re.search(r"<textarea[^>]*>\r?\n?(.*?)</textarea>", part, re.S)
        self.text = shown[1] if shown else ""
        self.files = re.findall(r'name="kept" value="(\d+)"', part)

    def fields(self, words: str, turn: int | None = None) -> dict[str, Any]:
        return {"text": words, "draft_writer": self.writer, "draft_revision": self.revision,
                "draft_turn": self.turn if turn is None else turn}

    def save(self, words: str, *, turn: int | None = None, ticket: Ticket | None = None, **more: object) -> Any:
        self.turn += 1
        data = {**self.fields(words, turn), **more}
        return self.client.post(at(ticket or self.ticket, f"drafts/{self.kind}/"), data, **HTMX)

    def send(self, words: str, **more: object) -> Any:
        return self.client.post(at(self.ticket, "replies/"), {**reply(self.ticket, words), **self.fields(words), **more})

    def attach(self, name: str, content: bytes) -> Any:
        data = {**self.fields(""), "files": SimpleUploadedFile(name, content)}
        return self.client.post(at(self.ticket, f"drafts/{self.kind}/files/"), data, **HTMX)


@pytest.fixture
def anna(client: Client, cast: Cast) -> Client:
    client.force_login(cast.users["Anna"])
    return client


def kept(ticket: Ticket, kind: str = "reply") -> str:
    found = Draft.objects.filter(ticket=ticket, kind=kind).first()
    return found.text if found else ""


def test_a_save_that_arrives_late_overwrites_nothing_and_revives_nothing(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    page = Page(anna, ticket)
    page.save("Gentile Maria,", turn=2)
    assert page.save("Gent", turn=1).status_code == 204, "the older one came second: nobody is troubled"
    assert kept(ticket) == "Gentile Maria,"
    assert page.send("Gentile Maria, ecco.").status_code == 302
    late = page.save("Gentile Maria, ec", turn=3)
    assert late.status_code == 409 and "È già stato inviato" in text(late)
    assert kept(ticket) == "" and not Draft.objects.filter(ticket=ticket).exists(), "sent is sent"
    page.revision = int(re.search(r'data-keep-mine="(\d+)"', text(late))[1])  # type: ignore[index]
    assert page.save("P.S.: dimenticavo.").status_code == 204, "gone back to it, told, and going on knowingly"
    assert kept(ticket) == "P.S.: dimenticavo."
    page.save("P.S.: dimenticavo la data.")
    assert kept(ticket) == "P.S.: dimenticavo la data."
    page.save("")
    fresh = Page(anna, ticket)
    assert fresh.text == ""
    fresh.save("E ancora:")
    assert kept(ticket) == "E ancora:", "the next drawing of the composer is another"


def test_sent_before_anything_was_kept_the_save_on_its_way_comes_to_nothing(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    page = Page(anna, ticket)
    assert page.send("Ecco subito.").status_code == 302
    page.save("Ecco subi", turn=1)
    assert not Draft.objects.exists()


def test_words_of_another_ticket_or_of_a_note_are_taken_nowhere(anna: Client, cast: Cast) -> None:
    ticket, other = cast.ticket(), cast.ticket("Altra pratica")
    page, note = Page(anna, ticket), Page(anna, ticket, "note")
    assert page.save("Gentile Maria", ticket=other).status_code == 409
    assert kept(other) == ""
    for refused in (
        anna.post(at(other, "replies/"), {**reply(other, "x"), **page.fields("Gentile Maria")}),
        anna.post(at(ticket, "replies/"), {**reply(ticket, "tra noi"), **note.fields("tra noi")}),
        anna.post(at(ticket, "drafts/reply/"), note.fields("tra noi")),
        anna.post(at(ticket, "notes/"), page.fields("Gentile Maria")),
    ):
        assert refused.status_code == 409
    assert not Draft.objects.exists() and not Note.objects.exists()
    assert not Message.objects.filter(direction="out", notice_moment="").exists()


def test_two_devices_never_overwrite_each_other_and_the_words_of_both_are_there(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    office, phone = Page(anna, ticket), Page(signed_in(cast, "Anna"), ticket)
    office.save("Scritto in ufficio.")
    refused = phone.save("Scritto dal telefono.")
    assert refused.status_code == 409 and "Scritto in ufficio." in text(refused)
    assert kept(ticket) == "Scritto in ufficio."
    again = Page(anna, ticket)
    assert again.text == "Scritto in ufficio."
    assert "Scritto dal telefono." in text(anna.get(at(ticket))), "put aside, shown, not lost"
    knows = re.search(r'data-keep-mine="(\d+)"', text(refused))
    assert knows is not None
    phone.revision = int(knows[1])
    assert phone.save("Scritto dal telefono.").status_code == 204
    assert kept(ticket) == "Scritto dal telefono.", "chosen by its author"
    office.save("Di nuovo in ufficio.")
    assert office.send("Di nuovo in ufficio.").status_code == 302
    assert kept(ticket) == "Scritto dal telefono.", "what the other device holds is not thrown away with what was sent"


def test_a_device_left_open_learns_of_what_was_sent_and_its_own_words_stay(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    office, phone = Page(anna, ticket), Page(signed_in(cast, "Anna"), ticket)
    begun = ticket.last_public_position
    office.send("Inviata dall'ufficio.")
    phone.save("Anche dal telefono.", base_position=begun)
    assert kept(ticket) == "Anche dal telefono."
    phone.client.post(at(ticket, "drafts/reply/"), {"text": ""})
    office.save("x")
    sent = {**phone.fields("Ecco."), "to": "maria@example.org", "base_position": begun}
    left = Page(anna, ticket)
    left.send("Ancora dall'ufficio.")
    refused = phone.client.post(at(ticket, "replies/"), sent)
    assert refused.status_code == 409 and "Ancora dall&#x27;ufficio." in text(refused)
    assert kept(ticket) == "Ecco."
    assert phone.client.post(at(ticket, "replies/"), sent).status_code == 302, "having been told, the same key again"


def test_the_key_pressed_twice_sends_once(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    page = Page(anna, ticket)
    for _time in range(2):
        assert page.send("Ecco.").status_code == 302
    note = Page(anna, ticket, "note")
    for _time in range(2):
        anna.post(at(ticket, "notes/"), note.fields("tra noi"))
    assert Message.objects.filter(direction="out", notice_moment="").count() == 1 and Note.objects.count() == 1
    assert not Draft.objects.exists()


def test_refused_without_scripts_the_other_devices_words_stand_under_it(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    office, phone = Page(anna, ticket), Page(signed_in(cast, "Anna"), ticket)
    phone.save("Dal telefono.")
    assert office.send("Dall'ufficio.", to="nessuno").status_code == 422
    assert kept(ticket) == "Dall'ufficio.\n\nDal telefono."


def test_files_are_kept_with_the_draft_seen_elsewhere_taken_out_and_sent(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    page = Page(anna, ticket)
    chips = [text(page.attach(name, content)) for name, content in (("modulo.txt", b"modulo"), ("sbagliato.txt", b"no"))]
    assert "modulo.txt" in chips[0] and "6" in chips[0] and 'name="kept"' in chips[0]
    assert page.attach("vuoto.txt", b"").status_code == 422
    phone = Page(signed_in(cast, "Anna"), ticket)
    assert len(phone.files) == 2, "on another device too, though no word is written yet"
    page.save("Ecco il modulo.")
    taken = anna.post(at(ticket, f"drafts/reply/files/{phone.files[1]}/removal/"), {}, **HTMX)
    assert taken.status_code == 204
    strange = signed_in(cast, "Carla").post(at(ticket, f"drafts/reply/files/{phone.files[0]}/removal/"), {}, **HTMX)
    assert strange.status_code == 204 and DraftFile.objects.count() == 1, "another's draft is not touched"
    assert page.send("Ecco il modulo.", kept=phone.files).status_code == 302
    sent = Message.objects.get(entry__ticket=ticket, direction="out", notice_moment="")
    assert [one.filename for one in Attachment.objects.filter(entry=sent.entry)] == ["modulo.txt"]
    assert not DraftFile.objects.exists()
    assert page.attach("tardi.txt", b"tardi").status_code == 409, "it must not stand in the next answer"
    assert not DraftFile.objects.exists()


def test_files_of_a_refused_reply_are_not_chosen_again(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    data = {**reply(ticket, "Ecco.", to="sbagliato"), "files": SimpleUploadedFile("modulo.txt", b"modulo")}
    refused = anna.post(at(ticket, "replies/"), data)
    assert refused.status_code == 422 and "modulo.txt" in text(refused) and "Ecco." in text(refused)
    page = Page(anna, ticket)
    assert page.send("Ecco.", kept=page.files).status_code == 302
    assert Attachment.objects.get(entry__ticket=ticket).filename == "modulo.txt"


def test_files_of_a_note_stay_with_the_note(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    note = Page(anna, ticket, "note")
    note.attach("verbale.txt", b"verbale")
    mine = str(DraftFile.objects.get().pk)
    assert Page(anna, ticket).files == []
    assert Page(anna, ticket).send("Buongiorno.", kept=[mine]).status_code == 302
    assert not Attachment.objects.exists(), "a file of a note goes with no reply, whatever is asked"
    anna.post(at(ticket, "notes/"), {**note.fields("vedi"), "kept": [mine]})
    assert Attachment.objects.get().entry.visibility == "internal"


def test_more_than_a_message_carries_is_refused_when_it_is_put_in(
    anna: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sportello.service.channels.email.capacity.MOST_FILES", 1000)
    ticket = cast.ticket()
    page = Page(anna, ticket)
    assert page.attach("uno.txt", b"1" * 600).status_code == 200
    refused = page.attach("due.txt", b"2" * 600)
    assert refused.status_code == 422 and "MB" in text(refused)
    assert DraftFile.objects.count() == 1


def test_a_call_is_recorded_from_the_ticket_and_only_colleagues_read_it(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    page = Page(anna, ticket, "call")
    page.save("Ha chiesto a che")
    assert Page(anna, ticket, "call").text == "Ha chiesto a che"
    empty = anna.post(at(ticket, "calls/"), {**page.fields(" "), "way": "phone-out"})
    assert empty.status_code == 422 and not Contact.objects.exists()
    words = "Ha chiesto a che punto siamo."
    assert anna.post(at(ticket, "calls/"), {**page.fields(words), "way": "phone-out"}).status_code == 302
    entry = ContactEntry.objects.get(entry__ticket=ticket)
    assert (entry.summary, entry.contact.channel, entry.contact.direction, entry.contact.outcome) == (
        words, "phone", "out", "ticket")
    assert entry.entry.visibility == "internal" and not Draft.objects.exists()


def test_only_who_stands_on_the_chips_gets_the_answer(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    maria_writes(ticket, "Ecco.")
    page = Page(anna, ticket)
    page.save("Gentile Maria", to="Maria <maria@example.org>", cc="ufficio@example.org")
    again = text(anna.get(at(ticket)))
    assert "ufficio@example.org" in again and 'class="composer-cc" open' in again, "copies are kept, and in sight"
    page.send("Gentile Maria, ecco.", to="altra@example.org", cc="")
    sent = Message.objects.get(entry__ticket=ticket, direction="out", notice_moment="")
    assert [(one.role, one.address) for one in sent.recipients.all()] == [("to", "altra@example.org")]


def test_taken_back_a_signed_reply_is_signed_once(anna: Client, cast: Cast) -> None:
    team = cast.team("front")
    team.signatures = {"it": "{operator}\n{team} · {organisation}", "en": "{operator}"}
    team.save()
    user = cast.users["Anna"]
    user.undo_seconds = 30
    user.save()
    ticket = cast.ticket()
    shown = text(anna.get(at(ticket)))
    assert "Anna Prova<br>Sportello · Comune di Borgo Lieto" in shown, "seen before it is sent"
    page = Page(anna, ticket)
    page.send("Gentile Maria, ecco.", signed="1")
    one = WaitingReply.objects.get()
    assert one.text == "Gentile Maria, ecco.\n\nAnna Prova\nSportello · Comune di Borgo Lieto"
    anna.post(at(ticket, f"waiting/{one.pk}/undo/"))
    assert kept(ticket) == "Gentile Maria, ecco."
    empty = Page(anna, ticket).send("  ", signed="1")
    assert empty.status_code == 422, "a signature alone is no answer"
    unsigned = Page(anna, ticket).send("Senza firma.")
    assert unsigned.status_code == 302 and WaitingReply.objects.get().text == "Senza firma."


def test_a_colleagues_answer_stops_mine_and_one_key_goes_on(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    page = Page(anna, ticket)
    begun = {**page.fields("Ci penso io."), "to": "maria@example.org", "base_position": ticket.last_public_position}
    messages.answer(ticket, cast.member("Carla"), "Già risposto da Carla.", base_position=ticket.last_public_position)
    refused = anna.post(at(ticket, "replies/"), begun, **HTMX)
    assert refused.status_code == 409 and "Già risposto da Carla." in text(refused)
    position = re.search(r'name="base_position" value="(\d+)"', text(refused))
    assert position is not None
    again = anna.post(at(ticket, "replies/"), {**begun, "base_position": position[1]}, **HTMX)
    assert again.status_code == 200, "the same key again, nothing else"
    assert Message.objects.filter(entry__ticket=ticket, text="Ci penso io.").exists() and not Draft.objects.exists()


def test_what_was_begun_to_an_erased_customer_goes_with_them(anna: Client, cast: Cast) -> None:
    """GDPR art. 17: drafts hold a customer's words and name too."""
    ticket, other = cast.ticket(), cast.ticket("Altra", address="altro@example.org", name="Altro Cliente")
    for one in (ticket, other):
        page = Page(anna, one, "note")
        page.save("Maria Popescu ha detto")
        page.attach("carta.txt", b"carta")
    ending.close(ticket, by=cast.member("Anna"), outcome="solved", reason="Fatto.")
    Dispatch.objects.update(state=Dispatch.State.SENT, next_attempt_at=None)
    assert ticket.customer is not None
    erasure = erasing.erase(ticket.customer, cast.member("Carla"), ground="GDPR art. 17, prot. 1/2026")
    for _time in range(2):
        drafting.erase(taken_as(Read, SimpleNamespace(payload={"erasure_id": erasure.pk})))
    assert [one.ticket_id for one in Draft.objects.all()] == [other.pk] and DraftFile.objects.count() == 1
    assert not Draft.every.filter(ticket=ticket).exclude(text="").exists()
