"""T12 beside the mail: a marker word in everything only colleagues, or one person alone, may read; and everything that
others get, searched for it byte by byte."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes, policy

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sportello.records.knowledge.actions import articles
from sportello.records.knowledge.models import SavedReply
from sportello.records.tickets import codes
from sportello.records.tickets.models import Attachment, Ticket
from tests.cast import Cast
from tests.flows.mail_fixtures import send_by, sink
from tests.flows.test_desk import HTMX, at, reply, signed_in
from tests.flows.test_email import work

MARK = "girasolemarchio"


@pytest.fixture
def laid_out(cast: Cast) -> Iterator[tuple[Ticket, Client]]:
    """Anna writes the marker wherever nobody outside may read it; then she answers."""
    ticket = cast.ticket()
    anna = signed_in(cast, "Anna")
    anna.post(at(ticket, "notes/"), {"text": f"{MARK} nota", "files": SimpleUploadedFile(f"{MARK}.txt", MARK.encode())})
    anna.post(at(ticket, "calls/"), {"text": f"{MARK} chiamata", "way": "phone-in"})
    anna.post(at(ticket, "drafts/note/"), {"text": f"{MARK} bozza di nota"})
    anna.post(at(ticket, "drafts/call/"), {"text": f"{MARK} bozza di chiamata"})
    anna.post(at(ticket, "drafts/note/files/"), {"files": SimpleUploadedFile(f"bozza-{MARK}.txt", MARK.encode())}, **HTMX)
    new = "/desk/borgo/knowledge/replies/new/"
    anna.post(new, {"title": f"{MARK} mia", "body": f"{MARK} {{customer}}", "language": "it", "whose": "mine"})
    carla = cast.member("Carla")
    inner = articles.add(cast.borgo, "it", articles.Words(f"{MARK} interno", f"{MARK} procedura"), articles.About(), carla)
    articles.publish(inner, carla)
    public = articles.About(is_public=True, owner=carla)
    shown = articles.add(cast.borgo, "it", articles.Words("Pubblico", "Per tutti."), public, carla)
    articles.publish(shown, carla)
    articles.write(shown, "it", articles.Words("Pubblico", f"{MARK} non ancora"), carla, after=1)
    yield ticket, anna


def body(response: object) -> bytes:
    return response.content  # type: ignore[attr-defined]


def test_nothing_the_customer_gets_carries_it(cast: Cast, laid_out: tuple[Ticket, Client]) -> None:
    ticket, anna = laid_out
    with sink() as server:
        send_by(server)
        marked = str(Attachment.objects.get(filename=f"{MARK}.txt").pk)
        sent = anna.post(at(ticket, "replies/"), reply(ticket, "Ecco la risposta.", kept=[marked, "1", "2", "3"]))
        assert sent.status_code == 302
        work()
        raw = b"".join(raw for _sender, _to, raw in server.taken)
    whole = "".join(
        str(part.get_content() if part.get_content_maintype() == "text" else part.get_filename())
        for _s, _t, one in server.taken for part in message_from_bytes(one, policy=policy.default).walk()
        if not part.is_multipart()
    )
    assert "Ecco la risposta." in whole, "the test reads what left"
    assert MARK.encode() not in raw and MARK not in whole
    maria = Client()
    entered = maria.post("/o/borgo/follow/", {"number": ticket.number, "code": codes.code_of(ticket)})
    assert entered.status_code == 302
    pages = [f"/o/borgo/follow/{ticket.number}/", "/o/borgo/", "/o/borgo/answers/", f"/o/borgo/answers/?q={MARK[:5]}",
             "/o/borgo/answers/pubblico/"]
    for page in pages:
        got = maria.get(page)
        assert got.status_code == 200 and MARK.encode() not in body(got), page
    assert maria.get(f"/o/borgo/follow/{ticket.number}/files/{marked}/").status_code == 404
    public = ticket.entries.filter(visibility="public").values_list("pk", flat=True)
    paper = body(anna.post(at(ticket, "print/"), {"entries": list(public)}))
    assert b"Mensa" in paper and MARK.encode() not in paper, "the paper the customer takes"


def test_what_is_one_persons_alone_no_colleague_reads(cast: Cast, laid_out: tuple[Ticket, Client]) -> None:
    """Notes are colleagues'; drafts and own replies are not."""
    ticket, anna = laid_out
    own = SavedReply.objects.get(member=cast.member("Anna"))
    assert f"{MARK} bozza di nota".encode() in body(anna.get(at(ticket)))
    for name in ("Carla", "Bruno", "Hugo"):
        colleague = signed_in(cast, name)
        page = body(colleague.get(at(ticket)))
        assert f"{MARK} nota".encode() in page, "the test reads the page"
        for mine in ("bozza di nota", "bozza di chiamata", f"bozza-{MARK}"):
            assert mine.encode() not in page, (name, mine)
        for there in ("saved-replies/", f"saved-replies/?q={MARK}"):
            assert MARK.encode() not in body(colleague.get(at(ticket, there), **HTMX)).replace(f'value="{MARK}"'.encode(), b"")
        assert colleague.get(at(ticket, f"saved-replies/{own.slug}/")).status_code == 404
        assert f"{MARK} mia".encode() not in body(colleague.get("/desk/borgo/knowledge/"))


def test_who_serves_elsewhere_finds_it_nowhere(cast: Cast, laid_out: tuple[Ticket, Client]) -> None:
    ticket, anna = laid_out
    attached = Attachment.objects.get(filename=f"{MARK}.txt")
    look = anna.get(at(ticket, f"attachments/{attached.pk}/?open=1"))
    assert look.status_code == 200 and b"".join([look.content]) == MARK.encode(), "Anna may preview it"
    irene = signed_in(cast, "Irene")
    other = cast.ticket("Ordine", organisation=cast.bottega)
    shop = f"/desk/bottega/tickets/{other.number}/"
    for page in (f"/desk/search/?q={MARK[:6]}", f"/desk/palette/?q={MARK[:6]}", f"{shop}known/?q={MARK[:6]}",
                 f"{shop}saved-replies/?q={MARK[:6]}", "/desk/bottega/knowledge/", "/desk/bottega/knowledge/articles/"):
        assert MARK.encode() not in body(irene.get(page)), page
    for page in (at(ticket), at(ticket, f"attachments/{attached.pk}/?open=1"), at(ticket, "known/?q=a"),
                 "/desk/borgo/knowledge/articles/"):
        assert irene.get(page).status_code == 404, page
