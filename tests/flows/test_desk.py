"""Anna's day at the desk: lists, a ticket opened, answered, waited for, closed; and what Bruno may not see."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sportello.faces.desk import ticket_page
from sportello.faces.desk.models import Draft, OpenTicket
from sportello.foundation.journal import actor
from sportello.records.tickets.actions import handling, messages
from sportello.records.tickets.models import Attachment, Closure, Message, Note, Ticket
from sportello.records.tickets.words import Words
from tests.cast import PASSWORD, Cast
from tests.desk_work import knowledge

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def anna(client: Client, cast: Cast) -> Client:
    client.force_login(cast.users["Anna"])
    return client


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.users[name])
    return client


def at(ticket: Ticket, resource: str = "") -> str:
    return f"/desk/borgo/tickets/{ticket.number}/{resource}"


def text(response: Any) -> str:
    return response.content.decode()


def reply(ticket: Ticket, words: str, **more: object) -> dict[str, object]:
    ticket.refresh_from_db()
    return {"text": words, "base_position": ticket.last_public_position, "to": "maria@example.org", **more}


def maria_writes(ticket: Ticket, words: str) -> None:
    said = Words(text=words, sender_name="Maria Popescu", sender_address="maria@example.org", language="it")
    messages.receive(
        ticket, said, channel="email", customer=ticket.customer, actor=actor.customer(ticket.customer_id)
    )


def test_anna_signs_in_finds_the_request_answers_waits_and_closes(client: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    assert client.get("/desk/").status_code == 302
    client.post("/accounts/login/", {"login": "anna@sportello.test", "password": PASSWORD})
    home = client.get("/desk/", follow=True)
    assert home.redirect_chain[-1][0] == "/desk/lists/waiting/", "where there is something to do"
    assert "Maria Popescu" in text(home) and ticket.number in text(home)

    page = client.get(at(ticket) + "?list=waiting")
    assert "Buongiorno, scrivo per: Mensa: addebito doppio." in text(page)
    assert 'value="&quot;Maria Popescu&quot;' in text(page) or "Maria Popescu &lt;maria@example.org&gt;" in text(page)
    assert "/desk/lists/waiting/" in text(page), "the way back keeps the list"

    client.post(at(ticket, "taking/"), {"expected": ""})
    ticket.refresh_from_db()
    assert ticket.owner_id == cast.member("Anna").pk and ticket.status == "in_progress"

    answered = client.post(at(ticket, "replies/"), reply(ticket, "Ci serve la ricevuta.", then="wait"), follow=True)
    assert "Ci serve la ricevuta." in text(answered)
    ticket.refresh_from_db()
    assert ticket.status == "waiting_customer"
    sent = Message.objects.get(entry__ticket=ticket, direction="out", notice_moment="")
    assert [one.address for one in sent.recipients.all()] == ["maria@example.org"]
    assert sent.dispatch.state == "queued"

    maria_writes(ticket, "Eccola.")
    closed = client.post(
        at(ticket, "closure/"), {"outcome": "solved", "reason": "Rimborso disposto il 3 dicembre."}, follow=True
    )
    assert closed.status_code == 200
    closure = Closure.objects.get(ticket=ticket)
    assert (closure.outcome, closure.reason) == ("solved", "Rimborso disposto il 3 dicembre.")
    assert "replies/" not in text(closed), "a closed ticket cannot be answered by accident"
    client.post(at(ticket, "reopening/"), {"reason": "Manca un documento."})
    ticket.refresh_from_db()
    assert not ticket.is_closed


def test_a_ticket_of_another_team_does_not_exist_for_anna(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket(kind="complaint")
    handling.change_sensitivity(ticket, "team", by=cast.member("Bruno"))
    assert anna.get(at(ticket)).status_code == 404
    for resource in ("why/", "print/", "context/", "closure/", "team/", "saved-replies/"):
        assert anna.get(at(ticket, resource)).status_code == 404, resource
    for resource in ("replies/", "notes/", "drafts/reply/", "taking/", "closure/", "tab/"):
        assert anna.post(at(ticket, resource), {"text": "x"}).status_code == 404, resource
    assert ticket.number not in text(anna.get("/desk/lists/all/"))
    assert signed_in(cast, "Bruno").get(at(ticket)).status_code == 200


def test_who_serves_nobody_has_no_desk(cast: Cast) -> None:
    ticket = cast.ticket()
    for name in ("Elena", "Fabio", "Leo", "Root"):
        assert signed_in(cast, name).get("/desk/lists/all/").status_code == 404, name
        assert signed_in(cast, name).get(at(ticket)).status_code == 404, name


def test_passing_a_ticket_out_of_ones_own_sight_leads_back_to_the_lists(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    handling.change_sensitivity(ticket, "team", by=cast.member("Anna"))
    moved = anna.post(at(ticket, "team/"), {"team": cast.team("taxes").pk, "reason": "Tributi"}, **HTMX)
    assert moved.status_code == 204 and moved["HX-Redirect"] == "/desk/"
    handling.move(ticket, cast.team("front"), by=cast.member("Bruno"))
    plain = anna.post(at(ticket, "team/"), {"team": cast.team("taxes").pk, "reason": "Tributi"}, follow=True)
    assert plain.status_code == 200, "without scripts too"


def test_a_stale_reply_is_not_sent_and_shows_what_is_new(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    begun = reply(ticket, "Le rispondiamo domani.")
    maria_writes(ticket, "Ho risolto da sola!")
    refused = anna.post(at(ticket, "replies/"), begun)
    assert refused.status_code == 409
    assert "Ho risolto da sola!" in text(refused) and "Le rispondiamo domani." in text(refused)
    assert not Message.objects.filter(entry__ticket=ticket, direction="out", notice_moment="").exists()
    assert Draft.objects.get(ticket=ticket).text == "Le rispondiamo domani."
    ticket.refresh_from_db()
    position = re.search(r'name="base_position" value="(\d+)"', text(refused))
    assert position and int(position[1]) == ticket.last_public_position, "shown what is new, they may send knowingly"
    assert anna.post(at(ticket, "replies/"), reply(ticket, "Bene, grazie.")).status_code == 302
    assert not Draft.objects.filter(ticket=ticket).exists()


def test_for_htmx_a_stale_reply_leaves_the_form_alone(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    begun = reply(ticket, "Le rispondiamo domani.")
    maria_writes(ticket, "Ho risolto da sola!")
    refused = anna.post(at(ticket, "replies/"), begun, **HTMX)
    assert (refused.status_code, refused["HX-Retarget"]) == (409, "#reply-trouble")
    assert "Ho risolto da sola!" in text(refused) and "<textarea" not in text(refused)
    assert f'value="{Ticket.objects.get(pk=ticket.pk).last_public_position}"' in text(refused)


def test_drafts_are_kept_per_person_and_a_note_never_becomes_a_reply(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    assert anna.post(at(ticket, "drafts/note/"), {"text": "tra noi", "to": "maria@example.org"}).status_code == 204
    assert anna.post(at(ticket, "drafts/reply/"), {"text": "Gentile", "to": "maria@example.org"}).status_code == 204
    note = Draft.objects.get(ticket=ticket, kind="note")
    assert (note.text, note.to) == ("tra noi", ""), "a note has nobody to go to"
    page = text(anna.get(at(ticket)))
    assert "tra noi" in page and "Gentile" in page
    assert "tra noi" not in text(signed_in(cast, "Carla").get(at(ticket))), "drafts are their author's"
    anna.post(at(ticket, "notes/"), {"text": "tra noi"})
    assert Note.objects.get(entry__ticket=ticket).text == "tra noi"
    assert set(Draft.objects.filter(ticket=ticket).values_list("kind", flat=True)) == {"reply"}
    anna.post(at(ticket, "drafts/reply/"), {"text": "  "})
    assert not Draft.objects.filter(ticket=ticket).exists(), "emptied, it goes"
    assert anna.post(at(ticket, "drafts/letter/"), {"text": "x"}).status_code == 404


def test_a_saved_reply_is_filled_and_what_is_missing_blocks_sending(anna: Client, cast: Cast) -> None:
    knowledge(cast)
    ticket = cast.ticket()
    assert "Rimborso: cosa serve" in text(anna.get(at(ticket, "saved-replies/")))
    filled = text(anna.get(at(ticket, "saved-replies/rimborso/")))
    assert f"Gentile Maria Popescu,\n\nper il rimborso della pratica {ticket.number} ci mandi ⟦documento⟧." in filled
    assert "Anna Prova" in filled
    refused = anna.post(at(ticket, "replies/"), reply(ticket, filled))
    assert refused.status_code == 422 and "⟦documento⟧" in text(refused)
    assert not Message.objects.filter(entry__ticket=ticket, direction="out", notice_moment="").exists()
    without_scripts = anna.post(at(ticket, "saved-replies/rimborso/"), {"text": "Buongiorno"})
    assert without_scripts.status_code == 302
    assert Draft.objects.get(ticket=ticket, kind="reply").text.startswith("Buongiorno\n\nGentile Maria")


def test_a_wrong_address_is_named_and_nothing_typed_is_lost(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    refused = anna.post(at(ticket, "replies/"), reply(ticket, "Gentile Maria", to="maria at example"))
    assert refused.status_code == 422
    assert "maria at example" in text(refused) and "Gentile Maria" in text(refused)
    again = text(anna.get(at(ticket)))
    assert "Gentile Maria" in again, "kept as a draft"


def test_closing_with_the_reply_asks_for_outcome_and_reason(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    refused = anna.post(at(ticket, "replies/"), reply(ticket, "Fatto.", then="close"))
    assert refused.status_code == 422
    assert not Closure.objects.filter(ticket=ticket).exists()
    assert not Message.objects.filter(entry__ticket=ticket, direction="out", notice_moment="").exists(), "all or nothing"
    data = reply(ticket, "Fatto.", then="close", outcome="solved", reason="Rimborsato.")
    assert anna.post(at(ticket, "replies/"), data).status_code == 302
    ticket.refresh_from_db()
    assert ticket.is_closed and Closure.objects.get(ticket=ticket).reason == "Rimborsato."


def test_closing_without_a_reason_says_so_at_the_field(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    for extra in ({}, HTMX):
        refused = anna.post(at(ticket, "closure/"), {"outcome": "solved", "reason": "  "}, **extra)
        assert refused.status_code == 422
        assert 'id="id_reason-error"' in text(refused)
    assert anna.post(at(ticket, "closure/"), {}).status_code == 422


def test_two_who_take_at_once_the_second_is_told(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    handling.take(ticket, cast.member("Carla"))
    late = anna.post(at(ticket, "taking/"), {"expected": ""}, **HTMX)
    assert late.status_code == 409
    ticket.refresh_from_db()
    assert ticket.owner_id == cast.member("Carla").pk


def test_handling_verb_by_verb_without_scripts(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    anna.post(at(ticket, "assignment/"), {"member": cast.member("Carla").pk, "expected": ""})
    anna.post(at(ticket, "kind/"), {"kind": Ticket.objects.get(pk=ticket.pk).kind_id, "reason": ""})
    anna.post(at(ticket, "priority/"), {"priority": 4})
    anna.post(at(ticket, "waiting/"), {"reason": "Ci mandi la ricevuta."})
    ticket.refresh_from_db()
    assert (ticket.owner_id, ticket.priority, ticket.status) == (cast.member("Carla").pk, 4, "waiting_customer")
    anna.post(at(ticket, "resumption/"))
    anna.post(at(ticket, "promise/"), {"day": "2099-01-07", "hour": "", "reason": "Serve un parere."})
    anna.post(at(ticket, "sensitivity/"), {"sensitivity": "named", "named": [cast.member("Bruno").pk]})
    ticket.refresh_from_db()
    assert (ticket.status, ticket.sensitivity) == ("in_progress", "named")
    page = text(anna.get(at(ticket)))
    for words in ("data a Carla Prova", "priorità: urgente", "in attesa del cliente", "nuova data promessa", "solo persone"):
        assert words in page, re.findall(r"priorit[^<]*", page)
    past = anna.post(at(ticket, "promise/"), {"day": "2020-01-07", "hour": "", "reason": "x"})
    assert past.status_code == 422


def test_files_come_with_the_note_and_only_to_who_sees_the_ticket(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    anna.post(at(ticket, "notes/"), {"text": "vedi", "files": SimpleUploadedFile("verbale.txt", b"testo del verbale")})
    attached = Attachment.objects.get(entry__ticket=ticket)
    got = anna.get(at(ticket, f"attachments/{attached.pk}/"))
    assert got.content == b"testo del verbale" and got["Content-Disposition"].startswith("attachment")
    other = cast.ticket("Altra")
    assert anna.get(at(other, f"attachments/{attached.pk}/")).status_code == 404
    empty = anna.post(at(ticket, "notes/"), {"text": "vuoto", "files": SimpleUploadedFile("vuoto.txt", b"")})
    assert empty.status_code == 422 and "vuoto.txt" in text(empty)
    assert Draft.objects.get(ticket=ticket, kind="note").text == "vuoto"


def test_a_page_that_was_away_for_long_gets_all_that_came_meanwhile(cast: Cast, anna: Client) -> None:
    ticket = cast.ticket()
    for number in range(ticket_page.PAGE + 5):
        messages.note(ticket, cast.member("Carla"), f"nota {number}")
    page = anna.get(at(ticket, "?fragment=live&seen=1")).content.decode()
    missing = [number for number in range(ticket_page.PAGE + 5) if f"<p>nota {number}</p>" not in page]
    assert missing == [], "nothing between what it shows and the newest"


def test_a_slow_store_of_files_keeps_nobody_from_the_ticket(cast: Cast, anna: Client) -> None:
    """Its bytes are kept before the ticket is locked, so that a mail or a note of others need not wait for them."""
    ticket = cast.ticket()
    file = SimpleUploadedFile("verbale.txt", b"testo del verbale")
    with CaptureQueriesContext(connection) as said:
        anna.post(at(ticket, "replies/"), reply(ticket, "In allegato.", files=file))
    places = [next(at for at, one in enumerate(said) if words in one["sql"]) for words in (
        "pg_advisory_xact_lock_shared", "FOR NO KEY UPDATE",
    )]  # fmt: skip
    assert places == sorted(places)
    theirs = reply(ticket, "Mio.", files=SimpleUploadedFile("x.txt", b"x"))
    assert signed_in(cast, "Irene").post(at(ticket, "replies/"), theirs).status_code == 404


def test_the_customers_code_is_never_on_the_desk(anna: Client, cast: Cast) -> None:
    opened = cast.opened()
    ids = list(opened.ticket.entries.values_list("pk", flat=True))
    paper = anna.post(at(opened.ticket, "print/"), {"entries": ids})
    for answer in (anna.get(at(opened.ticket)), paper, anna.get(at(opened.ticket, "?fragment=timeline"))):
        page = text(answer)
        assert opened.code not in page and "{access_code}" not in page
        assert "····-····-····" in page


def test_htmx_gets_only_what_changed(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    seen = Ticket.objects.get(pk=ticket.pk).last_position
    noted = anna.post(at(ticket, "notes/"), {"text": "uno", "seen": seen}, **HTMX)
    assert noted.status_code == 200 and noted["HX-Reswap"] == "none"
    assert text(noted).count("entry-note") == 1 and "scrivo per" not in text(noted)
    assert f'"ticket-{ticket.pk}": true' in noted["HX-Trigger-After-Settle"]


def test_lists_page_by_key_filter_and_say_what_an_empty_one_means(anna: Client, cast: Cast) -> None:
    assert "Nessuno attende noi" in text(anna.get("/desk/lists/waiting/"))
    for number in range(43):
        cast.ticket(f"Richiesta {number}")
    first = text(anna.get("/desk/lists/all/?sort=opened"))
    assert first.count('class="row-link"') == 40
    older = re.search(r'href="(/desk/lists/all/\?[^"]*after=[^"]*)"', first)
    assert older
    second = text(anna.get(older[1].replace("&amp;", "&")))
    assert second.count('class="row-link"') == 3
    shown = re.findall(r"2026-\d{7}", first), re.findall(r"2026-\d{7}", second)
    assert not set(shown[0]) & set(shown[1])
    nothing = text(anna.get("/desk/lists/all/?channel=phone"))
    assert "Niente con questi filtri" in nothing
    assert anna.get("/desk/lists/quarantine/").status_code == 404
    assert anna.get("/desk/lists/all/?after=nonsense&kind=x&team=%01&sort=none").status_code == 200
    assert anna.get("/desk/lists/all/?team=%00").status_code == 400, "no database is asked with a NUL"


def test_hugo_sees_both_his_organisations_in_one_list(cast: Cast) -> None:
    ours = cast.ticket("Da Borgo")
    theirs = cast.ticket("Dal negozio", organisation=cast.bottega)
    hugo = signed_in(cast, "Hugo")
    everything = text(hugo.get("/desk/lists/all/"))
    assert "Da Borgo" in everything and "Dal negozio" in everything
    only = text(hugo.get("/desk/lists/all/?org=bottega"))
    assert "Dal negozio" in only and "Da Borgo" not in only
    assert hugo.get(f"/desk/bottega/tickets/{theirs.number}/").status_code == 200
    assert signed_in(cast, "Anna").get(f"/desk/bottega/tickets/{theirs.number}/").status_code == 404
    assert hugo.get(at(ours)).status_code == 200


def test_open_tickets_stand_in_the_strip_until_closed(anna: Client, cast: Cast) -> None:
    for number in range(10):
        anna.get(at(cast.ticket(f"Richiesta {number}", address=f"c{number}@example.org", name=f"Cliente {number}")))
    assert OpenTicket.objects.count() == 8, "the oldest make room"
    last = Ticket.objects.order_by("-id").first()
    assert last is not None
    anna.post(at(last, "tab/"))
    assert not OpenTicket.objects.filter(ticket=last).exists()


def test_mail_html_is_framed_with_pictures_of_its_own_and_others_held_back(anna: Client, cast: Cast) -> None:
    from tests.desk_work import lay_out

    work = lay_out(cast)
    page = text(anna.get(at(work.main)))
    frame = re.search(r'src="([^"]*/messages/\d+/html/)"', page)
    assert frame and 'sandbox="allow-popups' in page
    shown = anna.get(frame[1])
    assert "default-src 'none'" in shown["Content-Security-Policy"] and "sandbox" in shown["Content-Security-Policy"]
    assert 'src="data:image/png;base64,' in text(shown) and "https://example.org" not in text(shown)
    assert "1 immagine su un altro server è stata trattenuta" in text(shown)
    assert "550 5.1.1" in page, "the server's own words"
