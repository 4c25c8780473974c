"""A PEC's life, with a provider of our own making: in by its envelope, out with its receipts, in any order (T27)."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import timedelta

import pikepdf
import pytest
from django.test import Client

from sportello.foundation.files.actions import read
from sportello.records.customers.models import Identity
from sportello.records.tickets.models import Message, Notice, Reason, Term, Ticket, TicketEvent
from sportello.service.channels import outbox, quarantine
from sportello.service.channels.mailkit.parse import parse
from sportello.service.channels.models import CertifiedMail, CertifiedOutcome, Delivery, Dispatch, IncomingMail
from sportello.service.channels.pec import trust
from tests.cast import Cast
from tests.flows.mail_fixtures import adds_up, arrive, letter, send_by, sink, ticket_of, tray
from tests.flows.pec_fixtures import BOX, FIRM, PecBox
from tests.pec_provider import signer

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def box(cast: Cast) -> PecBox:
    return PecBox(cast)


@pytest.fixture
def trusting(settings, tmp_path) -> None:
    settings.HOME, settings.KEYS = str(tmp_path), tmp_path / "keys"
    trust.folder().mkdir()
    (trust.folder() / "autorita.pem").write_bytes(signer().authority_pem)


def outcome(message: Message, address: str = FIRM) -> CertifiedOutcome:
    return CertifiedOutcome.objects.get(delivery__dispatch__message=message, delivery__address=address)


def receipts_shown(ticket: Ticket) -> list[str]:
    events = TicketEvent.objects.filter(entry__ticket=ticket, code="pec_receipt").order_by("entry__position")
    return [event.facts["kind"] for event in events]


# Receiving ------------------------------


def test_the_message_inside_opens_the_ticket_of_whom_the_provider_certifies(box: PecBox) -> None:
    mail = box.writes(late=timedelta(days=2))
    ticket = ticket_of(mail)
    assert (mail.state, ticket.channel, ticket.subject) == ("ticketed", "pec", "Istanza")
    assert mail.message.text.strip() == "Chiedo la residenza."
    assert mail.message.sender_address == FIRM
    assert mail.message.sender_name == "Ditta Bianchi"
    assert Identity.objects.get(customer=ticket.customer).sort == "pec"
    assert Reason.objects.filter(ticket=ticket, about="customer", code="by_certificate").exists()
    kept = CertifiedMail.objects.get(mail=mail)
    assert (kept.kind, kept.sender, kept.issuer) == ("posta-certificata", FIRM, "Gestore di Prova S.p.A.")
    assert kept.signature == "not_checked"


def test_terms_run_from_the_certified_instant_not_from_when_we_looked(box: PecBox) -> None:
    """A collector that stood still for two days takes no two days from the customer (CAD art. 6)."""
    mail = box.writes(late=timedelta(days=2))
    ticket = ticket_of(mail)
    certified_at = CertifiedMail.objects.get(mail=mail).certified_at
    assert ticket.opened_at == certified_at
    assert set(Term.objects.filter(ticket=ticket).values_list("starts_at", flat=True)) == {certified_at}
    assert mail.received_at - ticket.opened_at >= timedelta(days=2)


def test_a_wrong_clock_ages_no_ticket(box: PecBox) -> None:
    ticket = ticket_of(box.writes(late=timedelta(days=400)))
    assert box.now - ticket.opened_at < HOUR
    ahead = ticket_of(box.writes("Altra cosa.", subject="Altra", late=timedelta(days=-3)))
    assert ahead.opened_at <= box.now + timedelta(seconds=1)


def test_the_envelope_is_kept_byte_for_byte(box: PecBox) -> None:
    original = letter("Istanza.", sender=FIRM, to=BOX, subject="Istanza")
    raw = box.provider.envelope(original, FIRM, [BOX], at=box.now)
    mail = box.comes(raw)
    assert read(mail.raw) == raw
    assert parse(raw).sha256 == mail.raw.sha256


def test_signature_valid_broken_missing(box: PecBox, trusting: None) -> None:
    original = letter("Istanza.", sender=FIRM, to=BOX, subject="Istanza")
    whole = box.provider.envelope(original, FIRM, [BOX], at=box.now)
    states = {}
    for name, raw in (
        ("valid", whole),
        ("broken", whole.replace(b"Istanza.", b"Istanzx.")),
        ("missing", parse_unsigned(box, original)),
    ):
        mail = box.comes(raw)
        assert mail.state == "ticketed", "a doubtful signature is said, and the customer is heard"
        states[name] = CertifiedMail.objects.get(mail=mail).signature
    assert states == {"valid": "valid", "broken": "broken", "missing": "missing"}


def parse_unsigned(box: PecBox, original: bytes) -> bytes:
    box.provider.signed = False
    try:
        return box.provider.envelope(original, FIRM, [BOX], at=box.now)
    finally:
        box.provider.signed = True


def test_ordinary_mail_in_a_pec_box_is_ordinary(box: PecBox) -> None:
    original = letter("Vi scrivo da casa.", to=BOX)
    mail = box.comes(box.provider.anomaly(original, "maria@example.org", BOX, at=box.now))
    ticket = ticket_of(mail)
    assert mail.message.text.strip() == "Vi scrivo da casa."
    assert Identity.objects.get(customer=ticket.customer).sort == "email"
    assert CertifiedMail.objects.get(mail=mail).kind == "anomalia"
    assert ticket.opened_at == mail.received_at, "nobody certifies when ordinary mail came"


@pytest.mark.parametrize("daticert", [b"<postacert tipo='posta-cert", None, b"", b'<!DOCTYPE a [<!ENTITY b "c">]><postacert>&b;</postacert>'])
def test_a_malformed_daticert_loses_nothing(box: PecBox, daticert: bytes | None) -> None:
    original = letter("Istanza di residenza.", sender=f"Ditta Bianchi <{FIRM}>", to=BOX, subject="Istanza")
    mail = box.comes(box.provider.envelope(original, FIRM, [BOX], at=box.now, daticert=daticert))
    assert (mail.state, mail.message.text.strip(), mail.message.sender_address) == ("ticketed", "Istanza di residenza.", FIRM)
    kept = CertifiedMail.objects.get(mail=mail)
    assert kept.error in ("daticert_malformed", "daticert_missing")
    assert Reason.objects.filter(ticket=ticket_of(mail), code="by_envelope").exists()


def test_envelopes_in_an_ordinary_mailbox_prove_nothing(box: PecBox) -> None:
    """Anybody can write such headers there: the words are read, receipts are a machine's mail."""
    original = letter("Istanza.", sender=FIRM, subject="Istanza")
    raw = box.provider.envelope(original, FIRM, ["urp@borgo.test"], at=box.now - timedelta(days=5))
    mail = arrive(raw)
    assert ticket_of(mail).opened_at == mail.received_at
    said = box.answer(ticket_of(box.writes()))
    forged = arrive(box.provider.receipt("errore-consegna", box.sent(said), at=box.now, recipient=FIRM, error="no-dest"))
    assert forged.state == "machine"
    assert box.deliveries(said) == {FIRM: "sent"}
    assert not CertifiedMail.objects.filter(mail__in=[mail, forged]).exists()


