"""Work lists: what each holds, filters, columns, views kept and shared, many tickets at once."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from django.test import Client

from sportello.faces.desk import keys
from sportello.faces.desk.models import KeyChoice, SavedView
from sportello.foundation.tenancy import clock
from sportello.records.tickets.actions import ending, handling, messages
from sportello.records.tickets.models import Ticket
from sportello.records.tickets.queries import Filters, counts, list_page, neighbours
from sportello.records.tickets.queries.work_lists import day_ends
from tests.cast import Cast


@pytest.fixture
def anna(client: Client, cast: Cast) -> Client:
    client.force_login(cast.users["Anna"])
    return client


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.users[name])
    return client


def held(cast: Cast, name: str, who: str = "Anna", **filters: object) -> list[str]:
    rows = list_page(cast.person(who), name, "opened", filters=Filters(**filters)).rows  # type: ignore[arg-type]  # the test's words
    return sorted(row.subject for row in rows)


def promised(ticket: Ticket, until: object) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(next_promise_at=until)


def test_each_list_holds_what_it_says(cast: Cast) -> None:
    cast.at_noon()
    now, tonight = clock.now(cast.borgo), day_ends(cast.borgo)
    late, today, tomorrow, theirs, done = (cast.ticket(name) for name in ("late", "today", "tomorrow", "theirs", "done"))
    anna = cast.member("Anna")
    handling.take(late, anna)
    handling.wait_for_customer(theirs, by=anna, reason="Ci mandi la ricevuta.")
    handling.take(done, anna)
    ending.close(done, by=anna, outcome="information_given", reason="Detto.")
    promised(late, now - timedelta(minutes=1))
    promised(today, tonight - timedelta(seconds=1))
    promised(tomorrow, tonight)
    promised(theirs, tonight + timedelta(days=3))
    assert held(cast, "mine") == ["late"]
    assert held(cast, "overdue") == ["late"]
    assert held(cast, "due") == ["today"]
    assert held(cast, "customer") == ["theirs"]
    assert held(cast, "waiting") == ["late", "today", "tomorrow"]
    assert held(cast, "unassigned") == ["theirs", "today", "tomorrow"]
    assert held(cast, "all") == ["done", "late", "theirs", "today", "tomorrow"]
    counted = counts(cast.person("Anna"))
    assert {name: len(held(cast, name)) for name in counted} == counted
    assert counts(cast.person("Elena")) == dict.fromkeys(counted, 0), "who sets up has nothing to serve"


def test_counts_are_one_statement_and_stop_at_a_hundred(cast: Cast, django_assert_num_queries: object) -> None:
    person = cast.person("Anna")
    cast.ticket()
    with django_assert_num_queries(1):  # type: ignore[operator]  # the fixture of pytest-django
        counts(person)
    serving = replace(person.places[0], team_ids=frozenset())
    teamless = replace(person, places=(serving,))
    assert counts(teamless)["unassigned"] == 0, "whoever has no team has nothing unassigned, and the database is not asked"


def test_filters_by_owner(cast: Cast) -> None:
    mine, theirs, free = (cast.ticket(name) for name in ("mine", "theirs", "free"))
    handling.take(mine, cast.member("Anna"))
    handling.take(theirs, cast.member("Bruno"))
    assert held(cast, "all", owner="me") == ["mine"]
    assert held(cast, "all", owner="none") == ["free"]
    assert held(cast, "all", owner=str(cast.member("Bruno").pk)) == ["theirs"]
    assert free.owner_id is None


def test_what_one_organisation_has_is_listed_though_another_can_have_nothing(cast: Cast) -> None:
    cast.ticket("to take")
    cast.ticket("order", organisation=cast.bottega, kind="order")
    hugo = cast.person("Hugo")
    serves_two = replace(hugo, places=tuple(
        replace(place, team_ids=frozenset()) if place.organisation == cast.bottega else place for place in hugo.places
    ))  # fmt: skip
    for filters in (Filters(), Filters(owner="none")):
        assert [row.subject for row in list_page(serves_two, "unassigned", filters=filters).rows] == ["to take"]
        further = list_page(serves_two, "unassigned", filters=filters, further=True)
        assert [row.subject for row in further.rows] == ["to take"]


def test_next_and_previous_walk_the_list_as_it_is_shown(cast: Cast) -> None:
    person = cast.person("Hugo")
    for at in range(5):
        cast.ticket(f"n{at}", organisation=cast.bottega if at % 2 else cast.borgo, kind="order" if at % 2 else "information")
    for sort in ("due", "newest", "oldest_waiting", "opened"):
        for filters in (Filters(), Filters(channel="email")):
            shown = list_page(person, "all", sort, filters=filters).rows
            for at, row in enumerate(shown):
                before, after = neighbours(person, "all", sort, filters, Ticket.objects.get(pk=row.id))
                assert before == ((shown[at - 1].slug, shown[at - 1].number) if at else None), (sort, filters, at)
                assert after == (
                    (shown[at + 1].slug, shown[at + 1].number) if at + 1 < len(shown) else None
                ), (sort, filters, at)


def test_a_search_further_back_looks_at_so_many_and_says_where_to_go_on(
    anna: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sportello.records.tickets.queries import lists

    monkeypatch.setattr(lists, "WINDOW", 2)
    monkeypatch.setattr(lists, "FURTHER", 3)
    tickets = [cast.ticket(f"n{number}") for number in range(8)]
    Ticket.objects.filter(pk__in=[tickets[0].pk, tickets[1].pk, tickets[7].pk]).update(priority=4)
    urgent = Filters(priority=4)
    for sort, limit in product(lists.SORTS, (lists.PAGE, 1)):
        after, pages = "", []
        for _ in range(9):
            page = list_page(cast.person("Carla"), "all", sort, after, urgent, limit=limit, further=True)
            pages.append([row.subject for row in page.rows])
            after = page.next
            if not after:
                break
        whole = [row.subject for row in list_page(cast.person("Carla"), "all", sort).rows]
        assert [subject for page in pages for subject in page] == [subject for subject in whole if subject in ("n0", "n1", "n7")], sort
        assert len(pages) == 3 or limit == 1, sort
    for at in range(5):
        cast.ticket(f"b{at}", organisation=cast.bottega, kind="order")
    Ticket.objects.filter(subject__in=("b0", "b3")).update(priority=4)
    wanted = {"n0", "n1", "n7", "b0", "b3"}
    for sort in lists.SORTS:
        both, after = [], ""
        for _ in range(20):
            page = list_page(cast.person("Hugo"), "all", sort, after, urgent, limit=1, further=True)
            both += [row.subject for row in page.rows]
            after = page.next
            if not after:
                break
        whole = [row.subject for row in list_page(cast.person("Hugo"), "all", sort).rows]
        assert both == [subject for subject in whole if subject in wanted], (sort, "of two organisations none is passed over")
    empty = anna.get("/desk/lists/all/?sort=oldest_waiting&channel=phone&further=1").content.decode()
    assert "after=" in empty, "a page that found nothing says where to look on"


def test_a_row_shows_the_columns_that_were_chosen(anna: Client, cast: Cast) -> None:
    cast.ticket()
    plain = anna.get("/desk/lists/all/").content.decode()
    chosen = anna.get("/desk/lists/all/?columns=team&columns=owner").content.decode()
    facts = plain.split('class="row-words">')[1].split("</span></span>")[0]
    assert "Informazione" in facts and "Sportello" not in facts
    facts = chosen.split('class="row-words">')[1].split("<span")[0]
    assert facts.startswith("Sportello · ") and "Informazione" not in facts
    assert "columns=team%2Cowner" in chosen, "the choice goes along to the next page"


def test_a_view_is_kept_shared_with_a_team_and_removed_by_its_maker_only(anna: Client, cast: Cast) -> None:
    front = cast.team("front")
    said = {"list": "all", "words": "sort=opened&channel=phone&columns=team", "name": "Telefonate"}
    answer = anna.post("/desk/views/", {**said, "team": front.pk})
    assert answer["Location"] == "/desk/lists/all/?sort=opened&channel=phone&columns=team"
    anna.post("/desk/views/", {**said, "name": "Solo mia"})
    anna.post("/desk/views/", {**said, "name": "Solo mia", "list": "mine"})
    assert SavedView.objects.get(name="Solo mia").list_name == "mine", "the same name replaces"
    shown = {who: signed_in(cast, who).get("/desk/lists/all/").content.decode() for who in ("Carla", "Bruno", "Anna")}
    assert "Telefonate" in shown["Carla"] and "Telefonate" not in shown["Bruno"]
    assert "Solo mia" in shown["Anna"] and "Solo mia" not in shown["Carla"]
    view = SavedView.objects.get(name="Telefonate")
    assert signed_in(cast, "Carla").post(f"/desk/views/{view.pk}/removal/").status_code == 404
    assert anna.post("/desk/views/", {**said, "team": cast.team("taxes").pk}).status_code == 404, "not a team of hers"
    assert anna.post(f"/desk/views/{view.pk}/removal/").status_code == 302
    assert not SavedView.objects.filter(pk=view.pk).exists()
    assert anna.post("/desk/views/", {**said, "name": "  "}).status_code == 422


def chosen(*tickets: Ticket, **said: object) -> dict[str, object]:
    return {"tickets": [f"{ticket.organisation.slug}/{ticket.number}" for ticket in tickets], "list": "all", **said}


def work_of(page: bytes) -> str:
    found = re.search(r'name="work" value="([^"]+)"', page.decode())
    assert found, page.decode()
    return found[1]


def test_many_are_given_at_once_what_failed_is_said_and_the_rest_is_taken_back(anna: Client, cast: Cast) -> None:
    tickets = [cast.ticket(f"n{at}") for at in range(24)]
    taken, closed, hidden = tickets[0], tickets[1], cast.ticket("reclamo", kind="complaint")
    handling.take(taken, cast.member("Bruno"))
    handling.take(closed, cast.member("Bruno"))
    ending.close(closed, by=cast.member("Bruno"), outcome="information_given", reason="Detto.")
    handling.change_sensitivity(hidden, "team", by=cast.member("Bruno"))
    asked = anna.get("/desk/many/assign/", chosen(*tickets))
    assert asked.status_code == 200 and "24 pratiche" in asked.content.decode()
    page = anna.post("/desk/many/assign/", chosen(*tickets, hidden, member=cast.member("Hugo").pk)).content
    assert b'max="25" value="20"' in page, "the first portion; the page goes on by itself"
    page = anna.post("/desk/many/going-on/", {"work": work_of(page)}).content
    said = page.decode()
    assert "23 di 25 fatte" in said and closed.number in said and hidden.number in said, "each failure by its number"
    assert Ticket.objects.filter(owner=cast.member("Hugo")).count() == 23
    back = anna.post("/desk/many/undoing/", {"work": work_of(page)}).content
    anna.post("/desk/many/going-on/", {"work": work_of(back)})
    taken.refresh_from_db()
    assert taken.owner == cast.member("Bruno"), "to whoever had it"
    assert not Ticket.objects.filter(owner=cast.member("Hugo")).exists()


def test_many_are_moved_ranked_and_closed_each_by_its_own_rights(anna: Client, cast: Cast) -> None:
    one, other = cast.ticket("uno"), cast.ticket("due")
    anna.post("/desk/many/priority/", chosen(one, other, priority=4))
    assert set(Ticket.objects.values_list("priority", flat=True)) == {4}
    page = anna.post("/desk/many/move/", chosen(one, other, team=cast.team("taxes").pk)).content
    assert set(Ticket.objects.values_list("team__slug", flat=True)) == {"taxes"}
    anna.post("/desk/many/undoing/", {"work": work_of(page)})
    assert set(Ticket.objects.values_list("team__slug", flat=True)) == {"front"}
    assert anna.post("/desk/many/close/", chosen(one, outcome="information_given", reason="")).status_code == 422
    page = anna.post("/desk/many/close/", chosen(one, other, outcome="information_given", reason="Detto.")).content
    assert Ticket.objects.filter(status="closed").count() == 2
    assert b'name="work"' not in page, "customers were told: no undoing from here"


def test_what_cannot_be_done_to_many_is_refused(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    assert anna.get("/desk/many/burn/", chosen(ticket)).status_code == 404
    assert anna.post("/desk/many/take/", {"list": "all"}).status_code == 422, "nothing chosen"
    assert anna.post("/desk/many/take/", chosen(*[ticket] * 1, tickets=[f"borgo/{n}" for n in range(201)])).status_code == 422
    assert anna.post("/desk/many/going-on/", {"work": "forged"}).status_code == 422
    page = anna.post("/desk/many/take/", chosen(ticket)).content
    assert signed_in(cast, "Carla").post("/desk/many/undoing/", {"work": work_of(page)}).status_code == 422
    both = signed_in(cast, "Hugo").get(
        "/desk/many/assign/", chosen(ticket, cast.ticket("o", organisation=cast.bottega, kind="order"))
    )
    assert both.status_code == 422, "colleagues of one organisation only"


def test_the_whole_list_is_chosen_without_ticking(anna: Client, cast: Cast) -> None:
    for at in range(45):
        cast.ticket(f"n{at}")
    asked = anna.get("/desk/many/take/", {"list": "unassigned", "whole": "1"})
    assert asked.content.decode().count('name="tickets"') == 45


def test_one_walks_the_list_from_the_ticket_and_comes_back_at_its_end(anna: Client, cast: Cast) -> None:
    one, two = cast.ticket("uno"), cast.ticket("due")
    at = f"/desk/borgo/tickets/{one.number}/"
    assert "beside/next/?list=unassigned" in anna.get(f"{at}?list=unassigned").content.decode()
    there = anna.get(f"{at}beside/next/?list=unassigned&sort=due")["Location"]
    assert there.startswith(f"/desk/borgo/tickets/{two.number}/") and "list=unassigned" in there
    back = anna.get(f"/desk/borgo/tickets/{two.number}/beside/next/?list=unassigned")
    assert back["Location"] == "/desk/lists/unassigned/"
    assert anna.get(f"{at}beside/sideways/").status_code == 404


def test_the_strip_says_channel_news_waiting_and_what_is_not_sent_on_every_device(anna: Client, cast: Cast) -> None:
    one, two = cast.ticket("uno"), cast.ticket("due", channel="webform")
    for ticket in (one, two):
        anna.get(f"/desk/borgo/tickets/{ticket.number}/")
    anna.post(f"/desk/borgo/tickets/{one.number}/drafts/reply/", {"text": "Buong", "to": ""})
    messages.note(two, cast.member("Bruno"), "Guardi qui.")
    elsewhere = signed_in(cast, "Anna").get("/desk/lists/all/").content.decode()
    tabs = [part.split("</li>")[0] for part in elsewhere.split('class="strip-tab"')[1:]]
    assert len(tabs) == 2 and "e-mail" in tabs[0].lower() and "Non ancora inviato" in tabs[0]
    assert 'class="strip-news" hidden' in tabs[0] and 'class="strip-news">' in tabs[1], "Bruno's note is news"
    assert "Non ancora inviato" not in tabs[1] and "strip-since" in tabs[1]
    anna.get(f"/desk/borgo/tickets/{two.number}/")
    assert 'class="strip-news">' not in anna.get("/desk/lists/all/").content.decode()


def test_every_key_of_the_pages_stands_on_the_card_and_each_may_choose_their_own(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    card = {key.keys for _where, rows in keys.groups(cast.person("Anna")) for key in rows}
    for page in ("/desk/lists/all/", f"/desk/borgo/tickets/{ticket.number}/?list=all"):
        drawn = set(re.findall(r'data-(?:panel-)?hotkey="([^"]+)"', anna.get(page).content.decode()))
        assert not drawn - card, f"{page} has keys the card does not name"
    assert anna.post("/desk/keys/", {"key-t": "9", "key-c": "T"}).status_code == 302
    shown = anna.get("/desk/lists/all/").content.decode()
    assert re.search(r'<meta name="keys" data-changed="(t9 ct|ct t9) ">', shown)
    assert KeyChoice.objects.get().changed == {"t": "9", "c": "t"}
    for wrong in ({"key-t": "a"}, {"key-t": "g"}, {"key-t": "?"}):
        assert anna.post("/desk/keys/", wrong).status_code == 422, wrong
    anna.post("/desk/keys/", {"is_off": "on"})
    assert '<meta name="keys" data-off' in anna.get("/desk/lists/all/").content.decode()
    assert "paper-a4" in anna.get("/desk/keys/?paper=1").content.decode()
