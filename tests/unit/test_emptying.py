"""What a test commits is gone before the next, the journal too; what migrations wrote is there as they left it."""

from __future__ import annotations

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from sportello.foundation.journal.models import Event
from sportello.foundation.tenancy.models import Organisation
from sportello.records.tickets.models import Ticket
from tests import emptying
from tests.cast import Cast, assemble

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("large", [emptying.LARGE, 0], ids=["little of it", "much of it"])
def test_whatever_was_committed_is_gone_and_can_be_made_again(monkeypatch: pytest.MonkeyPatch, large: int) -> None:
    monkeypatch.setattr(emptying, "LARGE", large)
    kinds = ContentType.objects.count()
    for _time in range(2):
        ticket: Ticket = _town().ticket()
        assert Event.objects.filter(subject_id=ticket.pk).exists(), "the journal tells of it"
        emptying.empty()
        assert not any(model.objects.exists() for model in (Organisation, Ticket, Event))
    assert ContentType.objects.count() == kinds > 0


def test_the_journal_is_still_kept_from_change_afterwards() -> None:
    _town().ticket()
    emptying.empty()
    with connection.cursor() as cursor:
        cursor.execute("SHOW session_replication_role")
        assert cursor.fetchone() == ("origin",), "triggers run"


def _town() -> Cast:
    return assemble()