# Sending ------------------------------


def test_an_answer_leaves_by_the_same_box_and_both_receipts_are_on_the_ticket(box: PecBox) -> None:
    ticket = ticket_of(box.writes())
    with sink() as server:
        send_by(server, BOX)
        said = box.answer(ticket)
        assert {sender for sender, _to, _raw in server.taken} == {BOX}, "a provider takes mail of the box's own address only"
        left = server.letters()[-1]
        assert left["From"].addresses[0].addr_spec == BOX
        assert server.taken[-1][2].replace(b"\r\n", b"\n").strip() == box.sent(said).replace(b"\r\n", b"\n").strip()
        assert "+sp-" not in str(left["Reply-To"] or ""), "a PEC box has no addresses behind a plus"
    assert (said.channel, box.deliveries(said)) == ("pec", {FIRM: "sent"})
    box.receipt(said, "accettazione")
    assert box.deliveries(said) == {FIRM: "accepted"}
    delivered = box.receipt(said, "avvenuta-consegna", recipient=FIRM, form="completa")
    assert box.deliveries(said) == {FIRM: "delivered"}
    proved = CertifiedMail.objects.get(mail=delivered)
    assert outcome(said).delivered_at == proved.certified_at
    assert (proved.bound, proved.receipt_form, proved.dispatch_id) == ("msgid", "completa", box.dispatch(said).pk)
    assert receipts_shown(ticket) == ["accettazione", "avvenuta-consegna"]
    assert delivered.state == "machine"
    assert Ticket.objects.count() == 1


