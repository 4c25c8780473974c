"""Keeping who read what. Called where a record is shown or leaves, in the request that does it."""

from __future__ import annotations

from datetime import timedelta

from sportello.foundation.core.questions import Question
from sportello.foundation.core.text import one_line
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership

from ..models import Customer, Reading

#: Going back and forth between a card and its tickets is one reading.
ONE_READING = timedelta(minutes=15)


_LAST: Question[Reading] = Question(
    lambda what, customer_id, member_id: Reading.objects.filter(
        customer_id=customer_id, member_id=member_id, what=what
    ).order_by("-pk")[:1],
    planned=True,
)


def keep_reading(
    organisation: Organisation, member: Membership, what: str, *, customer: Customer | None = None, purpose: str = "",
    rows: int = 1,
) -> Reading:
    """Write that `member` saw it now. A card seen again within a quarter of an hour is the same reading."""
    now = clock.now(organisation)
    if what == Reading.What.CARD and customer is not None:
        last = _LAST.first(str(what), customer_id=customer.pk, member_id=member.pk)
        if last is not None and timedelta(0) <= now - last.at < ONE_READING:
            return last
    return Reading.objects.create(
        organisation=organisation, customer=customer, member=member, what=what, purpose=one_line(purpose, 300),
        rows=rows, at=now,
    )
