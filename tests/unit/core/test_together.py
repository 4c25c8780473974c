"""Rows of one transaction written together: in one statement, found by whoever asks, gone when something fails."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from sportello.foundation.core.together import (
    _array,
    add,
    add_all,
    change,
    drawing,
    is_gathering,
    is_tried,
    together,
    write_now,
)
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


def test_ids_are_drawn_by_a_statement_that_is_on_its_way_anyway(cast: Cast) -> None:
    """Those that were needed the last time under the same name; nothing where none are known, or some are drawn."""

    def written() -> tuple[Customer, list[str]]:
        with CaptureQueriesContext(connection) as asked, transaction.atomic(), together("drawn on the way"):
            ids = drawing()
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT 7, {ids.sql}", ids.values)
                ids.take(cursor.fetchone()[1])
            one = add(customer(cast, "Rosa"))
            assert drawing().sql == "NULL"
        return one, [said["sql"] for said in asked.captured_queries if "nextval" in said["sql"]]

    first, drawn_alone = written()
    second, drawn_beside = written()
    assert (len(drawn_alone), len(drawn_beside)) == (1, 1)
    assert not drawn_alone[0].startswith("SELECT 7") and drawn_beside[0].startswith("SELECT 7")
    assert second.pk == first.pk + 1 and Customer.objects.get(pk=second.pk).name == "Rosa"
    assert drawing().sql == "NULL", "nobody gathers"


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


@pytest.mark.parametrize(
    ("sort", "values"),
    [
        ("text", ["", "NULL", "{a,b}", 'say "no"', "C:\\temp\\", "two\nlines", " leading", None, "😀 100%s"]),
        ("bigint", [0, -1, 2**62, None]),
        ("boolean", [True, False, None]),
        ("timestamptz", [datetime(2026, 3, 29, 1, 59, 59, 999_999, UTC), None]),
        ("date", [date(1, 1, 1), date(2026, 11, 2)]),
        ("bytea", [b"", b"\x00\xff'\\\"", None]),
        ("numeric", [Decimal("12.50"), Decimal("-0.001")]),
        ("interval", [timedelta(days=3, seconds=1), None]),
        ("double precision", [0.1, -1e300]),
        ("jsonb", ['{"a": "\\"b\\" \\\\ {c}"}', "[]", None]),
    ],
)
def test_values_travel_in_arrays_as_they_are(db: None, sort: str, values: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT one FROM unnest(%s::{sort}[]) AS one", [_array(values)])
        came = [value for (value,) in cursor.fetchall()]
    expected = [json.loads(one) if one else one for one in values] if sort == "jsonb" else values
    found = [json.loads(one) if isinstance(one, str) else one for one in came] if sort == "jsonb" else came
    assert [bytes(one) if isinstance(one, memoryview) else one for one in found] == expected


def test_lists_and_choices_travel_too(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT one::text[] FROM unnest(%s::text[]) AS one", [_array([["a", 'b "c"'], []])])
        assert [value for (value,) in cursor.fetchall()] == [["a", 'b "c"'], []]
    assert _array([Identity.Sort.EMAIL]) == '{"email"}'


def plans() -> tuple[int, int]:
    """How often what leaves was run by a plan for any values, and by one made for these."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE(sum(generic_plans), 0), COALESCE(sum(custom_plans), 0) FROM pg_prepared_statements"
            " WHERE statement LIKE '%customers_identity%'"
        )
        generic, custom = cursor.fetchone()
    return int(generic), int(custom)


def test_the_database_plans_what_leaves_once(cast: Cast) -> None:
    """However many rows: the statement is the same, and its plan looks at no value."""

    def some(count: int) -> None:
        with transaction.atomic(), together("test"):
            for number in range(count):
                add(identity(add(customer(cast, f"Persona {count}")), f"p{count}.{number}@example.org"))

    some(4)  # what a test before this one undid has its plans thrown away here
    generic, custom = plans()
    for count in (1, 3, 2):
        some(count)
    assert plans() == (generic + 3, custom)


def test_what_is_too_long_is_refused_and_not_cut(cast: Cast) -> None:
    with pytest.raises(DataError), transaction.atomic(), together("test"):
        add(customer(cast, "M" * 1_000))
    assert not Customer.objects.filter(name__startswith="MMM").exists()


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
