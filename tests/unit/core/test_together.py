"""Rows of one transaction written together: in one statement, found by whoever asks, gone when something fails."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from sportello.foundation.core.together import add, add_all, change, is_gathering, is_tried, together, write_now
from sportello.foundation.tenancy import clock
from sportello.records.customers.models import Customer, Identity
from tests.cast import Cast


def customer(cast: Cast, name: str, **columns: Any) -> Customer:
    return Customer(organisation=cast.borgo, name=name, sort_key=name, first_seen_at=clock.now(cast.borgo), **columns)


def identity(of: Customer, value: str) -> Identity:
    return Identity(organisation_id=of.organisation_id, customer=of, sort="email", value=value, shown=value,
                    added_at=of.first_seen_at)  # fmt: skip


def told(asked: CaptureQueriesContext) -> list[str]:
    return [one["sql"] for one in asked.captured_queries]


def test_rows_of_two_tables_leave_in_one_statement_with_the_ids_they_had_at_once(cast: Cast) -> None:
    with transaction.atomic(), together("test"):  # the ids a gathering of this name takes are known from now on
        add(identity(add(customer(cast, "Zero")), "zero@example.org"))
    with CaptureQueriesContext(connection) as asked, transaction.atomic(), together("test"):
        maria = add(customer(cast, "Maria"))
        of_maria = add(identity(maria, "maria@example.org"))
        add_all([identity(maria, "m@example.org"), identity(maria, "mp@example.org")])
        assert maria.pk
        assert of_maria.pk
        assert not maria._state.adding
    _savepoint, ids, written, _release = told(asked)
    assert ids.startswith("SELECT ARRAY(")
    assert written.count("INSERT INTO") == 2 + 1  # with and without an id
    assert list(Identity.objects.filter(customer=maria).order_by("value").values_list("value", flat=True)) == [
        "m@example.org", "maria@example.org", "mp@example.org",
    ]  # fmt: skip


def test_columns_come_back_as_djangos_own_save_writes_them(cast: Cast) -> None:
    """Every concrete column: texts with quotes and percent signs, dates, nulls, defaults."""
    given = {"needs": "100% d'accordo; \\ \"così\"", "language": "it", "addressed_as": "Dott.ssa %s"}
    with transaction.atomic(), together("test"):
        mine = add(customer(cast, "O'Neill", **given))
    djangos = customer(cast, "O'Neill", **given)
    djangos.save()
    left, right = (
        Customer.objects.filter(pk=one.pk).values().get() for one in (mine, djangos)
    )  # fmt: skip
    for name in ("id", "first_seen_at", "sort_key", "family_key"):  # the model's own save makes the keys
        left.pop(name), right.pop(name)
    assert left == right


def test_who_asks_while_rows_wait_finds_them(cast: Cast) -> None:
    with transaction.atomic(), together("test"):
        maria = add(customer(cast, "Maria"))
        add_all([identity(maria, "maria@example.org")])
        assert Identity.objects.get(value="maria@example.org").customer == maria
        add_all([identity(maria, "m@example.org")])
        assert Identity.objects.filter(customer=maria).update(shown="x") == 2


def test_a_row_that_waits_leaves_as_it_is_by_then_and_a_written_one_is_changed(cast: Cast) -> None:
    with transaction.atomic(), together("test"):
        maria = add(customer(cast, "Maria"))
        maria.name = "Maria Popescu"
        change(maria, ["name"])
        write_now()
        maria.language = "ro"
        change(maria, ["language"])
        maria.needs = "piano"
        change(maria, ["needs"])  # other columns of the same row: never both in one statement
        omar = add(customer(cast, "Omar"))
        omar.born_on = None
        change(omar, ["born_on"])
    maria.refresh_from_db()
    assert (maria.name, maria.language, maria.needs) == ("Maria Popescu", "ro", "piano")
    assert Customer.objects.filter(name="Omar").count() == 1


def test_many_changed_rows_are_one_statement(cast: Cast) -> None:
    people = [customer(cast, name) for name in ("A", "B", "C")]
    for one in people:
        one.save()
    with CaptureQueriesContext(connection) as asked, transaction.atomic(), together("test"):
        for one in people:
            one.erased_at = one.first_seen_at if one.name == "B" else None
            one.language = one.name.lower()
            change(one, ["erased_at", "language"])
    assert sum(sql.startswith("UPDATE") for sql in told(asked)) == 1
    found = Customer.objects.filter(pk__in=[one.pk for one in people]).order_by("name")
    assert [(one.language, bool(one.erased_at)) for one in found] == [("a", False), ("b", True), ("c", False)]


def test_what_comes_after_a_savepoint_goes_with_it_and_what_came_before_stays(cast: Cast) -> None:
    with transaction.atomic(), together("test"):
        add(customer(cast, "before"))
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            add(customer(cast, "within"))
            _ = 1 / 0
        add(customer(cast, "after"))
    names = Customer.objects.filter(name__in=["before", "within", "after"]).values_list("name", flat=True)
    assert sorted(names) == ["after", "before"]


def test_an_exception_leaves_nothing_and_the_next_starts_clean(cast: Cast) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic(), together("test"):
        add(customer(cast, "nobody"))
        _ = 1 / 0
    assert not is_gathering()
    assert not Customer.objects.filter(name="nobody").exists()
    with transaction.atomic(), together("test"):
        add(customer(cast, "somebody"))
    assert Customer.objects.filter(name="somebody").exists()


def test_a_broken_rule_shows_when_it_is_written(cast: Cast) -> None:
    maria = customer(cast, "Maria")
    maria.save()
    identity(maria, "maria@example.org").save()
    with pytest.raises(IntegrityError), transaction.atomic(), together("test", tried=True):
        assert is_tried()
        add(identity(maria, "maria@example.org"))
    with transaction.atomic(), together("test"):
        assert not is_tried()
        add_all([identity(maria, "maria@example.org"), identity(maria, "m@example.org")], unless_there=True)
    assert Identity.objects.filter(customer=maria).count() == 2


def test_outside_everything_is_written_at_once(cast: Cast) -> None:
    maria = customer(cast, "Maria")
    assert add(maria).pk
    add_all([identity(maria, "maria@example.org")])
    maria.language = "ro"
    change(maria, ["language"])
    assert Identity.objects.filter(customer=maria, customer__language="ro").count() == 1


@pytest.mark.django_db(transaction=True)
def test_rows_are_gathered_in_a_transaction_only() -> None:
    with pytest.raises(RuntimeError, match="transaction"), together("test"):
        pass
