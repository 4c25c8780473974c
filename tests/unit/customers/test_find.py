"""Customers found while an operator types."""

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from sportello.foundation.journal import actor
from sportello.records.accounts.people import person_for
from sportello.records.customers.access import customers_for, get_customer
from sportello.records.customers.actions.changing import change_customer
from sportello.records.customers.actions.registering import find_or_add, verify
from sportello.records.customers.models.customer import name_keys
from sportello.records.customers.queries import find
from tests.unit.accounts.people import employ, town, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    """Anna at the desk of a town with a few customers."""
    comune = town()
    anna = user()
    employ(anna, comune)

    def add(name, *identities):
        return find_or_add(comune, name=name, identities=identities, language="it", actor=actor.SYSTEM)

    add("Maria Popescu", ("email", "maria.popescu@example.org"), ("phone", "+39 347 1234567"))
    add("Mària Rossi", ("tax_code", "RSSMRA85T10A562S"), ("phone", "051 203040"))
    add("Paola De Luca", ("external", "ORD-2026-77"))
    add("Luca Verdi", ("pec", "verdi@pec.example"))
    return comune, person_for(anna)


@pytest.mark.parametrize(("typed", "names"), [
    ("mar", ["Maria Popescu", "Mària Rossi"]),
    ("  MARÌA  ", ["Maria Popescu", "Mària Rossi"]),
    ("popescu", ["Maria Popescu"]),
    ("Rossi Mar", ["Mària Rossi"]),
    ("de luca pao", ["Paola De Luca"]),
    ("luca", ["Luca Verdi", "Paola De Luca"]),
    ("maria.pop", ["Maria Popescu"]),
    ("347 12", ["Maria Popescu"]),
    ("0039 347-123.4567", ["Maria Popescu"]),
    ("+39347", ["Maria Popescu"]),
    ("(051) 20 30 40", ["Mària Rossi"]),
    ("rssmra85t10", ["Mària Rossi"]),
    ("RSS MRA 85T10 A562S", ["Mària Rossi"]),
    ("ord-2026", ["Paola De Luca"]),
    ("verdi@", ["Luca Verdi"]),
    ("m", []),
    ("%", []),
    ("nessuno", []),
])
def test_what_is_typed_finds_them(desk, typed, names):
    comune, anna = desk
    assert [row.name for row in find(anna, comune, typed)] == names


def test_two_of_one_name_are_told_apart_by_their_addresses(desk):
    comune, anna = desk
    other = find_or_add(comune, name="Maria Popescu", identities=[("phone", "0598765432")], language="",
                        actor=actor.SYSTEM)
    assert {row.hint for row in find(anna, comune, "maria p")} == {
        "maria.popescu@example.org · +39 347 1234567", "0598765432"}
    assert find(anna, comune, "059 8765432")[0].id == other.pk


def test_what_was_shown_to_be_theirs_stands_first(desk):
    comune, anna = desk
    row = find(anna, comune, "maria p")[0]
    verify(get_customer(anna, "comune", row.id).identities.get(sort="phone"), "by_document", anna.actor)
    assert find(anna, comune, "maria p")[0].hint.startswith("+39 347")


def test_nobody_of_another_organisation_is_found_and_nobody_by_who_does_not_serve(desk):
    comune, anna = desk
    negozio = town("negozio")
    stranger = find_or_add(negozio, name="Maria Altrove", identities=[], language="", actor=actor.SYSTEM)
    elena = user("Elena Riva")
    employ(elena, comune, "administrator")
    assert "Maria Altrove" not in [row.name for row in find(anna, comune, "maria")]
    assert find(anna, negozio, "maria") == []
    assert find(person_for(elena), comune, "maria") == []
    assert customers_for(anna).count() == 4
    with pytest.raises(Http404):
        get_customer(anna, "negozio", stranger.pk)
    with pytest.raises(Http404):
        get_customer(anna, "comune", stranger.pk)


def test_few_queries_and_never_more_than_asked_for(desk):
    comune, anna = desk
    with CaptureQueriesContext(connection) as asked:
        assert len(find(anna, comune, "ma", limit=1)) == 1
    assert len(asked) <= 4


def test_the_start_of_a_name_is_a_range_of_the_index(desk):
    comune, anna = desk
    with CaptureQueriesContext(connection) as asked:
        find(anna, comune, "maria", limit=2)
    by_name = next(query["sql"] for query in asked if "UNION ALL" in query["sql"] and "family_key" in query["sql"])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute("EXPLAIN " + by_name)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "customer_by_name" in plan and "customer_by_family_name" in plan


@pytest.mark.parametrize(("name", "family_first"), [
    ("Maria Popescu", "popescu maria"), ("Paola De Luca", "de luca paola"), ("Cher", "cher"), ("", ""),
    ("Omar El Amrani", "el amrani omar"), ("De Luca", "luca de"), ("Ana dos Santos", "dos santos ana"),
])
def test_the_family_name_comes_first_with_what_belongs_to_it(name, family_first):
    assert name_keys(name)[1] == family_first


def test_a_corrected_name_is_found_by_the_new_one(desk):
    comune, anna = desk
    maria = get_customer(anna, "comune", find(anna, comune, "popescu")[0].id)
    assert change_customer(maria, anna.actor, name="Maria Ionescu", language="ro", sort="person") == [
        "name", "language"]
    assert find(anna, comune, "maria i")[0].id == maria.pk
    assert change_customer(maria, anna.actor, name="Maria Ionescu", language="ro", sort="person") == []