def test_the_notice_of_receipt_leaves_by_pec_and_no_receipt_opens_a_ticket(box: PecBox) -> None:
    ticket = ticket_of(box.writes())
    outbox.work()
    notice = Notice.objects.get(ticket=ticket, moment="receipt")
    assert (notice.how, notice.message.channel, notice.state) == ("pec", "pec", "given")
    for kind in ("accettazione", "presa-in-carico", "avvenuta-consegna"):
        assert box.receipt(notice.message, kind, recipient=FIRM if kind == "avvenuta-consegna" else "").state == "machine"
    assert receipts_shown(ticket) == ["accettazione", "avvenuta-consegna"], "what providers tell each other is kept apart"
    assert Ticket.objects.count() == 1
    assert outcome(notice.message).delivered_at is not None


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2), (2, 0, 3, 1)])
def test_receipts_in_any_order_end_alike(box: PecBox, order: tuple[int, ...]) -> None:
    said = box.answer(ticket_of(box.writes()))
    usual = [
        ("accettazione", {"late": 30 * HOUR}),
        ("preavviso-errore-consegna", {"late": 18 * HOUR, "recipient": FIRM, "error": "altro"}),
        ("preavviso-errore-consegna", {"late": 6 * HOUR, "recipient": FIRM, "error": "altro"}),
        ("avvenuta-consegna", {"late": 2 * HOUR, "recipient": FIRM}),
    ]
    for place in order:
        kind, more = usual[place]
        box.receipt(said, kind, **more)
    found = outcome(said)
    assert box.deliveries(said) == {FIRM: "delivered"}
    assert found.accepted_at < found.warned_at < found.warned_again_at < found.delivered_at
    assert not found.in_doubt


def test_warnings_are_doubt_and_failure_goes_to_a_person(box: PecBox) -> None:
    ticket = ticket_of(box.writes())
    said = box.answer(ticket)
    box.receipt(said, "accettazione", late=30 * HOUR)
    box.receipt(said, "preavviso-errore-consegna", late=18 * HOUR, recipient=FIRM, error="altro",
                error_text="Non consegnato entro 12 ore")
    assert (outcome(said).in_doubt, outcome(said).warned_again_at) == (True, None)
    box.receipt(said, "preavviso-errore-consegna", late=6 * HOUR, recipient=FIRM, error="altro")
    assert outcome(said).warned_again_at is not None
    assert box.deliveries(said) == {FIRM: "accepted"}
    ticket.refresh_from_db()
    assert ticket.unanswered_since is None, "doubt is no failure"
    box.receipt(said, "errore-consegna", recipient=FIRM, error="no-dest", error_text="5.1.1 - indirizzo non valido")
    ticket.refresh_from_db()
    delivery = Delivery.objects.get(dispatch__message=said)
    assert (delivery.state, delivery.answer) == ("failed", "5.1.1 - indirizzo non valido")
    assert ticket.unanswered_since is not None
    assert Identity.objects.get(value=FIRM).undeliverable_at is not None
    assert Reason.objects.filter(ticket=ticket, about="dispatch", code="came_back").exists()


