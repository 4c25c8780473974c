"""T23: after a merge, and a chain of merges, whatever comes to the old ticket arrives where it goes on: by mail with our
token, by reference, from who had a copy, from a machine, from the follow-up page with the old code. Undone, it arrives
at the old one again."""

from __future__ import annotations

import pytest
from django.test import Client

from sportello.records.tickets import codes
from sportello.records.tickets.actions import merging, messages
from sportello.records.tickets.models import Participant, Ticket, TicketMerge
from tests.cast import Cast
from tests.flows.mail_fixtures import URP, arrive, letter, ticket_of, tray

pytestmark = pytest.mark.django_db
NOTE = "marmotta"


def three(cast: Cast) -> list[Ticket]:
    """Maria writes three times of one thing; the second has our answer, a copy to her neighbour and a note."""
    made = [ticket_of(arrive(letter(f"Mensa, {n}", subject=f"Mensa {n}", message_id=f"<m{n}@example.org>",
                                    **({"Cc": "vicina@example.org"} if n == 1 else {})))) for n in range(3)]
    messages.answer(made[1], cast.member("Anna"), "Guardiamo.", base_position=made[1].last_public_position)
    messages.note(made[1], cast.member("Anna"), f"Tra noi: {NOTE}.")
    return made


def test_t23_what_is_written_to_the_old_one_arrives_in_the_one_that_goes_on(cast: Cast) -> None:
    anna, (last, old, middle) = cast.member("Anna"), three(cast)
    receipt, answer = [one for one in tray() if old.number in one.subject or "Guardiamo" in one.text][-2:]
    merging.merge(old, middle, by=anna)
    merging.merge(middle, last, by=anna)
    last.refresh_from_db()
    said = last.last_public_position
    for sent in (receipt, answer):  # a letter of ours that moved, and one that stayed with the old ledger
        mail = arrive(letter("Rispondo.", subject="Re: Mensa", In_Reply_To=sent.message_id), to=URP)
        assert (ticket_of(mail).pk, mail.cause) == (last.pk, "by_token")
    mail = arrive(letter("Dalla mia.", In_Reply_To="<m1@example.org>"))
    assert (ticket_of(mail).pk, mail.cause) == (last.pk, "by_reference")
    assert not Participant.objects.filter(ticket=last, address="vicina@example.org").exists()
    mail = arrive(letter("Anch'io.", sender="vicina@example.org", In_Reply_To="<m1@example.org>"),
                  envelope_from="vicina@example.org")
    assert (ticket_of(mail).pk, mail.cause) == (last.pk, "by_reference"), "who had a copy there takes part here"
    mail = arrive(letter("Fuori ufficio.", In_Reply_To=answer.message_id, Auto_Submitted="auto-replied"))
    assert mail.state == "machine" or ticket_of(mail).pk == last.pk
    last.refresh_from_db()
    assert last.last_public_position > said and last.unanswered_since is not None and not last.is_closed
    assert mail.organisation_id == cast.borgo.pk
    stranger = arrive(letter("Fatemi entrare.", sender="x@evil.test", In_Reply_To="<m1@example.org>"))
    assert ticket_of(stranger).pk not in {last.pk, old.pk, middle.pk}
    assert NOTE not in "".join(one.text + one.subject for one in tray())
    # undone, the old one has its own again
    merging.part(TicketMerge.objects.get(merged=middle), by=anna)
    merging.part(TicketMerge.objects.get(merged=old), by=anna)
    assert ticket_of(arrive(letter("E ora?", In_Reply_To=answer.message_id))).pk == old.pk


def test_t23_the_old_number_and_code_open_the_one_that_goes_on(cast: Cast, client: Client) -> None:
    anna, (last, old, middle) = cast.member("Anna"), three(cast)
    code = codes.code_of(old)
    before = Client()  # who had the page open when they were merged
    before.post("/o/borgo/follow/", {"number": old.number, "code": code})
    merging.merge(old, middle, by=anna)
    merging.merge(middle, last, by=anna)
    opened = client.post("/o/borgo/follow/", {"number": old.number, "code": code})
    assert opened.status_code == 302 and last.number in opened["Location"]
    for browser, number in ((client, last.number), (before, old.number)):
        page = browser.get(f"/o/borgo/follow/{number}/")
        assert page.status_code == 200 and last.number in page.content.decode() and "Guardiamo." in page.content.decode()
        assert NOTE not in page.content.decode()
        assert browser.post(f"/o/borgo/follow/{number}/words/", {"text": f"Dal portale {number}."}).status_code == 302
    texts = list(last.entries.filter(message__channel="webform").values_list("message__text", flat=True))
    assert {f"Dal portale {last.number}.", f"Dal portale {old.number}."} <= set(texts)
    assert Client().post("/o/borgo/follow/", {"number": last.number, "code": code}).status_code == 422
    merging.part(TicketMerge.objects.get(merged=middle), by=anna)
    assert client.get(f"/o/borgo/follow/{last.number}/").status_code == 302, "the right came by the merge and ends with it"
    assert middle.number in client.get(f"/o/borgo/follow/{old.number}/").content.decode()
