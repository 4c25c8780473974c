"""Nothing that is evidence goes because something it points at is deleted: neither in Python nor in PostgreSQL."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.db.models import ProtectedError, RestrictedError

import sportello.records.tickets
import sportello.service.backoffice
from sportello.foundation.files.models import Blob
from sportello.records.accounts.models import Membership, Team
from sportello.records.customers.models import Customer
from sportello.records.procedures.models import Kind, OfficeCalendar, Procedure
from sportello.records.tickets.actions import terms as acts
from sportello.records.tickets.models import Entry, KeptCalendar, Message, Moment, Notice, Suspension, Term, Ticket
from sportello.service.backoffice.archive import holds, packages, solutions
from sportello.service.backoffice.models import (
    DisposalLine,
    DisposalList,
    FileClass,
    Filing,
    LegalHold,
    Package,
    PackagedTicket,
    Solution,
    Tombstone,
)
from sportello.service.channels.models import Dispatch, Mailbox
from tests.cast import Cast
from tests.unit.backoffice import archive_scene as archive
from tests.unit.tickets.terms_scene import Scene

#: Rooms whose rows tell what happened to somebody's request.
EVIDENCE = {"tickets", "journal", "channels", "backoffice"}
#: Rows that are made again from others, or say who may see, not what happened.
DERIVED = {
    "tickets.SearchRow", "tickets.Named",
    # a word to find it by, put and taken away by whoever works on it
    "tickets.TicketTag",
    # which file left to an office: the letter keeps its own bytes when a disposal lets go of the ticket's
    "backoffice.ForwardedItem",
    # where a kind falls from now on
    "backoffice.KindClass",
    # not sent yet, or drafts of a form; what a server said of itself is asked again
    "channels.WaitingReply", "channels.WaitingFile", "channels.FormDraft", "channels.DraftFile", "channels.LearnedServer",
}  # fmt: skip
#: What may call `.delete()` in the room of tickets: moments still to come, rights to see, and erasure by
#: order of law, which leaves its tombstone.
#: A tag, a link taken back and a copy's address are no evidence: the timeline tells that they were there.
MAY_DELETE = {
    "moments.py", "tick.py", "sleeping.py", "actions/handling.py", "actions/emptying.py", "actions/tagging.py",
    "actions/linking.py", "actions/passing.py",
}
#: What may call `.delete()` in the back office: where a kind falls from now on, and the mark of a solution, which is
#: taken away by who put it, or goes with the words it points at.
BACK_OFFICE_MAY_DELETE = {
    "archive/plan.py", "archive/solutions.py", "archive/erasing.py", "archive/carrying_out.py",
    # the files of words erased by order of law; a letter's draft, once it is issued
    "erasing_offices.py", "documents/issuing.py",
}


def evidence() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models()
        if model._meta.app_label in EVIDENCE and model._meta.label not in DERIVED
    ]


@pytest.mark.parametrize("model", evidence(), ids=lambda model: model._meta.label)
def test_no_deletion_cascades_into_evidence(model: type[models.Model]) -> None:
    for field in model._meta.local_fields:
        if isinstance(field, models.ForeignKey):
            rule = field.remote_field.on_delete
            assert rule is models.PROTECT, (
                f"{model._meta.label}.{field.name}: deleting what it points at would take or change evidence"
            )


@pytest.mark.django_db
def test_no_cascade_in_the_database_either() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint"
            " WHERE contype = 'f' AND confdeltype <> 'a' AND conrelid::regclass::text ~ '^(tickets|channels|backoffice)_'"
        )
        assert cursor.fetchall() == []


@pytest.mark.parametrize(
    "what",
    [Kind, Procedure, OfficeCalendar, Team, Mailbox, Customer, Membership, Ticket, Entry, Term, Suspension,
     KeptCalendar, Dispatch],
    ids=lambda model: model._meta.label,
)  # fmt: skip
def test_what_a_ticket_stands_on_cannot_be_deleted(cast: Cast, what: type[models.Model]) -> None:
    """T19: each object a ticket refers to, tried one by one, by the framework and by bare SQL."""
    scene = Scene(cast)
    ticket = scene.opened("2026-09-01 10:00")
    acts.suspend(ticket, "missing_facts", by=cast.member("Anna"), reason="Manca un dato.", document="x")
    mailbox = Mailbox.objects.get(organisation=cast.borgo, is_default=True)
    Dispatch.objects.filter(message__entry__ticket=ticket).update(mailbox=mailbox)
    rows: dict[type[models.Model], models.Model] = {
        Kind: ticket.kind,
        Procedure: ticket.procedure,
        OfficeCalendar: ticket.procedure.calendar,
        Team: ticket.team,
        Customer: ticket.customer,
        Mailbox: mailbox,
        Membership: cast.member("Anna"),
        Ticket: ticket,
    }
    row = rows.get(what) or what._default_manager.filter(organisation=cast.borgo).order_by("pk").first()
    assert row is not None
    before = {model: model._default_manager.count() for model in (Entry, Message, Term, Notice, Moment, Suspension)}
    try:
        with transaction.atomic():
            row.delete()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except (ProtectedError, RestrictedError, IntegrityError):
        pass
    else:
        pytest.fail(f"{what._meta.label} was deleted")
    assert {model: model._default_manager.count() for model in before} == before


def deleting(package: ModuleType) -> set[str]:
    room = Path(str(package.__file__)).parent
    return {
        path.relative_to(room).as_posix()
        for path in room.rglob("*.py")
        if ".delete()" in path.read_text() and "migrations" not in path.parts
    }


def test_the_room_of_tickets_deletes_nothing_that_happened() -> None:
    assert deleting(sportello.records.tickets) <= MAY_DELETE


def test_the_back_office_deletes_nothing_that_happened() -> None:
    assert deleting(sportello.service.backoffice) <= BACK_OFFICE_MAY_DELETE


@pytest.mark.parametrize(
    "what",
    [FileClass, Filing, LegalHold, Solution, DisposalList, DisposalLine, Tombstone, Package, PackagedTicket, Message,
     Blob, Ticket, Membership, Customer],
    ids=lambda model: model._meta.label,
)  # fmt: skip
def test_what_the_archive_stands_on_cannot_be_deleted(cast: Cast, what: type[models.Model]) -> None:
    """T19 for the archive: each object that a filed, held, listed, disposed of or packaged ticket refers to."""
    gone, kept = archive.closed(cast, years=4), archive.closed(cast, "Passo carrabile")
    archive.confirmed(cast, "1.1")
    archive.approved(cast)
    archive.carry_out()
    carla = cast.member("Carla")
    hold = holds.place(kept.customer, "Ricorso 12/2026", carla)
    position = Message.objects.get(entry__ticket=kept, direction="out", notice_moment="").entry.position
    solution = solutions.mark(kept, position, carla)
    package = packages.ask(cast.person("Carla"), carla, "Tutto")
    packages.work()
    packaged = PackagedTicket.objects.get(package=package)
    assert solution is not None and packaged.blob is not None
    rows: dict[type[models.Model], models.Model] = {
        FileClass: archive.filed(kept).file_class, Filing: archive.filed(gone), LegalHold: hold, Solution: solution,
        DisposalList: DisposalList.objects.get(), DisposalLine: DisposalLine.objects.get(),
        Tombstone: Tombstone.objects.get(), Package: package, PackagedTicket: packaged, Message: solution.message,
        Blob: packaged.blob, Ticket: gone, Membership: carla, Customer: hold.customer,
    }  # fmt: skip
    leaves = {LegalHold, Solution, DisposalLine, Tombstone, PackagedTicket, Filing}
    if what in leaves:
        # nothing points at it: what keeps it is that no code of ours deletes it (the test above)
        assert not any(one.related_model for one in what._meta.related_objects)
        return
    try:
        with transaction.atomic():
            rows[what].delete()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except (ProtectedError, RestrictedError, IntegrityError):
        return
    pytest.fail(f"{what._meta.label} was deleted")


def test_only_disposal_and_erasure_let_files_go() -> None:
    """Whoever calls `drop` stands here: letting go of evidence is nobody else's."""
    package = Path(str(sportello.__file__)).parent
    calling = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if re.search(r"files\.dropping import [^\n]*\bdrop\b|\bdropping\.drop\(", path.read_text())
    }
    assert calling == {
        "records/tickets/actions/emptying.py", "service/channels/emptying.py", "service/channels/erasing.py",
        "service/backoffice/archive/reach.py", "service/backoffice/archive/packages.py",
        "service/backoffice/erasing_offices.py",
        "faces/desk/actions/drafting.py",
    }  # fmt: skip
