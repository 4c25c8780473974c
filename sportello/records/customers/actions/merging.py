"""Two records become one customer, and two again.

Nothing is rewritten: `merged_into` says that one record now reads as another. Every identity, ticket, consent and
contact keeps the record it came with, so undoing loses nothing, and an answer goes where its message came from: the
address stands on the ticket, not on the customer.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import one_line
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import person
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Membership

from ..models import Customer, Identity, Merge, Proposal
from ..queries import together

#: So many records of one person are a mistake of the person who merges.
MOST = 50


def merge(kept: Customer, merged: Customer, member: Membership, *, why: str = "") -> Merge:
    """`merged` reads as `kept` from now. Raises Refusal where they are one already, or either is not to be merged."""
    if kept.organisation_id != merged.organisation_id:
        raise ValueError("customers of two organisations are never one")
    if kept.pk == merged.pk:
        raise Refusal(_("Choose another customer: these two are one."))
    with transaction.atomic():
        # always in one order: two who merge the same pair the other way round wait for each other
        first, second = sorted((kept.pk, merged.pk))
        rows = {pk: Customer.objects.select_for_update(no_key=True).get(pk=pk) for pk in (first, second)}
        into, gone = rows[kept.pk], rows[merged.pk]
        if into.merged_into_id or gone.merged_into_id:
            raise Refusal(_("One of the two was merged meanwhile: look at the customer again."))
        if into.erased_at or gone.erased_at:
            raise Refusal(_("One of the two was erased: it is nobody's any more."))
        if len(together(into)) + len(together(gone)) > MOST:
            raise Refusal(_("Too many records would become one: check whether they are one person."))
        gone.merged_into = into
        gone.save(update_fields=["merged_into"])
        # two preferred ways of one customer: that of the record that stays
        if Identity.objects.filter(customer__in=together(into), preferred=True).count() > 1:
            Identity.objects.filter(customer=gone, preferred=True).update(preferred=False)
        now = clock.now(into.organisation)
        made = Merge.objects.create(
            organisation_id=into.organisation_id, kept=into, merged=gone, why=one_line(why, 300), merged_at=now,
            by_member=member,
        )
        settle(into, gone, Proposal.Settled.MERGED, member)
        record(into.organisation, "customer.merged", into, person(member.user_id), at=now, merged_id=gone.pk,
               merge_id=made.pk)
    merged.merged_into = kept
    return made


def undo(made: Merge, member: Membership) -> None:
    """Two again, each with what it came with. Undoing twice changes nothing."""
    with transaction.atomic():
        rows = Merge.objects.select_for_update(of=("self",)).select_related("organisation", "kept", "merged")
        row = rows.get(pk=made.pk)
        if row.undone_at is not None:
            return
        now = clock.now(row.organisation)
        row.undone_at, row.undone_by = now, member
        row.save(update_fields=["undone_at", "undone_by"])
        Customer.objects.filter(pk=row.merged_id, merged_into_id=row.kept_id).update(merged_into=None)
        settle(row.kept, row.merged, Proposal.Settled.DIFFERENT, member)
        record(row.organisation, "customer.parted", row.kept, person(member.user_id), at=now, merged_id=row.merged_id,
               merge_id=row.pk)
    made.undone_at, made.undone_by = now, member


def tell_apart(one: Customer, other: Customer, member: Membership) -> None:
    """They are two people, however alike: not proposed again."""
    with transaction.atomic():
        settle(one, other, Proposal.Settled.DIFFERENT, member)
        record(one.organisation, "customers.told_apart", one, person(member.user_id), other_id=other.pk)


def settle(one: Customer, other: Customer, how: str, member: Membership) -> None:
    older, newer = sorted((one.pk, other.pk))
    now = clock.now(one.organisation)
    Proposal.objects.update_or_create(
        one_id=older, other_id=newer,
        defaults={"organisation_id": one.organisation_id, "settled": how, "settled_at": now, "settled_by": member},
        create_defaults={"organisation_id": one.organisation_id, "signs": [], "weight": 0, "made_at": now,
                         "settled": how, "settled_at": now, "settled_by": member},
    )
