"""Customers come in by their addresses."""

import threading

import pytest
from django.db import connection

from sportello.foundation.core.errors import Refusal
from sportello.foundation.journal import actor
from sportello.foundation.journal.models import Event
from sportello.foundation.tenancy.models import Organisation
from sportello.records.customers.actions.registering import (
    add_identity,
    find_or_add,
    mark_undeliverable,
    verify,
)
from sportello.records.customers.models import Customer, Identity
from sportello.records.customers.queries import by_identity, identities_of
from tests.unit.accounts.people import town
from tests.waiting import LIMIT

MARIA = ("email", "Maria.Popescu@Example.org")
TAX_CODE = "RSSMRA85T10A562S"


def add(organisation, name="Maria Popescu", identities=(MARIA,), language="it"):
    return find_or_add(organisation, name=name, identities=identities, language=language, actor=actor.MACHINE)


def verbs():
    organisation = Organisation.objects.get()
    return list(Event.objects.filter(organisation_id=organisation.pk).order_by("id").values_list("verb", flat=True))


@pytest.mark.django_db
def test_maria_writes_twice_in_two_spellings_and_is_one_customer():
    comune = town()
    first = add(comune)
    again = add(comune, identities=[("email", " maria.popescu@EXAMPLE.org "), ("phone", "051 203040")])
    assert again == first
    assert first.sort_key == "maria popescu"
    assert [(one.sort, one.value, one.verified) for one in identities_of(first)] == [
        ("email", "maria.popescu@example.org", ""), ("phone", "+39051203040", "")]
    assert verbs() == ["customer.added", "identity.added"]


@pytest.mark.django_db
def test_the_same_address_in_another_organisation_is_another_customer():
    assert add(town("comune")) != add(town("negozio"))


@pytest.mark.django_db
def test_a_family_shares_a_phone_but_not_a_person():
    comune = town()
    home = [("phone", "051 203040")]
    maria, ion = add(comune, identities=home), add(comune, "Ion Popescu", home)
    assert maria != ion
    assert add(comune, "  MARIA popescu", [("phone", "+39 051203040")]) == maria


@pytest.mark.django_db
def test_without_an_address_everyone_is_new_and_impossible_addresses_are_left_out():
    comune = town()
    first = add(comune, identities=[("email", "not an address"), ("phone", "boh"), ("nonsense", "x")])
    assert not first.identities.exists()
    assert add(comune, identities=[]) != first


@pytest.mark.django_db
def test_an_address_of_another_customer_stays_theirs():
    comune = town()
    maria = add(comune)
    rossi = add(comune, "Mario Rossi", [("tax_code", TAX_CODE), MARIA])
    # the first given that somebody has decides: the tax code is nobody's yet, the address is Maria's
    assert rossi == maria
    ion = add(comune, "Ion", [("email", "ion@example.org")])
    assert add(comune, "Ion", [("email", "ion@example.org"), MARIA]) == ion
    assert by_identity(comune, *MARIA) == maria


@pytest.mark.django_db
def test_a_name_known_only_as_an_address_is_completed_and_never_replaced():
    comune = town()
    first = add(comune, name="", language="")
    assert first.name == "Maria.Popescu@Example.org"
    assert add(comune, language="ro").name == "Maria Popescu"
    known = add(comune, name="Somebody Else", language="en")
    known.refresh_from_db()
    assert (known.name, known.language, known.sort_key) == ("Maria Popescu", "ro", "maria popescu")
    assert verbs() == ["customer.added", "customer.changed"]


@pytest.mark.django_db
def test_who_was_merged_is_found_as_who_they_were_merged_into():
    comune = town()
    old, kept = add(comune), add(comune, identities=[("email", "maria@lavoro.example")])
    old.merged_into = kept
    old.save()
    assert add(comune) == kept
    assert by_identity(comune, *MARIA) == kept


@pytest.mark.django_db
def test_an_operator_adds_an_address():
    comune = town()
    maria, ion = add(comune), add(comune, "Ion", [("email", "ion@example.org")])
    assert add_identity(maria, "tax_code", TAX_CODE.lower(), actor.person(1)).value == TAX_CODE
    assert add_identity(maria, "tax_code", TAX_CODE, actor.person(1)).customer == maria
    for sort, value in [("tax_code", "RSSMRA85T10A562X"), ("email", "ion@example.org")]:
        with pytest.raises(Refusal) as refused:
            add_identity(maria, sort, value, actor.person(1))
        assert refused.value.field == "value" and value in refused.value.sentence
    assert ion.identities.count() == 1


@pytest.mark.django_db
def test_a_proof_is_kept_and_a_weaker_one_does_not_replace_it():
    identity = add(town()).identities.get()
    verify(identity, "by_code", actor.MACHINE)
    at = identity.verified_at
    verify(Identity.objects.get(pk=identity.pk), "by_reply", actor.MACHINE)
    identity.refresh_from_db()
    assert (identity.verified, identity.verified_at) == ("by_code", at)
    verify(identity, "by_document", actor.person(1))
    assert identity.verified == "by_document"
    with pytest.raises(ValueError):
        verify(identity, "", actor.person(1))
    assert verbs().count("identity.verified") == 2


@pytest.mark.django_db
def test_a_dead_address_is_marked_once():
    identity = add(town()).identities.get()
    mark_undeliverable(identity, actor.MACHINE)
    first = identity.undeliverable_at
    mark_undeliverable(identity, actor.MACHINE)
    assert Identity.objects.get().undeliverable_at == first
    assert verbs().count("identity.undeliverable") == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("identities", [
    [MARIA, ("tax_code", TAX_CODE)],
    [("phone", "051 203040")],
])
def test_eight_messages_at_once_make_one_customer(identities):
    comune = town()
    start, found, failures = threading.Barrier(8), [], []

    def arrive(turn):
        try:
            start.wait(LIMIT)
            # half of them bring the addresses in the other order: waiting must never become a deadlock
            found.append(add(comune, identities=identities if turn % 2 else identities[::-1]).pk)
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=arrive, args=(turn,)) for turn in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
    assert failures == []
    assert len(found) == 8 and len(set(found)) == 1
    assert Customer.objects.count() == 1
    assert Identity.objects.count() == len(identities)
    assert verbs() == ["customer.added"]
