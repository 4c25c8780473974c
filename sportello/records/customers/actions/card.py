"""What a colleague writes on a customer's card: how they prefer to be reached, relations, consents, notes."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import clean, one_line
from sportello.foundation.files.models import Blob
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import Actor, person
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Membership

from ..models import Consent, Customer, CustomerNote, Identity, Relation
from ..queries import together


def prefer(identity: Identity, actor: Actor) -> None:
    """They asked to be reached this way; of one customer's ways one at most."""
    if identity.undeliverable_at is not None:
        raise Refusal(_("Mail to it comes back: ask them for another way."))
    with transaction.atomic():
        customer = Customer.objects.select_for_update(no_key=True).get(pk=identity.customer_id)
        Identity.objects.filter(customer__in=together(customer), preferred=True).update(preferred=False)
        Identity.objects.filter(pk=identity.pk).update(preferred=True)
        record(identity.organisation, "identity.preferred", identity.customer, actor, identity_id=identity.pk)
    identity.preferred = True


def remove_identity(identity: Identity, actor: Actor) -> None:
    """It is not theirs (any more). What was written from it stays on its tickets, where it was written from."""
    with transaction.atomic():
        gone = Identity.objects.select_for_update().filter(pk=identity.pk).first()
        if gone is None:
            return
        record(identity.organisation, "identity.removed", identity.customer, actor, identity_id=gone.pk, sort=gone.sort)
        gone.delete()


def relate(
    customer: Customer, other: Customer, kind: str, actor: Actor, *, from_day: date | None = None,
    until_day: date | None = None, proof: tuple[str, Blob] | None = None, about: str = "",
) -> Relation:
    """`customer` acts for, works for or lives with `other`; from today where no day is given. A relation that holds
    already is returned, with its proof added where it had none."""
    if kind not in Relation.Kind.values:
        raise Refusal(_("Choose what the two are to each other."), field="kind")
    if customer.pk == other.pk or set(together(customer)) & set(together(other)):
        raise Refusal(_("Choose another customer: these two are one."), field="other")
    now = clock.now(customer.organisation)
    start = from_day or clock.local(customer.organisation, now).date()
    if until_day is not None and until_day < start:
        raise Refusal(_("The last day is before the first."), field="until_day")
    with transaction.atomic():
        Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
        known = Relation.objects.filter(customer=customer, other=other, kind=kind, until_day__isnull=True).first()
        if known is not None:
            if proof and known.proof_id is None:
                known.proof_name, known.proof = one_line(proof[0], 255), proof[1]
                known.save(update_fields=["proof", "proof_name"])
            return known
        made = Relation.objects.create(
            organisation_id=customer.organisation_id, customer=customer, other=other, kind=kind, from_day=start,
            until_day=until_day, made_at=now, about=one_line(about, 200),
            proof=proof[1] if proof else None, proof_name=one_line(proof[0], 255) if proof else "",
        )
        record(customer.organisation, "relation.added", customer, actor, relation_id=made.pk, other_id=other.pk,
               kind=kind)
    return made


def end_relation(relation: Relation, actor: Actor) -> None:
    """It holds until today included, or not at all where it would have begun later."""
    organisation = relation.organisation
    today = clock.local(organisation, clock.now(organisation)).date()
    with transaction.atomic():
        row = Relation.objects.select_for_update().get(pk=relation.pk)
        if row.until_day is not None and row.until_day <= today:
            return
        row.until_day = max(today, row.from_day)
        row.save(update_fields=["until_day"])
        record(organisation, "relation.ended", relation.customer, actor, relation_id=row.pk)
    relation.until_day = row.until_day


def give_consent(
    customer: Customer, purpose: str, source: str, actor: Actor, *, about: str = "", given_at: datetime | None = None
) -> Consent:
    """They agreed. Agreeing twice keeps the first proof."""
    if purpose not in Consent.Purpose.values or source not in Consent.Source.values:
        raise Refusal(_("Choose what they agreed to, and how you know."), field="purpose")
    now = clock.now(customer.organisation)
    if given_at and given_at > now:
        raise Refusal(_("The day is still to come."), field="given_on")
    try:
        with transaction.atomic():
            consent = Consent.objects.create(
                organisation_id=customer.organisation_id, customer=customer, purpose=purpose, source=source,
                about=one_line(about, 300), given_at=given_at or now, recorded_at=now,
            )
            record(customer.organisation, "consent.given", customer, actor, consent_id=consent.pk, purpose=purpose,
                   source=source)
    except IntegrityError:
        return Consent.objects.get(customer=customer, purpose=purpose, withdrawn_at__isnull=True)
    return consent


def withdraw_consent(consent: Consent, actor: Actor) -> None:
    """As easy as giving it (GDPR art. 7(3)): no reason is asked."""
    with transaction.atomic():
        now = clock.now(consent.organisation)
        if not Consent.objects.filter(pk=consent.pk, withdrawn_at__isnull=True).update(withdrawn_at=now):
            return
        record(consent.organisation, "consent.withdrawn", consent.customer, actor, consent_id=consent.pk,
               purpose=consent.purpose)
    consent.withdrawn_at = now


def write_note(customer: Customer, member: Membership, text: str) -> CustomerNote:
    """Among colleagues, about the customer and not about one ticket."""
    words = clean(text)[:5_000]
    if not words:
        raise Refusal(_("The note is empty."), field="text")
    with transaction.atomic():
        note = CustomerNote.objects.create(
            organisation_id=customer.organisation_id, customer=customer, text=words, by_member=member,
            written_at=clock.now(customer.organisation),
        )
        record(customer.organisation, "customer.noted", customer, person(member.user_id), note_id=note.pk)
    return note
