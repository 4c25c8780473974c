"""Nothing that is evidence goes because something it points at is deleted: neither in Python nor in PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.db.models import ProtectedError, RestrictedError

import sportello.records.tickets
from sportello.records.accounts.models import Membership, Team
from sportello.records.customers.models import Customer
from sportello.records.procedures.models import Kind, OfficeCalendar, Procedure
from sportello.records.tickets.actions import terms as acts
from sportello.records.tickets.models import Entry, KeptCalendar, Message, Moment, Notice, Suspension, Term, Ticket
from sportello.service.channels.models import Dispatch, Mailbox
from tests.cast import Cast
from tests.unit.tickets.terms_scene import Scene

#: Rooms whose rows tell what happened to somebody's request.
EVIDENCE = {"tickets", "journal", "channels"}
#: Rows that are made again from others, or say who may see, not what happened.
DERIVED = {
    "tickets.SearchRow", "tickets.Named",
    # not sent yet, or drafts of a form; what a server said of itself is asked again
    "channels.WaitingReply", "channels.WaitingFile", "channels.FormDraft", "channels.DraftFile", "channels.LearnedServer",
}  # fmt: skip
#: What may call `.delete()` in the room of tickets: moments still to come, rights to see, and erasure by
#: order of law, which leaves its tombstone.
MAY_DELETE = {"moments.py", "tick.py", "actions/handling.py", "actions/erasing.py"}


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
            " WHERE contype = 'f' AND confdeltype <> 'a' AND conrelid::regclass::text LIKE 'tickets_%'"
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


def test_the_room_of_tickets_deletes_nothing_that_happened() -> None:
    room = Path(sportello.records.tickets.__file__).parent
    deleting = {
        path.relative_to(room).as_posix()
        for path in room.rglob("*.py")
        if ".delete()" in path.read_text() and "migrations" not in path.parts
    }
    assert deleting <= MAY_DELETE, deleting - MAY_DELETE
