"""Erasure ordered by law: who they were is gone, what was counted stays (GDPR art. 17; recital 26: what names nobody is
no personal data). Nothing else deletes a customer.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import one_line
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import person
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Membership

from ..models import Consent, Customer, CustomerNote, Erasure, Identity, Merge, Proposal, Reading, Relation
from ..queries import surviving, together

#: Why a customer must be kept (art. 17(3): a legal obligation, a claim), in a sentence; empty where nothing holds.
Hold = Callable[[Customer], str]


@cache
def _holds() -> tuple[Hold, ...]:
    """`HOLDS` of `config/reactions.py`: rooms above say there what must be kept."""
    return tuple(getattr(import_module(settings.REACTIONS), "HOLDS", ()))


def reasons_to_keep(customer: Customer) -> list[str]:
    return [sentence for hold in _holds() if (sentence := hold(customer))]


def erase(customer: Customer, member: Membership, *, ground: str) -> Erasure:
    """Every record that is this customer loses name, identities, notes, consents' words and proofs; a tombstone says
    that it was done and on what ground. Words on tickets follow in the worker. Cannot be undone. Raises Refusal."""
    stated = one_line(ground, 300)
    if not stated:
        raise Refusal(_("Write the order or request it rests on, with its date or number."), field="ground")
    with transaction.atomic():
        row = Customer.objects.select_for_update(no_key=True).get(pk=surviving(customer).pk)
        done = Erasure.objects.filter(customer=row).first()
        if done is not None:
            return done
        keep = reasons_to_keep(row)
        if keep:
            raise Refusal(" ".join(keep))
        now = clock.now(row.organisation)
        ids = together(row)
        tombstone = Erasure.objects.create(organisation_id=row.organisation_id, customer=row, ground=stated,
                                           by_member=member, ordered_at=now)
        record(row.organisation, "customer.erased", row, person(member.user_id), at=now, erasure_id=tombstone.pk)
        # only now: who reacts still knows which addresses were theirs
        tombstone.counts = _forget(ids)
        tombstone.save(update_fields=["counts"])
        for one in Customer.objects.filter(pk__in=ids):
            one.name, one.born_on, one.needs, one.addressed_as, one.language = f"#{one.pk}", None, "", "", ""
            one.erased_at = now
            one.save()
    return tombstone


def _forget(ids: list[int]) -> dict[str, int]:
    counts = {
        "identities": Identity.objects.filter(customer__in=ids).delete()[0],
        "notes": CustomerNote.objects.filter(customer__in=ids).delete()[0],
        "proposals": Proposal.objects.filter(Q(one__in=ids) | Q(other__in=ids)).delete()[0],
        "records": len(ids),
    }
    # that somebody agreed and withdrew, and who acted for whom, are counted on; their words and papers are not kept
    Consent.objects.filter(customer__in=ids).update(about="")
    for side in ("customer", "other"):
        Relation.objects.filter(**{f"{side}__in": ids}).update(about="", proof=None, proof_name="")
    Merge.objects.filter(kept__in=ids).update(why="")
    Reading.objects.filter(customer__in=ids).update(purpose="")
    return counts
