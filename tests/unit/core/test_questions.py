"""Questions worded once: what comes back is what the query set gives, for whatever values, and for whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from sportello.foundation.core.questions import Asked, Question, at_once
from sportello.foundation.tenancy import clock
from sportello.records.tickets.access import tickets_for
from sportello.records.tickets.models import Ticket
from sportello.records.tickets.queries import counts, list_page
from tests.cast import Cast


def test_other_values_in_the_same_words(cast: Cast, django_assert_num_queries: Callable[[int], Any]) -> None:
    first, second = cast.ticket("first"), cast.ticket("second")
    asked: list[int] = []

    def build(number: str) -> Any:
        asked.append(1)
        return Ticket.objects.filter(number=number).select_related("team").annotate(twice=F("version") * 2)

    question: Question[Ticket] = Question(build)
    for ticket in (first, second, first):
        with django_assert_num_queries(1):
            found = question.first(number=ticket.number)
            assert found is not None
            assert (found.pk, found.team.names, found._state.adding) == (ticket.pk, ticket.team.names, False)
        assert found.twice == ticket.version * 2  # type: ignore[attr-defined]  # annotated
    assert asked == [1]
    assert question.rows(number="' OR true --") == []


def test_a_list_is_one_value(cast: Cast) -> None:
    """Long and short ones in the same words, of ids and of texts; an empty one finds nothing."""
    tickets = [cast.ticket(f"list {at}") for at in range(3)]
    asked: list[int] = []

    def build(ids: list[int], subjects: list[str]) -> Any:
        asked.append(1)
        found = Ticket.objects.filter(team__pk__any_of=ids, subject__any_of=subjects)
        return found.order_by("pk").values_list("pk", "subject")

    question: Question[Ticket] = Question(build, planned=True)
    teams = [one.team_id for one in tickets]
    for subjects in (["list 1"], ["list 0", "list 2", "%s"], []):
        wanted = [(one.pk, one.subject) for one in tickets if one.subject in subjects]
        assert question.tuples(ids=teams, subjects=subjects) == wanted
    assert asked == [1]


def test_what_is_made_of_a_value_is_refused(cast: Cast) -> None:
    question: Question[Ticket] = Question(
        lambda now: Ticket.objects.filter(opened_at__lt=now, moved_at__gt=now - timedelta(days=1))
    )
    with pytest.raises(ValueError, match="must be given too"):
        question.rows(now=clock.now(cast.borgo))


def test_rights_are_among_the_words(cast: Cast) -> None:
    """Who loses a right asks another question, though they are the same person."""
    cast.ticket("seen")
    anna = cast.person("Anna")
    assert [row.subject for row in list_page(anna, "all").rows] == ["seen"]
    anna.user.runs_installation = True
    assert list_page(anna, "all").rows == []
    assert set(counts(anna).values()) == {0}
    anna.user.runs_installation = False
    blind = replace(anna, places=(replace(anna.places[0], role="administrator"),))
    assert list_page(blind, "all").rows == []
    assert not tickets_for(blind).exists()


def test_a_row_is_loaded_as_django_loads_it(cast: Cast, django_assert_num_queries: Callable[[int], Any]) -> None:
    cast.ticket("whole")
    part = Ticket.objects.only("subject").get()
    assert part.get_deferred_fields() >= {"number", "version"}
    with django_assert_num_queries(1):
        assert part.number
    part.subject = "other"
    part.save(update_fields=["subject"])
    part.refresh_from_db()
    assert part.subject == "other"


def test_several_answers_by_one_statement(cast: Cast, django_assert_num_queries: Callable[[int], Any]) -> None:
    """The same as each alone; one that could find nothing is not asked."""
    first, second = cast.ticket("first"), cast.ticket("second")
    named: Question[Any] = Question(
        lambda ids: Ticket.objects.extra(where=["id = ANY(%s)"], params=[ids]).order_by("pk").values_list("pk", "subject")
    )
    nobody: Question[Any] = Question(lambda: Ticket.objects.filter(pk__in=[]).values_list("pk"))
    with django_assert_num_queries(1):
        answers = at_once(Asked(named, (), {"ids": [second.pk, first.pk]}), Asked(nobody), Asked(named, (), {"ids": [0]}))
    assert answers == [[(first.pk, "first"), (second.pk, "second")], [], []]
    assert at_once(Asked(nobody)) == [[]]
    assert named.tuples(ids=[second.pk]) == [(second.pk, "second")]


def test_codes_stand_in_the_words_and_nothing_typed_does(cast: Cast) -> None:
    """An index over open tickets serves a plan made for any values."""
    typed = "x' OR true --"
    question: Question[Ticket] = Question(
        lambda word, subject: Ticket.objects.exclude(status=Ticket.Status.CLOSED).filter(channel=word, subject=subject),
        planned=True,
    )
    words = question.words(typed, subject=typed)
    assert words is not None
    sql, values = words
    assert "'closed'" in sql and "OR true" not in sql
    assert values == [typed, typed]
    ticket = cast.ticket("planned")
    for _time in range(2):
        assert [one.pk for one in question.rows(ticket.channel, subject="planned")] == [ticket.pk]
        assert question.rows(typed, subject="100 % '") == []


def test_planned_statements_are_logged_with_their_values(cast: Cast) -> None:
    cast.ticket("told")
    with CaptureQueriesContext(connection) as asked:
        list_page(cast.person("Anna"), "all")
    assert any(f'"organisation_id" = {cast.borgo.pk}' in one["sql"] for one in asked.captured_queries)
    assert not any("$1" in one["sql"] for one in asked.captured_queries)
