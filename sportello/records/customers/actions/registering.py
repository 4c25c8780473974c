"""Customers and their addresses come in. Fifty messages of one stranger at once make one customer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from sportello.foundation.core import together
from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import fold, one_line
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import Actor
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation

from ..identities import normal
from ..models import Customer, Identity
from ..models.customer import name_keys
from ..queries import surviving

#: Sort and value as given, `("email", "Maria@Example.org")`.
Given = tuple[str, str]
#: A value as given, by sort and normal form.
_Known = dict[Given, str]

_ATTEMPTS = 5
#: Shared by families and colleagues: they know somebody only together with the name.
_WITH_NAME = ("phone", "external", "vat")
#: How sure each way of verifying is.
_SURENESS = {"": 0, "by_reply": 1, "by_code": 2, "by_document": 3}


def find_or_add(
    organisation: Organisation, *, name: str, identities: Iterable[Given], language: str, actor: Actor,
    at: datetime | None = None, is_stranger: bool = False,
) -> Customer:
    """The customer these addresses belong to, else a new one; either way with all addresses they may have.

    The first given e-mail, PEC, tax code or messaging name that somebody has decides; a phone or reference does
    only together with the same name. Addresses that cannot be one are left out, those of another customer stay
    theirs (an operator may merge). All is unverified: it is what a stranger wrote. `is_stranger`: the caller has
    just looked for them in vain.
    """
    known = _normal_forms(identities)
    shown_name = one_line(name, 200)
    instant = at or clock.now(organisation)
    for attempt in range(_ATTEMPTS):
        # no savepoint of its own: nothing in it fails but what has one
        with transaction.atomic(savepoint=False):
            _one_at_a_time(organisation, known)
            found = None if is_stranger and attempt == 0 else _find(organisation, shown_name, known)
            if found is not None:
                _complete(found, shown_name, known, language, actor, instant)
                return found
            if together.is_tried():  # who lost the race is told at the end, and does it again by itself
                return _add(organisation, shown_name, known, language, actor, instant)
            try:
                # somebody else may add the same address at this moment: the constraint lets one through,
                # the other waits for it and looks again
                with transaction.atomic():
                    added = _add(organisation, shown_name, known, language, actor, instant)
                    together.write_now()
                    return added
            except IntegrityError:
                continue
    raise RuntimeError("a customer's address keeps being added and taken away")


def add_identity(
    customer: Customer, sort: str, value: str, actor: Actor, *, at: datetime | None = None
) -> Identity:
    """Give a customer one more address or number; the one they have, when they have it already.

    Raises Refusal (field `value`) when it cannot be one, or is another customer's.
    """
    form = normal(sort, value) if sort in Identity.Sort.values else ""
    if not form:
        raise Refusal(_("“%(value)s” is not complete or has a typing mistake. Check it and write it again.")
                      % {"value": one_line(value, 60)}, field="value")
    instant = at or clock.now(customer.organisation)
    with transaction.atomic():
        identity = _insert(customer, sort, form, value, actor, instant)
    if identity is None:
        identity = Identity.objects.filter(customer=customer, sort=sort, value=form).first()
    if identity is None:
        sentence = _("“%(value)s” belongs to another customer. Open that customer, or ask which is right.")
        raise Refusal(sentence % {"value": one_line(value, 60)}, field="value")
    return identity


def verify(identity: Identity, how: str, actor: Actor, *, at: datetime | None = None) -> None:
    """An address was shown to be theirs: `how` is by_reply, by_code or by_document. A surer proof stays."""
    if not _SURENESS.get(how):
        raise ValueError(f"{how!r} is no way of verifying")
    weaker = [known for known, sureness in _SURENESS.items() if sureness < _SURENESS[how]]
    instant = at or clock.now(identity.organisation)
    with transaction.atomic(savepoint=not together.is_gathering()):
        less_sure = Identity.objects.filter(pk=identity.pk, verified__in=weaker)
        if not less_sure.update(verified=how, verified_at=instant):
            return
        record(identity.organisation, "identity.verified", identity.customer, actor, at=instant,
               identity_id=identity.pk, how=how)
    identity.verified, identity.verified_at = how, instant


def mark_undeliverable(identity: Identity, actor: Actor, *, at: datetime | None = None) -> None:
    """Letters to it come back for good: operators are told, nothing is written to it any more."""
    instant = at or clock.now(identity.organisation)
    with transaction.atomic():
        still_good = Identity.objects.filter(pk=identity.pk, undeliverable_at__isnull=True)
        if not still_good.update(undeliverable_at=instant):
            return
        record(identity.organisation, "identity.undeliverable", identity.customer, actor, at=instant,
               identity_id=identity.pk)
    identity.undeliverable_at = instant


def _normal_forms(identities: Iterable[Given]) -> _Known:
    known: _Known = {}
    for sort, value in identities:
        form = normal(sort, value) if sort in Identity.Sort.values else ""
        if form:
            known.setdefault((sort, form), one_line(value, 320))
    return known


def _one_at_a_time(organisation: Organisation, known: _Known) -> None:
    """Shared numbers have no constraint to decide a race: whoever comes with one waits for the other."""
    for sort, form in sorted(known):
        if sort in _WITH_NAME:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
                               [f"identity {organisation.pk} {sort} {form}"])


def _find(organisation: Organisation, name: str, known: _Known) -> Customer | None:
    values = [form for _sort, form in known]
    if not Identity.objects.filter(organisation=organisation, value__in=values).exists():
        return None  # most who write have never written
    rows = (Identity.objects.filter(organisation=organisation, value__in=values)
            .select_related("organisation", "customer__organisation", "customer__merged_into__organisation")
            .order_by("added_at", "pk"))
    holders: dict[Given, list[Customer]] = {}
    for row in rows:
        holders.setdefault((row.sort, row.value), []).append(surviving(row.customer))
    for key in known:
        if key[0] in Identity.EXCLUSIVE and key in holders:
            return holders[key][0]
    same_name = fold(name)
    for key in known:
        if key[0] in _WITH_NAME and same_name:
            for customer in holders.get(key, []):
                if customer.sort_key == same_name:
                    return customer
    return None


def _add(
    organisation: Organisation, name: str, known: _Known, language: str, actor: Actor, instant: datetime
) -> Customer:
    customer = Customer(organisation=organisation, name=(name or next(iter(known.values()), ""))[:200],
                        language=language[:10], first_seen_at=instant)
    customer.sort_key, customer.family_key = name_keys(customer.name)
    together.add(customer)
    # always in one order: two who bring the same addresses wait for each other, never both at once
    made: dict[Given, Identity] = {}
    for sort, form in sorted(known):
        made[sort, form] = _row(customer, sort, form, known[sort, form], instant)
    first = next(iter(known), None)
    record(organisation, "customer.added", customer, actor, at=instant,
           **({"identity_id": made[first].pk, "sort": first[0]} if first else {}))
    return customer


def _complete(
    customer: Customer, name: str, known: _Known, language: str, actor: Actor, instant: datetime
) -> None:
    """What is known more now than before; nothing that was known is replaced."""
    have = set(Identity.objects.filter(customer=customer).values_list("sort", "value"))
    for sort, form in sorted(set(known) - have):
        _insert(customer, sort, form, known[sort, form], actor, instant)
    fields: list[str] = []
    if language and not customer.language:
        customer.language = language[:10]
        fields.append("language")
    if name and "@" not in name and (not customer.name or "@" in customer.name):
        customer.name = name
        fields.append("name")
    if fields:
        extra = ["sort_key", "family_key"] if "name" in fields else []
        customer.save(update_fields=[*fields, *extra])
        record(customer.organisation, "customer.changed", customer, actor, at=instant, fields=fields)


def _insert(
    customer: Customer, sort: str, form: str, shown: str, actor: Actor, instant: datetime
) -> Identity | None:
    """A new row with its event; None when the value is taken, by them or by another."""
    try:
        with transaction.atomic():
            identity = _row(customer, sort, form, shown, instant)
            together.write_now()
    except IntegrityError:
        return None
    record(customer.organisation, "identity.added", customer, actor, at=instant,
           identity_id=identity.pk, sort=sort)
    return identity


def _row(customer: Customer, sort: str, form: str, shown: str, instant: datetime) -> Identity:
    return together.add(Identity(organisation_id=customer.organisation_id, customer=customer, sort=sort,
                                 value=form, shown=one_line(shown, 320), added_at=instant))
