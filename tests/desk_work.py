"""A week of work in Borgo for looking at the desk's screens: long names, every state, mail with pictures, a failed send."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta

from sportello.foundation.files.actions import keep
from sportello.foundation.journal import actor
from sportello.foundation.tenancy import clock
from sportello.records.customers.models import Identity
from sportello.records.knowledge.models import SavedReply, SavedReplyText, ServiceSheet, ServiceSheetText
from sportello.records.tickets.actions import contacts, ending, handling, messages
from sportello.records.tickets.models import Link, Message, Ticket
from sportello.records.tickets.words import File, Words
from sportello.service.channels.models import Delivery, Dispatch
from tests.cast import Cast

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAGUlEQVR4nGNkaPjPQApgIkn1qIZRDUNKAwDRZQGgOqNHxwAAAABJRU5ErkJggg=="
)
SUBJECTS = (
    "Addebito doppio della mensa scolastica di novembre",
    "Cambio di residenza da fuori comune: quali documenti servono se il contratto d'affitto non è ancora registrato",
    "Buca in via Garibaldi",
    "Carta d'identità: appuntamento",
    "Tassa rifiuti, ricalcolo superficie",
    "Certificato storico di famiglia per la cittadinanza",
    "Lampione spento davanti alla scuola",
    "Ringraziamento all'ufficio anagrafe",
)
NAMES = (
    "Maria Popescu",
    "Giovanni Battista Della Valle-Schwarzenberg",
    "Ahmed Ben Salah",
    "John Baker",
    "Lucia Rossi",
    "Associazione Culturale Amici della Biblioteca Comunale di Borgo Lieto ODV",
    "Wei Zhang",
    "Noemi Ferri",
)


@dataclass
class Work:
    main: Ticket
    closed: Ticket
    plain: Ticket


def lay_out(cast: Cast) -> Work:
    """The tickets; `main` is the one worth opening."""
    now = clock.now(cast.borgo)
    for at, (subject, name) in enumerate(zip(SUBJECTS[1:7], NAMES[1:7], strict=True)):
        ticket = cast.ticket(
            subject, address=f"cliente{at}@example.org", name=name, kind="complaint" if at % 3 == 1 else "information"
        )
        age(ticket, now - timedelta(hours=5 + 31 * at), due=now + timedelta(hours=30 * at - 40))
        if at % 3 == 0:
            handling.take(ticket, cast.member("Anna"))
        if at == 2:
            handling.change_priority(ticket, 4, by=cast.member("Anna"))
    plain = cast.ticket(SUBJECTS[2], address="", name="Ahmed Ben Salah", channel="counter")
    closed = cast.ticket("Orari della biblioteca", address="maria@example.org")
    handling.take(closed, cast.member("Anna"))
    ending.close(closed, by=cast.member("Anna"), outcome="information_given", reason="Abbiamo indicato gli orari.")
    knowledge(cast)
    return Work(conversation(cast, now), closed, plain)


def age(ticket: Ticket, opened: datetime, due: datetime) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(
        opened_at=opened, unanswered_since=opened, moved_at=opened, next_promise_at=due
    )
    ticket.refresh_from_db()


def knowledge(cast: Cast) -> None:
    front = cast.team("front")
    sheet = ServiceSheet.objects.create(organisation=cast.borgo, slug="mensa", team=front)
    ServiceSheetText.objects.create(
        organisation=cast.borgo, sheet=sheet, language="it", title="Mensa scolastica: tariffe e rimborsi",
        summary="Chi ha pagato due volte chiede il rimborso entro l'anno scolastico.",
        documents_needed="Ricevuta dei due pagamenti\nIBAN", cost="nessuno", times="30 giorni",
    )
    replies = {
        "rimborso": ("Rimborso: cosa serve", "Refund: what we need"),
        "saluto": ("Saluto e firma", ""),
    }
    for slug, (italian, english) in replies.items():
        reply = SavedReply.objects.create(organisation=cast.borgo, slug=slug)
        SavedReplyText.objects.create(
            organisation=cast.borgo, reply=reply, language="it", title=italian,
            body="Gentile {customer},\n\nper il rimborso della pratica {number} ci mandi {documento}.\n\n{operator}",
        )
        if english:
            SavedReplyText.objects.create(
                organisation=cast.borgo, reply=reply, language="en", title=english, body="Dear {customer}, {number}"
            )


def conversation(cast: Cast, now: datetime) -> Ticket:
    """A ticket with everything on its timeline."""
    anna, bruno = cast.member("Anna"), cast.member("Bruno")
    ticket = cast.ticket(
        SUBJECTS[0], kind="complaint",
        text="Buongiorno,\n\nho controllato l'estratto conto e la mensa di mia figlia è stata addebitata due volte a "
        "novembre: 46,80 euro il 3 e di nuovo il 5. Chiedo il rimborso di uno dei due.\n\nGrazie",
    )
    customer = ticket.customer
    Identity.objects.create(
        organisation=cast.borgo, customer=customer, sort="phone", value="+393331234567", shown="333 123 4567",
        verified="by_document", verified_at=now, added_at=now,
    )
    handling.move(ticket, cast.team("front"), by=bruno, reason="I pagamenti della mensa li segue lo sportello.")
    handling.take(ticket, anna)
    messages.note(ticket, anna, "Sentita la ragioneria: il secondo addebito risulta anche a loro.\nAspettano l'IBAN.")
    call = contacts.begin(cast.borgo, anna, "phone")
    contacts.end(call, "ticket", customer=customer)
    contacts.record_on(ticket, call, "Ha chiamato per sapere a che punto siamo. Manda la ricevuta per posta.", member=anna)
    messages.answer(
        ticket, anna,
        "Gentile Maria Popescu,\n\nabbiamo visto il doppio addebito. Per il rimborso ci servono la ricevuta e l'IBAN.\n\n"
        "Un cordiale saluto,\nAnna",
        base_position=ticket.last_public_position, then="wait",
    )
    failed = Message.objects.filter(entry__ticket=ticket, notice_moment="", direction="out").latest("id")
    Dispatch.objects.filter(message=failed).update(
        state="failed", answer="550 5.1.1 <maria@example.org>: Recipient address rejected: User unknown"
    )
    Delivery.objects.filter(dispatch__message=failed).update(state="failed", answer="550 5.1.1 User unknown")
    messages.receive(
        ticket,
        Words(
            text="Ecco la ricevuta. L'IBAN è nel modulo allegato, la foto è del tabellone.",
            subject="Re: mensa", sender_name="Maria Popescu", sender_address="maria@example.org", language="it",
            quoted="Il 20 novembre Anna ha scritto:\n> Per il rimborso ci servono la ricevuta e l'IBAN.",
            html='<p>Ecco la ricevuta.</p><p><img data-cid="foto@1"></p><p><img data-remote-src="https://example.org/t.gif"></p>',
            recipients=(("to", "URP", "urp@borgo.test"), ("cc", "Ion Popescu", "ion@example.org")),
            files=(
                File("ricevuta mensa novembre.pdf", keep(cast.borgo, b"%PDF-1.4\n%fine\n")),
                File("tabellone.png", keep(cast.borgo, PICTURE), content_id="foto@1", is_inline=True),
            ),
        ),
        channel="email", customer=customer, actor=actor.customer(customer.pk),
    )
    other = Ticket.objects.exclude(pk=ticket.pk).filter(organisation=cast.borgo).first()
    Link.objects.create(organisation=cast.borgo, ticket=ticket, other=other, kind="perhaps", made_at=now)
    ticket.refresh_from_db()
    return ticket