def test_a_late_failure_takes_no_delivery_back(box: PecBox) -> None:
    ticket = ticket_of(box.writes())
    said = box.answer(ticket)
    box.receipt(said, "avvenuta-consegna", recipient=FIRM)
    late = box.receipt(said, "errore-consegna", recipient=FIRM, error="altro", error_text="tempo scaduto")
    box.receipt(said, "preavviso-errore-consegna", recipient=FIRM)
    assert box.deliveries(said) == {FIRM: "delivered"}
    ticket.refresh_from_db()
    assert ticket.unanswered_since is None
    assert late.state == "machine"
    assert "errore-consegna" in receipts_shown(ticket), "it is shown all the same"


def test_a_delivery_proves_against_an_earlier_failure(box: PecBox) -> None:
    said = box.answer(ticket_of(box.writes()))
    box.receipt(said, "errore-consegna", recipient=FIRM, error="altro", late=2 * HOUR)
    assert box.deliveries(said) == {FIRM: "failed"}
    box.receipt(said, "avvenuta-consegna", recipient=FIRM)
    assert box.deliveries(said) == {FIRM: "delivered"}


@pytest.mark.parametrize("kind,error", [("non-accettazione", "altro"), ("non-accettazione", "virus"), ("rilevazione-virus", "virus")])
def test_what_the_provider_refuses_is_said_in_its_words(box: PecBox, kind: str, error: str) -> None:
    ticket = ticket_of(box.writes())
    said = box.answer(ticket)
    box.receipt(said, kind, error=error, error_text="Problema: virus nel messaggio")
    delivery = Delivery.objects.get(dispatch__message=said)
    assert (delivery.state, delivery.answer) == ("failed", "Problema: virus nel messaggio")
    ticket.refresh_from_db()
    assert ticket.unanswered_since is not None
    assert box.dispatch(said).state == ("failed" if kind == "non-accettazione" else "sent")
    assert Identity.objects.get(value=FIRM).undeliverable_at is None, "nothing is wrong with the address"


def test_two_recipients_one_pec_one_ordinary(box: PecBox) -> None:
    """To an ordinary address there is acceptance and never a delivery; one failure is not the other's."""
    said = box.answer(ticket_of(box.writes()), to=[("Ditta", FIRM), ("Maria", "maria@example.org")])
    both = [(FIRM, "certificato"), ("maria@example.org", "esterno")]
    box.receipt(said, "accettazione", recipients=both)
    assert box.deliveries(said) == {FIRM: "accepted", "maria@example.org": "accepted"}
    box.receipt(said, "avvenuta-consegna", recipients=both, recipient=FIRM)
    assert box.deliveries(said) == {FIRM: "delivered", "maria@example.org": "accepted"}
    box.receipt(said, "errore-consegna", recipients=both, recipient="altri@pec.example.it", error="no-dest")
    assert box.deliveries(said) == {FIRM: "delivered", "maria@example.org": "accepted"}, "a stranger's failure is nobody's"


def test_receipts_told_twice_count_once(box: PecBox) -> None:
    ticket = ticket_of(box.writes())
    said = box.answer(ticket)
    raw = box.provider.receipt("preavviso-errore-consegna", box.sent(said), at=box.now - HOUR, recipient=FIRM)
    assert box.comes(raw).state == "machine"
    assert (box.comes(raw).state, box.comes(raw).state) == ("duplicate", "duplicate")
    again = box.provider.receipt("preavviso-errore-consegna", box.sent(said), at=parse(raw).certified.at, recipient=FIRM)
    assert again != raw
    assert (copy := box.comes(again)).state == "duplicate"
    assert copy.cause == "same_receipt"
    assert outcome(said).warned_again_at is None
    assert receipts_shown(ticket) == ["preavviso-errore-consegna"]


# Binding, and what cannot be bound ------------------------------


