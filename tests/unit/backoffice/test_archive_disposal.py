"""Disposal: due, listed, decided by a second person, carried out ticket by ticket, and what stays."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.db.models.functions import Cast as AsText

from sportello.config import reactions
from sportello.foundation.core.errors import Refusal
from sportello.foundation.files import dropping, store
from sportello.foundation.files.actions import keep, read
from sportello.foundation.files.models import Blob, DroppedFile
from sportello.foundation.journal.models import Event
from sportello.foundation.tenancy import clock
from sportello.records.customers.actions.erasing import erase
from sportello.records.customers.models import Customer
from sportello.records.tickets.actions import ending, messages
from sportello.records.tickets.models import Closure, Entry, Message, Ticket
from sportello.records.tickets.search import search
from sportello.service.backoffice.archive import carrying_out, disposal, dossier, filing, holds, packages, solutions
from sportello.service.backoffice.models import (
    DisposalLine,
    DisposalList,
    Filing,
    Package,
    ShopRequest,
    Solution,
    Tombstone,
)
from sportello.service.channels.models import Delivery, Dispatch, ErasedRow, IncomingMail
from tests.cast import Cast
from tests.flows.mail_fixtures import ticket_of
from tests.flows.pec_fixtures import PecBox
from tests.unit.backoffice.archive_scene import MARK, approved, carry_out, closed, confirmed, filed, react

pytestmark = pytest.mark.django_db


def where(word: str, *apart: str) -> list[str]:
    """Columns of the whole product in which `word` stands, and files on disk that hold it."""
    found = []
    for model in apps.get_models():
        if not model.__module__.startswith("sportello.") or model._meta.label in apart:
            continue
        for field in model._meta.concrete_fields:
            if isinstance(field, (models.CharField, models.TextField, models.JSONField)):
                rows = model._default_manager.annotate(as_text=AsText(field.attname, models.TextField()))
                if rows.filter(as_text__icontains=word).exists():
                    found.append(f"{model._meta.label}.{field.name}")
    return found + [blob.sha256 for blob in Blob.objects.all() if word.encode() in read(blob)]


def bytes_go(cast: Cast) -> None:
    """A day later: no backup that was begun before counts on them any more."""
    DroppedFile.objects.update(drop_after=clock.server_now() - timedelta(seconds=1))
    while dropping.work():
        pass


def test_from_due_to_gone_and_what_stays(cast: Cast) -> None:
    ticket, young = closed(cast, years=4), closed(cast, "Altra mensa", address="john@example.org", name="John Baker")
    search_before = search(cast.person("Anna"), MARK).rows
    assert any(ticket_id == ticket.pk for _entry, ticket_id in search_before)
    with pytest.raises(Refusal):
        disposal.propose(cast.borgo, cast.member("Carla"))  # nobody has confirmed the figure
    today = clock.local(cast.borgo, clock.now(cast.borgo)).date()
    assert disposal.unanswered(cast.borgo, today) == ["1.1"]
    confirmed(cast, "1.1")
    kept = ticket.number, ticket.kind_id, ticket.closed_at, ticket.opened_at
    with_notes = dossier.digest(dossier.data_of(ticket, notes=True))
    without = dossier.digest(dossier.data_of(ticket, notes=False))
    entries = Entry.objects.filter(ticket=ticket).count()
    made = disposal.propose(cast.borgo, cast.member("Carla"))
    assert [line.ticket_id for line in made.lines.all()] == [ticket.pk], "the young one is not due"
    with pytest.raises(Refusal):
        disposal.propose(cast.borgo, cast.member("Carla"))  # what is listed is not listed twice
    with pytest.raises(Refusal):
        disposal.approve(made, "Prot. 1", cast.member("Carla"))  # not by who proposed it
    with pytest.raises(IntegrityError), transaction.atomic():  # nor by hand
        DisposalList.objects.filter(pk=made.pk).update(
            state="approved", decided_by=cast.member("Carla"), decided_at=clock.now(cast.borgo))  # fmt: skip
    assert carrying_out.work() == 0, "a proposal is not carried out"
    disposal.approve(made, "Nulla osta prot. 77/2026", cast.member("Elena"))
    carry_out()

    ticket.refresh_from_db()
    assert (ticket.number, ticket.kind_id, ticket.closed_at, ticket.opened_at) == kept, "what is counted stays"
    assert (ticket.customer, ticket.is_closed) == (None, True)
    assert Entry.objects.filter(ticket=ticket).count() == entries
    assert Closure.objects.get(ticket=ticket).outcome == "solved"
    stone = Tombstone.objects.get(ticket=ticket)
    assert (stone.digest, stone.digest_without_notes) == (with_notes, without)
    assert (stone.outcome, stone.number, stone.keep_until) == ("solved", ticket.number, filed(ticket).keep_until)
    assert (stone.proposed_by, stone.approved_by) == (cast.member("Carla"), cast.member("Elena"))
    assert (stone.counts["notes"], stone.counts["files"]) == (1, 2)
    assert [one for one in search(cast.person("Anna"), MARK).rows if one[1] == ticket.pk] == []
    assert DisposalList.objects.get(pk=made.pk).state == "done"
    # nobody else's
    assert Message.objects.filter(entry__ticket=young).filter(text__startswith="[").count() == 0
    assert not ErasedRow.objects.filter(row_id__in=Delivery.objects.filter(
        dispatch__message__entry__ticket=young).values("pk"), what="delivery").exists()  # fmt: skip
    # and twice is once
    before = Event.objects.count(), Tombstone.objects.count()
    assert carrying_out.work() == 0
    assert (Event.objects.count(), Tombstone.objects.count()) == before


def test_not_a_word_is_left_anywhere_raw_mail_and_receipts_included(cast: Cast) -> None:
    """Every table of the product and every file is looked through for a word that only this ticket held."""
    box = PecBox(cast)
    came = box.writes(f"Istanza {MARK}", subject=MARK)
    ticket = ticket_of(came)
    box.answer(ticket, f"Rispondiamo a {MARK}")
    anna = cast.member("Anna")
    ticket.refresh_from_db()
    messages.note(ticket, anna, f"Tra noi {MARK}")
    ShopRequest.objects.create(organisation=cast.borgo, ticket=ticket, sort="withdrawal", contract=f"N. {MARK}",
                               goods=MARK, told_at=clock.now(cast.borgo))  # fmt: skip
    ticket.refresh_from_db()
    ending.close(ticket, by=anna, outcome="solved", reason=f"Fatto, {MARK}")
    Dispatch.objects.update(state="sent", next_attempt_at=None)
    old = clock.now(cast.borgo) - timedelta(days=366 * 12)
    Ticket.objects.filter(pk=ticket.pk).update(closed_at=old)
    solutions.mark(ticket, Message.objects.get(entry__ticket=ticket, direction="out", notice_moment="").entry.position, anna)
    react("ticket.closed")
    filing.choose(Ticket.objects.get(pk=ticket.pk), "1.1", anna)
    confirmed(cast, "1.1")
    mails = IncomingMail.objects.count()
    assert len(where(MARK)) > 8, "the word stands in many places before"
    approved(cast)
    carry_out()
    bytes_go(cast)
    assert where(MARK) == []
    assert IncomingMail.objects.count() == mails, "every mail is still counted, with its state"
    raw = read(IncomingMail.objects.get(pk=came.pk).raw)
    assert b"disposed of" in raw and b"disposal list 1: Nulla osta" in raw and b"SHA-256: " in raw
    assert not Solution.objects.exists()
    assert ShopRequest.objects.get().contract.startswith("["), "the row stays, and says that its words went"


@pytest.mark.parametrize("what", ["held", "open", "leaving", "not_due"])
def test_what_changed_since_the_approval_is_spared_and_says_why(cast: Cast, what: str) -> None:
    ticket = closed(cast, years=4)
    confirmed(cast, "1.1")
    made = approved(cast)
    if what == "held":
        holds.place(ticket.customer, "Ricorso TAR 12/2026", cast.member("Carla"))
    elif what == "open":
        ending.reopen(ticket, by=cast.member("Anna"), reason="Torna")
        react("ticket.reopened")
    elif what == "leaving":
        Dispatch.objects.filter(message__entry__ticket=ticket).update(state="in_doubt")
    else:
        filing.choose(ticket, "2.2", cast.member("Anna"))
    carry_out()
    line = DisposalLine.objects.get(disposal=made)
    assert (line.state, line.reason) == ("spared", what)
    assert not Tombstone.objects.exists() and Message.objects.filter(entry__ticket=ticket, text__contains=MARK).exists()
    made.refresh_from_db()
    assert made.state == "done"


def test_lines_are_taken_off_and_a_list_is_refused(cast: Cast) -> None:
    first, second = closed(cast, years=4), closed(cast, "Passo", years=5)
    confirmed(cast, "1.1")
    made = disposal.propose(cast.borgo, cast.member("Carla"))
    line = made.lines.get(ticket=first)
    with pytest.raises(Refusal):
        disposal.take_off(line, " ", cast.member("Elena"))
    disposal.take_off(line, "Serve alla mostra storica", cast.member("Elena"))
    disposal.refuse(made, "Manca il nulla osta", cast.member("Elena"))
    assert carry_out() == 0
    again = disposal.propose(cast.borgo, cast.member("Elena"))
    assert (again.number, again.lines.count()) == (2, 2), "numbered without gaps; what stayed may be proposed again"
    for one in again.lines.all():
        disposal.take_off(one, "Resta", cast.member("Carla"))
    with pytest.raises(Refusal):
        disposal.approve(again, "Prot. 2", cast.member("Carla"))  # nothing is left on it
    assert {first.pk, second.pk} == set(Filing.objects.filter(disposed_at__isnull=True).values_list("ticket_id", flat=True))


def test_a_shared_file_stays_until_the_last_that_counts_on_it_goes(cast: Cast) -> None:
    """The same bytes on two tickets are one file; on disk it goes with the second, and the bytes kept anew stay."""
    raw = b"lo stesso documento"
    tickets = [closed(cast, name, years=4) for name in ("Uno", "Due")]
    for ticket in tickets:
        entry = Entry.objects.filter(ticket=ticket, kind="message").first()
        entry.attachments.create(organisation=cast.borgo, blob=keep(cast.borgo, raw), filename="doc.txt")
    blob = keep(cast.borgo, raw)
    path = store.path_of(cast.borgo.pk, blob.sha256)
    confirmed(cast, "1.1")
    made = disposal.propose(cast.borgo, cast.member("Carla"))
    disposal.take_off(made.lines.get(ticket=tickets[1]), "Resta", cast.member("Elena"))
    disposal.approve(made, "Prot. 1", cast.member("Elena"))
    carry_out()
    assert path.exists(), "not before a day: a backup begun before must find it"
    bytes_go(cast)
    assert path.exists() and Blob.objects.filter(pk=blob.pk).exists(), "the other ticket counts on it"
    approved(cast)
    carry_out()
    assert path.exists()
    bytes_go(cast)
    assert not path.exists() and not Blob.objects.filter(sha256=blob.sha256).exists()
    assert read(keep(cast.borgo, raw)) == raw, "and may be kept anew"


def test_what_was_disposed_of_is_sealed(cast: Cast) -> None:
    ticket = closed(cast, years=4)
    confirmed(cast, "1.1")
    approved(cast)
    carry_out()
    anna = cast.member("Anna")
    ticket.refresh_from_db()
    for act in (
        lambda: ending.reopen(ticket, by=anna, reason="x"),
        lambda: messages.note(ticket, anna, "x"),
        lambda: filing.choose(ticket, "2.2", anna),
        lambda: solutions.mark(ticket, 1, anna),
        lambda: holds.place(ticket, "Tardi", cast.member("Carla")),
    ):
        with pytest.raises(Refusal, match=r"disposed|scartata"):
            act()
    react("disposal.ticket_emptied")


def test_a_package_never_outlives_what_is_disposed_of_or_erased(cast: Cast) -> None:
    ticket, other = closed(cast, years=4), closed(cast, "Passo", address="john@example.org", name="John")
    confirmed(cast, "1.1")
    carla = cast.member("Carla")
    first = packages.ask(cast.person("Carla"), carla, "Tutto", notes=True)
    while packages.work():
        pass
    first.refresh_from_db()
    assert first.state == "done"
    approved(cast)
    carry_out()
    first.refresh_from_db()
    assert (first.state, first.blob) == ("gone", None) and len(first.sha256) == 64
    second = packages.ask(cast.person("Carla"), carla, "Resto")
    assert second.total == 1
    erase(Customer.objects.get(pk=other.customer_id), carla, ground="GDPR art. 17, prot. 9/2026")
    react("customer.erased")
    assert Package.objects.get(pk=second.pk).state == "gone" and ticket.pk


@pytest.mark.django_db(transaction=True)
def test_a_kill_loses_nothing_and_two_workers_do_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker dies in the middle of a ticket, again and again; then two go on at once."""
    from tests.cast import assemble

    cast = assemble()
    tickets = [closed(cast, f"Mensa {number} {MARK}", years=4) for number in range(6)]
    confirmed(cast, "1.1")
    made = approved(cast)

    class Killed(BaseException):
        """As SIGKILL: nothing of ours catches it."""

    real, left = carrying_out.forget_who, [3]

    def dies(ticket_id: int) -> None:
        real(ticket_id)
        if left[0] and Tombstone.objects.count() == 3 - left[0]:
            left[0] -= 1
            raise Killed

    monkeypatch.setattr(carrying_out, "forget_who", dies)
    for _kill in range(3):
        with pytest.raises(Killed):
            carrying_out.work()
        gone = set(Tombstone.objects.values_list("ticket_id", flat=True))
        for ticket in tickets:
            whole = Message.objects.filter(entry__ticket=ticket, text__contains=MARK).exists()
            assert whole is (ticket.pk not in gone), "either whole, or gone with its tombstone"
    monkeypatch.setattr(carrying_out, "forget_who", real)

    def worker() -> None:
        try:
            for _round in range(20):
                carrying_out.work()
        finally:
            connection.close()

    both = [threading.Thread(target=worker) for _one in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert Tombstone.objects.count() == 6
    assert Event.objects.filter(verb="disposal.ticket_emptied").count() == 6
    assert Event.objects.filter(verb="disposal.done").count() == 1
    assert set(DisposalLine.objects.filter(disposal=made).values_list("state", flat=True)) == {"done"}


def test_every_consumer_of_the_archive_is_on_the_page() -> None:
    names = {one.name for one in reactions.DURABLE}
    assert {"file-plan", "papers-of-who-was-erased", "drafts-of-what-was-disposed-of"} <= names
    assert holds.keeps_customer in reactions.HOLDS


