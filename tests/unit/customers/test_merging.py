"""Two records of one person: proposed, joined, parted; and each keeps what it came with."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from sportello.foundation.core.errors import Refusal
from sportello.foundation.journal import actor
from sportello.foundation.journal.models import Event
from sportello.records.customers.actions.card import prefer
from sportello.records.customers.actions.changing import change_customer
from sportello.records.customers.actions.merging import merge, tell_apart, undo
from sportello.records.customers.actions.registering import add_identity, find_or_add
from sportello.records.customers.duplicates import MOST, SHARED_BY, alike, propose
from sportello.records.customers.models import Customer, Identity, Merge, Proposal
from sportello.records.customers.queries import by_identity, identities_of, together
from tests.unit.accounts.people import employ, town, user
from tests.waiting import LIMIT


@pytest.fixture
def comune(db):
    return town()


@pytest.fixture
def anna(comune):
    return employ(user(), comune)


def add(organisation, name, *identities, born_on=None):
    customer = find_or_add(organisation, name=name, identities=identities, language="it", actor=actor.SYSTEM)
    if born_on:
        change_customer(customer, actor.SYSTEM, name=name, language="it", sort="person", born_on=born_on)
    return Customer.objects.select_related("organisation").get(pk=customer.pk)


def signs(customer):
    return [(one.customer.name, one.signs) for one in alike(customer)]


def test_merging_rewrites_nothing_and_undoing_gives_everything_back(comune, anna):
    kept = add(comune, "Maria Popescu", ("email", "maria@example.org"))
    gone = add(comune, "M. Popescu", ("email", "mp@lavoro.example"), ("phone", "051 203040"))
    prefer(Identity.objects.get(value="maria@example.org"), actor.SYSTEM)
    prefer(Identity.objects.get(value="mp@lavoro.example"), actor.SYSTEM)
    before = list(Identity.objects.order_by("pk").values_list("pk", "customer_id", "value"))
    made = merge(kept, gone, anna, why="Stessa persona")
    assert list(Identity.objects.order_by("pk").values_list("pk", "customer_id", "value")) == before
    assert [one.value for one in identities_of(kept)] == ["maria@example.org", "mp@lavoro.example", "+39051203040"]
    assert by_identity(comune, "email", "mp@lavoro.example") == kept
    assert Identity.objects.filter(preferred=True).get().value == "maria@example.org"
    undo(made, anna)
    undo(made, anna)
    assert by_identity(comune, "email", "mp@lavoro.example") == gone
    assert [one.value for one in identities_of(kept)] == ["maria@example.org"]
    verbs = [verb for verb in Event.objects.order_by("id").values_list("verb", flat=True) if "customer." in verb]
    assert verbs[-2:] == ["customer.merged", "customer.parted"]


def test_a_chain_of_merges_is_one_customer_and_comes_apart_in_any_order(comune, anna):
    one, two, three = (add(comune, f"Maria {word}") for word in ("Uno", "Due", "Tre"))
    first = merge(two, three, anna)
    merge(one, two, anna)
    assert set(together(one)) == {one.pk, two.pk, three.pk}
    undo(first, anna)
    assert set(together(one)) == {one.pk, two.pk} and together(three) == [three.pk]


def test_what_cannot_be_merged_is_said(comune, anna):
    one, two = add(comune, "Maria Uno"), add(comune, "Maria Due")
    merge(one, two, anna)
    for kept, gone in ((one, two), (two, one), (one, one)):
        with pytest.raises(Refusal):
            merge(Customer.objects.get(pk=kept.pk), Customer.objects.get(pk=gone.pk), anna)
    elsewhere = add(town("negozio"), "Maria Tre")
    with pytest.raises(ValueError):
        merge(one, elsewhere, anna)
    with pytest.raises(IntegrityError), transaction.atomic():
        Merge.objects.create(organisation=comune, kept=one, merged=elsewhere, merged_at=one.first_seen_at, by_member=anna)
        connection.check_constraints()


@pytest.mark.parametrize(("first", "second", "expected"), [
    ((("phone", "051 203040"),), (("phone", "+39 051203040"),), ["phone", "name_turned"]),
    ((("address", "V.le Marconi n. 5, 40122 Bologna"),), (("address", "viale marconi 5 40122 bologna"),), None),
    ((("external", "ORD-77"),), (("external", "ord-77"),), ["external", "name_turned"]),
    ((), (), None),
])
def test_signs_add_up(comune, first, second, expected):
    add(comune, "Maria Popescu", *first)
    newer = add(comune, "Popescu Maria", *second)
    found = signs(newer)
    assert found == ([("Maria Popescu", expected)] if expected else [])


def test_same_house_and_name_is_proposed_father_and_son_are_not(comune):
    from datetime import date

    home = ("address", "Via Roma 1, 40100 Bologna")
    father = add(comune, "Mario Rossi", home, born_on=date(1950, 1, 1))
    again = add(comune, "Mario Rossi", home)
    assert signs(again) == [("Mario Rossi", ["name", "address"])]
    change_customer(again, actor.SYSTEM, name="Mario Rossi", language="it", sort="person", born_on=date(1985, 5, 5))
    assert signs(Customer.objects.get(pk=again.pk)) == []
    change_customer(again, actor.SYSTEM, name="Mario Rossi", language="it", sort="person", born_on=date(1950, 1, 1))
    assert [one.customer.pk for one in alike(Customer.objects.get(pk=again.pk))] == [father.pk]


def test_omocodia_is_one_person(comune):
    from stdnum.it.codicefiscale import calc_check_digit

    twin = "RSSMRA85T10A56N"
    add(comune, "Mario Rossi", ("tax_code", "RSSMRA85T10A562S"))
    assert signs(add(comune, "Rossi M.", ("tax_code", twin + calc_check_digit(twin)))) == [("Mario Rossi", ["tax_code"])]


def test_a_switchboard_says_nothing(comune):
    for turn in range(SHARED_BY + 2):
        add(comune, f"Persona Numero{turn}", ("phone", "051 203040"))
    assert alike(add(comune, "Numero3 Persona", ("phone", "051 203040"))) == []


def test_few_queries_however_many_there_are(comune):
    orders = [("external", f"ORD-{turn}") for turn in range(30)]
    newest = add(comune, "Mario Rossi", *orders)
    for turn in range(MOST + 5):
        Customer.objects.create(organisation=comune, name="Mario Rossi", first_seen_at=newest.first_seen_at)
        Identity.objects.create(organisation=comune, customer=Customer.objects.latest("pk"), sort="external",
                                value=f"ord-{turn + 5}", shown="x", added_at=newest.first_seen_at)
    with CaptureQueriesContext(connection) as asked:
        found = alike(newest)
    assert len(asked) <= 15 and 0 < len(found) <= MOST


def test_a_pair_told_apart_is_not_proposed_again(comune, anna):
    one = add(comune, "Maria Popescu", ("phone", "051 203040"))
    other = add(comune, "Popescu Maria", ("phone", "051 203040"))
    assert propose(other) == 1 and propose(one) == 1
    pair = Proposal.objects.get()
    assert (pair.one_id, pair.other_id, pair.weight) == (one.pk, other.pk, 55)
    tell_apart(other, one, anna)
    assert propose(other) == 0 and Proposal.objects.get().settled == "different"


def test_a_merge_settles_the_pair_and_parting_says_they_are_two(comune, anna):
    one = add(comune, "Maria Popescu", ("phone", "051 203040"))
    other = add(comune, "Popescu Maria", ("phone", "051 203040"))
    propose(other)
    made = merge(one, other, anna)
    assert Proposal.objects.get().settled == "merged"
    undo(made, anna)
    assert Proposal.objects.get().settled == "different"


def test_a_number_added_later_makes_the_pair(comune):
    one = add(comune, "Maria Popescu", ("phone", "051 203040"))
    other = add(comune, "Popescu Maria")
    assert alike(other) == []
    add_identity(other, "phone", "051/203040", actor.SYSTEM)
    assert [found.customer for found in alike(other)] == [one]


@pytest.mark.django_db(transaction=True)
def test_two_who_merge_one_pair_both_ways_make_one_merge():
    comune = town()
    anna = employ(user(), comune)
    one, two = add(comune, "Maria Uno"), add(comune, "Maria Due")
    start, refused, done = threading.Barrier(2), [], []

    def press(kept, gone):
        try:
            start.wait(LIMIT)
            done.append(merge(Customer.objects.get(pk=kept.pk), Customer.objects.get(pk=gone.pk), anna))
        except Refusal as refusal:
            refused.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=pair) for pair in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
    assert (len(done), len(refused), Merge.objects.count()) == (1, 1, 1)