def test_bound_by_header_and_by_number_never_by_subject(box: PecBox) -> None:
    said = box.answer(ticket_of(box.writes()))
    our_id = str(parse(box.sent(said)).message_id)
    by_header = box.receipt(said, "accettazione", msgid="", headers={"X-Riferimento-Message-ID": our_id})
    assert CertifiedMail.objects.get(mail=by_header).bound == "header"
    by_number = box.receipt(said, "avvenuta-consegna", msgid="", recipient=FIRM)
    assert CertifiedMail.objects.get(mail=by_number).bound == "identifier"
    by_subject = box.receipt(said, "errore-consegna", msgid="", recipient=FIRM, identifier="altro@pec.gestore.test")
    assert (by_subject.state, by_subject.cause) == ("quarantined", "pec_unbound")
    assert box.deliveries(said) == {FIRM: "delivered"}


def test_an_unknown_kind_is_kept_and_shown(box: PecBox) -> None:
    ticket = ticket_of(box.writes())
    said = box.answer(ticket)
    mail = box.receipt(said, "ricevuta-quantistica", recipient=FIRM)
    assert (mail.state, CertifiedMail.objects.get(mail=mail).kind) == ("machine", "ricevuta-quantistica")
    assert receipts_shown(ticket) == ["unknown"]
    assert box.deliveries(said) == {FIRM: "sent"}
    stray = box.receipt(said, "ricevuta-quantistica", msgid="<altro@altrove>", identifier="x@altrove")
    assert (stray.state, stray.cause) == ("quarantined", "pec_unknown")
    assert box.receipt(said, "accettazione").state == "machine", "nothing stands in the way of the next"


def test_a_receipt_nobody_can_read_goes_to_a_person(box: PecBox) -> None:
    said = box.answer(ticket_of(box.writes()))
    mail = box.receipt(said, "avvenuta-consegna", recipient=FIRM, daticert=b"<postacert")
    assert (mail.state, mail.cause) == ("quarantined", "pec_unreadable")
    assert box.deliveries(said) == {FIRM: "sent"}, "headers prove nothing"
    kept = CertifiedMail.objects.get(mail=mail)
    assert (kept.bound, kept.dispatch_id) == ("header", box.dispatch(said).pk)
    held = quarantine.quarantined(box.cast.person("Anna"))
    assert [row.cause for row in held] == ["pec_unreadable"]
    quarantine.release(mail, box.cast.member("Anna"))
    box.work()
    mail.refresh_from_db()
    assert mail.state == "machine", "a receipt opens no ticket, whoever lets it pass"
    assert Ticket.objects.count() == 1


def test_a_forged_receipt_is_held(box: PecBox, trusting: None) -> None:
    said = box.answer(ticket_of(box.writes()))
    good = box.provider.receipt("avvenuta-consegna", box.sent(said), at=box.now, recipient=FIRM)
    for raw in (good.replace(b"Identificativo del", b"Identificativx del"), unsigned(box, said), by_stranger(box, said)):
        mail = box.comes(raw)
        assert (mail.state, mail.cause) == ("quarantined", "pec_signature")
    assert box.deliveries(said) == {FIRM: "sent"}
    assert box.comes(good).state == "machine"
    assert box.deliveries(said) == {FIRM: "delivered"}


def unsigned(box: PecBox, said: Message) -> bytes:
    box.provider.signed = False
    try:
        return box.provider.receipt("avvenuta-consegna", box.sent(said), at=box.now, recipient=FIRM)
    finally:
        box.provider.signed = True


def by_stranger(box: PecBox, said: Message) -> bytes:
    stranger = type(box.provider)(by=signer("Chiunque"))
    return stranger.receipt("avvenuta-consegna", box.sent(said), at=box.now - HOUR, recipient=FIRM)


