"""What was held back, and what colleagues may do with it. Nothing is ever thrown away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sportello.foundation.core.errors import Refusal, Stale
from sportello.foundation.files.actions import read
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import person as by_person
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Membership
from sportello.records.accounts.people import Person
from sportello.service.channels.mailkit.parse import parse
from sportello.service.channels.mailkit.record import MailRecord
from sportello.service.channels.models import IncomingMail

State = IncomingMail.State
UNREADABLE = "unreadable"

#: Why a message is held, as a sentence for colleagues.
SENTENCES: dict[str, str | Promise] = {
    "loop": gettext_lazy("It is one of our own messages coming back, or one that goes round."),
    "too_large": gettext_lazy("It is larger than this mailbox takes."),
    "blocked": gettext_lazy("The sender is blocked."),
    UNREADABLE: gettext_lazy("Reading it failed several times."),
    "no_sender": gettext_lazy("It does not say who wrote it."),
    "pec_unbound": gettext_lazy("It is a receipt of certified mail about nothing that was sent from here."),
    "pec_unreadable": gettext_lazy("It is a receipt of certified mail whose data cannot be read."),
    "pec_unknown": gettext_lazy("It is a receipt of certified mail of a kind nobody knows here."),
    "pec_signature": gettext_lazy("It is a receipt of certified mail whose signature does not prove it."),
    "ping_pong": gettext_lazy(
        "Two programs seem to answer each other: many requests under one subject in half an hour."
    ),
    "burst": gettext_lazy("Too many messages came from this address in a few minutes."),
}


@dataclass(frozen=True)
class HeldRow:
    """One line of the quarantine page. `sentence` says why it is there; `sender` and `subject` are as written."""

    id: int
    slug: str
    mailbox: str
    sender: str
    subject: str
    cause: str
    sentence: str
    received_at: datetime
    error: str
    size: int


def quarantined(person: Person, *, slug: str = "", before: int = 0, limit: int = 50) -> list[HeldRow]:
    """Held messages of the organisations `person` serves, newest first; `before`: id of the last row shown."""
    rows = _visible(person, slug).filter(state=State.QUARANTINED)
    if before:
        rows = rows.filter(pk__lt=before)
    return [_row(mail) for mail in rows.order_by("-pk")[:limit]]


def count(person: Person, most: int = 100) -> int:
    """How many are held, counted up to `most`."""
    return _visible(person, "").filter(state=State.QUARANTINED)[:most].count()


def get_mail(person: Person, slug: str, mail_id: int) -> IncomingMail:
    """A message held back, or set aside from there, for whoever serves its organisation; Http404 else.

    What is on a ticket is seen by who sees the ticket, and so is what a machine wrote about one: a report that came
    back quotes the words of a letter whose ticket may be for named persons only.
    """
    held = Q(state=State.QUARANTINED) | Q(state=State.MACHINE, cause="set_aside")
    mail = _visible(person, slug).filter(held, pk=mail_id).first()
    if mail is None:
        raise Http404
    return mail


def look(mail: IncomingMail) -> MailRecord | None:
    """The message as the parser reads it, for its page. Its HTML is sanitised; show it in its own frame. None for what
    could not be read: it may end whoever tries, and its bytes can be downloaded."""
    return None if mail.cause == UNREADABLE else parse(read(mail.raw))


def download(mail: IncomingMail) -> HttpResponse:
    """The bytes as they came; never shown by the browser itself."""
    response = HttpResponse(read(mail.raw), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="mail-{mail.pk}.eml"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def release(mail: IncomingMail, by: Membership) -> None:
    """Let it pass the guard that held it: intake reads it again as an ordinary message. Stale when somebody was
    first."""
    if mail.state not in (State.QUARANTINED, State.MACHINE):
        raise Stale(_("Somebody has already dealt with this message."))

    def change(row: IncomingMail) -> None:
        row.cause_facts = {"pass": _guard_of(row)}
        row.state, row.cause, row.message = State.PENDING, "", None

    _settle(mail, by, "released", (State.QUARANTINED, State.MACHINE), change)


def retry(mail: IncomingMail, by: Membership) -> None:
    """Read it again from the beginning, with all guards: for what failed because of us."""

    def change(row: IncomingMail) -> None:
        row.cause_facts, row.state, row.cause = {}, State.PENDING, ""

    _settle(mail, by, "retried", (State.QUARANTINED,), change)


def set_aside(mail: IncomingMail, by: Membership) -> None:
    """Nothing to do with it: kept, but no longer in the list."""

    def change(row: IncomingMail) -> None:
        row.cause_facts = {**row.cause_facts, "held_for": row.cause}
        row.state, row.cause = State.MACHINE, "set_aside"

    _settle(mail, by, "set_aside", (State.QUARANTINED,), change)


def _guard_of(row: IncomingMail) -> str:
    """Which guard stands behind a cause: machine mail is told by its sign, what was set aside by what held it."""
    if row.cause == "set_aside":
        return str(row.cause_facts.get("held_for", ""))
    if row.state == State.MACHINE:
        return "bounce" if row.cause == "bounce" else "machine"
    return row.cause


def _settle(
    mail: IncomingMail, by: Membership, to: str, allowed: tuple[str, ...], change: Callable[[IncomingMail], None]
) -> None:
    if by.organisation_id != mail.organisation_id or not by.is_active:
        raise Refusal(_("You do not work here any more."))
    with transaction.atomic():
        rows = IncomingMail.objects.select_for_update(of=("self",), no_key=True).select_related("organisation")
        row = rows.get(pk=mail.pk)
        if row.state not in allowed:
            raise Stale(_("Somebody has already dealt with this message."))
        change(row)
        row.attempts, row.error, row.next_attempt_at = 0, "", None
        row.released_by_id = by.pk
        row.settled_at = None if row.state == State.PENDING else clock.server_now()
        row.save()
        record(row.organisation, "mail.released", row, by_person(by.user_id), to=to)
    mail.refresh_from_db()


def _visible(person: Person, slug: str) -> QuerySet[IncomingMail]:
    places = [place for place in person.serving if not slug or place.organisation.slug == slug]
    mine = Q(organisation__in=[place.organisation.pk for place in places])
    return IncomingMail.objects.filter(mine).select_related("organisation", "mailbox", "raw")


def _row(mail: IncomingMail) -> HeldRow:
    return HeldRow(
        id=mail.pk,
        slug=mail.organisation.slug,
        mailbox=mail.mailbox.address,
        sender=mail.sender,
        subject=mail.subject,
        cause=mail.cause,
        sentence=str(SENTENCES.get(mail.cause, mail.cause)),
        received_at=mail.received_at,
        error=mail.error,
        size=mail.raw.size,
    )