def test_another_organisations_receipt_binds_to_nothing_of_ours(box: PecBox) -> None:
    from sportello.service.channels.models import Mailbox

    said = box.answer(ticket_of(box.writes()))
    Mailbox.objects.create(organisation=box.cast.bottega, address="ordini@pec.bottega.test", shown_name="B", channel="pec")
    mail = arrive(
        box.provider.receipt("errore-consegna", box.sent(said), at=box.now, recipient=FIRM, error="no-dest"),
        to="ordini@pec.bottega.test",
    )
    assert (mail.state, mail.cause) == ("quarantined", "pec_unbound")
    assert box.deliveries(said) == {FIRM: "sent"}


# Doubt, replies, old ways ------------------------------


def test_a_pec_in_doubt_waits_for_its_acceptance_and_leaves_once(box: PecBox) -> None:
    ticket = ticket_of(box.writes())
    with sink() as server:
        send_by(server, BOX)
        outbox.work()
        server.says["end"] = "cut"
        said = box.answer(ticket)
        before = len(server.taken)
        dispatch = box.dispatch(said)
        assert dispatch.state == "in_doubt"
        assert outbox.work() == 0, "a second copy would be a second certified message"
        server.says.clear()
        box.receipt(said, "accettazione")
        assert box.dispatch(said).state == "sent"
        assert box.deliveries(said) == {FIRM: "accepted"}
        outbox.work()
        assert len(server.taken) == before


def test_a_reply_that_names_the_providers_number_finds_its_ticket(box: PecBox) -> None:
    """The firm's program answers the envelope it got, whose Message-ID is the provider's."""
    ticket = ticket_of(box.writes())
    said = box.answer(ticket)
    box.receipt(said, "accettazione", identifier="opec77@pec.gestore.test")
    reply = box.writes("Grazie.", subject="Re: POSTA CERTIFICATA: Istanza", In_Reply_To="<opec77@pec.gestore.test>")
    assert ticket_of(reply) == ticket
    stranger = letter("Anch'io.", sender="altri@pec.example.it", to=BOX, In_Reply_To="<opec77@pec.gestore.test>")
    other = box.comes(box.provider.envelope(stranger, "altri@pec.example.it", [BOX], at=box.now))
    assert ticket_of(other) != ticket, "a number is no key: the sender must take part"


def test_a_bounce_of_ordinary_mail_comes_in_an_anomaly_envelope(box: PecBox) -> None:
    said = box.answer(ticket_of(box.writes()), to=[("Maria", "maria@example.org")])
    report = (
        b'From: MAILER-DAEMON@mx.example.org\r\nTo: protocollo@pec.borgo.test\r\nSubject: Undelivered Mail\r\n'
        b'Message-ID: <dsn1@mx.example.org>\r\nMIME-Version: 1.0\r\n'
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="r"\r\n\r\n--r\r\n'
        b'Content-Type: text/plain\r\n\r\nNon consegnato.\r\n--r\r\nContent-Type: message/delivery-status\r\n\r\n'
        b'Reporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; maria@example.org\r\nAction: failed\r\n'
        b'Status: 5.1.1\r\n\r\n--r\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: '
        + parse(box.sent(said)).message_id.encode() + b"\r\n\r\n--r--\r\n"
    )
    mail = box.comes(box.provider.anomaly(report, "MAILER-DAEMON@mx.example.org", BOX, at=box.now))
    assert (mail.state, mail.cause) == ("machine", "bounce")
    assert box.deliveries(said) == {"maria@example.org": "failed"}


def test_an_e_mail_ticket_never_leaves_by_the_pec_box(box: PecBox) -> None:
    with sink() as server:
        send_by(server, BOX)
        box.cast.ticket("Mensa")
        assert [one.sender.address for one in tray()] == ["urp@borgo.test"]
        assert server.taken == []


def test_everything_adds_up(box: PecBox) -> None:
    said = box.answer(ticket_of(box.writes()))
    for kind in ("accettazione", "presa-in-carico", "preavviso-errore-consegna", "errore-consegna", "mai-vista"):
        box.receipt(said, kind, recipient=FIRM)
    box.receipt(said, "accettazione", msgid="<x@y>", identifier="z")
    assert adds_up() == {"machine": 5, "quarantined": 1, "ticketed": 1}
    assert Dispatch.objects.filter(message=said).count() == 1
    assert IncomingMail.objects.count() == 7


# What colleagues see, and the proof ------------------------------


def page(box: PecBox, ticket: Ticket, position: int, more: str = ""):
    client = Client()
    client.force_login(box.cast.users["Anna"])
    client.cookies["django_language"] = "it"
    return client.get(f"/desk/borgo/tickets/{ticket.number}/messages/{position}/certified/{more}")


def test_the_proof_holds_message_receipts_hashes_and_a_page(box: PecBox) -> None:
    ticket = ticket_of(box.writes())
    said = box.answer(ticket)
    got = [
        box.receipt(said, "avvenuta-consegna", recipient=FIRM, form="completa", late=HOUR),
        box.receipt(said, "accettazione", late=2 * HOUR),
    ]
    answer = page(box, ticket, said.entry.position, "proof/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert list(files) == [
        "message.eml", "receipts/01-accettazione.eml", f"receipts/02-avvenuta-consegna-{FIRM}.eml", "SHA256SUMS",
        "summary-it.pdf", "summary-en.pdf",
    ]  # fmt: skip
    assert files["message.eml"] == box.sent(said)
    assert files["receipts/01-accettazione.eml"] == read(got[1].raw)
    sums = dict(reversed(line.split("  ")) for line in files["SHA256SUMS"].decode().splitlines())
    assert sums == {name: hashlib.sha256(files[name]).hexdigest() for name in list(files)[:3]}
    for language, word in (("it", "Prova di un messaggio certificato"), ("en", "Proof of a certified message")):
        with pikepdf.open(io.BytesIO(files[f"summary-{language}.pdf"])) as pdf:
            assert len(pdf.pages) == 1
            assert str(pdf.open_metadata().get("dc:title")) == word


def test_the_page_tells_each_recipient_and_each_receipt(box: PecBox) -> None:
    ticket = ticket_of(box.writes())
    said = box.answer(ticket, to=[("Ditta", FIRM), ("Maria", "maria@example.org")])
    assert "Nulla è ancora provato" not in page(box, ticket, said.entry.position).content.decode()
    box.receipt(said, "accettazione", late=20 * HOUR)
    box.receipt(said, "preavviso-errore-consegna", recipient=FIRM, late=8 * HOUR, error_text="Non consegnato entro 12 ore")
    shown = page(box, ticket, said.entry.position).content.decode()
    for words in ("In dubbio: primo preavviso", "Ricevuta di accettazione", "Preavviso: non ancora consegnato",
                  "Non consegnato entro 12 ore", "Firma non verificata", "Gestore di Prova S.p.A."):
        assert words in shown, words
    row = CertifiedMail.objects.filter(dispatch__message=said).order_by("pk")[0]
    assert page(box, ticket, said.entry.position, f"{row.pk}/").content == read(row.mail.raw)
    first = page(box, ticket, 1).content.decode()
    assert "Che cosa certifica il gestore" in first
    assert FIRM in first
    assert page(box, ticket, 1, f"{row.pk}/").status_code == 404, "a receipt is had under its own message only"


def test_the_timeline_says_it_in_words(box: PecBox) -> None:
    ticket = ticket_of(box.writes())
    said = box.answer(ticket)
    box.receipt(said, "accettazione")
    box.receipt(said, "avvenuta-consegna", recipient=FIRM)
    client = Client()
    client.force_login(box.cast.users["Anna"])
    client.cookies["django_language"] = "it"
    shown = client.get(f"/desk/borgo/tickets/{ticket.number}/").content.decode()
    assert "PEC: ricevuta di avvenuta consegna, certificata il" in shown
    assert "Ricevute e prova" in shown
    assert "consegnato" in shown
