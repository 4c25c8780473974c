"""Finding anything while one types: one line a ticket, the words around it, filters, kept searches, nothing that is not
one's own to see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from sportello.faces.desk import found as finding
from sportello.faces.desk.excerpts import around
from sportello.faces.desk.models import KeptSearch
from sportello.foundation.files.actions import keep
from sportello.foundation.journal import actor
from sportello.foundation.tenancy import clock
from sportello.records.customers.models import Identity
from sportello.records.tickets import search as searching
from sportello.records.tickets.actions import ending, handling, messages
from sportello.records.tickets.models import SearchRow, Ticket
from sportello.records.tickets.search import query_text, search
from sportello.records.tickets.words import File, Words
from tests.cast import Cast
from tests.flows.test_desk import HTMX, signed_in, text


@pytest.fixture
def anna(client: Client, cast: Cast) -> Client:
    client.force_login(cast.users["Anna"])
    return client


def found(client: Client, typed: str, **filters: object) -> str:
    return text(client.get("/desk/search/", {"q": typed, **filters}, **HTMX))


def says(ticket: Ticket, words: str, *files: File) -> None:
    said = Words(text=words, sender_name="Maria Popescu", sender_address="maria@example.org", language="it", files=files)
    messages.receive(ticket, said, channel="email", customer=ticket.customer, actor=actor.customer(ticket.customer_id))


def test_a_long_ticket_is_one_line_and_does_not_push_the_others_away(cast: Cast) -> None:
    """More entries than the first look reads, all newer than the other tickets'."""
    others = [cast.ticket(f"Lampione numero {n}", text="Il lampione è spento.") for n in range(3)]
    long = cast.ticket("Lampione eterno", text="Il lampione lampeggia.")
    for n in range(40):
        says(long, f"Il lampione, ancora: {n}")
    rows = search(cast.person("Anna"), "lampione", limit=5).rows
    assert [ticket_id for _entry, ticket_id in rows] == [long.pk, *[one.pk for one in reversed(others)]]
    assert len({ticket_id for _entry, ticket_id in rows}) == len(rows)


def narrow(monkeypatch: pytest.MonkeyPatch, **sizes: float) -> None:
    """Windows of a few rows, and an organisation said to have `rows` of which this house is `share`."""
    rows, share = sizes.pop("rows", 100.0), sizes.pop("share", 1.0)
    for name, value in sizes.items():
        monkeypatch.setattr(searching, name, value)
    monkeypatch.setattr(searching, "_size", lambda _pk: searching._Size(rows, share))
    monkeypatch.setattr(searching, "_widths", lambda *_asked: (searching.WINDOW,))


def found_by(cast: Cast, typed: str, limit: int = 25) -> list[int]:
    return [ticket_id for _entry, ticket_id in search(cast.person("Anna"), typed, limit=limit).rows]


@pytest.mark.parametrize("few", [0, 3, 100], ids=["further and further back", "some read in vain", "by the index of words"])
def test_beyond_the_window_a_ticket_stands_once_too(cast: Cast, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    narrow(monkeypatch, _LOOK=1, _FEW=few, _RARE=1_000)
    first, second = cast.ticket("Ponte", text="Il ponte trema."), cast.ticket("Altro ponte", text="Anche questo ponte.")
    says(first, "Il ponte trema ancora.")
    for n in range(4):
        cast.ticket(f"Altro {n}")
    says(second, "E il ponte?")
    says(first, "Trema.")
    assert found_by(cast, "ponte") == [second.pk, first.pk]
    assert found_by(cast, "ponte", 1) == [second.pk]


def test_a_rare_word_that_a_long_ticket_repeats_is_found_in_the_others_too(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow(monkeypatch, _LOOK=1, _RARE=1_000)
    older, long = cast.ticket("Ponte vecchio", text="Il ponte."), cast.ticket("Ponte", text="Il ponte trema.")
    for n in range(5):
        says(long, f"Il ponte trema ancora, {n}.")
    cast.ticket("Altro")
    assert found_by(cast, "ponte", 2) == [long.pk, older.pk]


@pytest.mark.parametrize("share", [1.0, 0.1])
def test_words_of_some_thousand_rows_are_read_from_the_newest_on(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    """Each step further back gives the newest there are, in order, however wrong what was expected; the rest is not
    read. Others' newer rows do not count."""
    bridges = []
    for n in range(6):
        bridges.append(cast.ticket(f"Ponte {n}", text="Il ponte."))
        cast.ticket(f"Altro {n}", text="Il lampione.")
    for n in range(3):
        cast.ticket(f"Loro {n}", organisation=cast.bottega)
    newest = [one.pk for one in reversed(bridges)]
    asked: list[int] = []
    ask = searching._NEWER.tuples

    def told(*words: Any, **values: Any) -> list[tuple[Any, ...]]:
        asked.append(values["after"])
        return ask(*words, **values)

    monkeypatch.setattr(searching._NEWER, "tuples", told)
    anna, query, size = cast.person("Anna"), query_text("ponte"), searching._Size(1_000_000.0, share)
    for limit, expected, steps in ((3, 1e9, 3), (3, 1e5, 1), (25, 7e6, 3), (1, 1.0, 0), (6, 1.0, 0)):
        asked.clear()
        found, complete = searching._newer_first(anna, cast.borgo.pk, query, limit, size, expected)
        assert [ticket_id for _entry, ticket_id in found] == newest[:limit] and complete, (limit, expected)
        assert len(asked) == steps and asked == sorted(asked, reverse=True), (limit, expected, asked)
        last = SearchRow.objects.filter(organisation=cast.borgo).latest("pk").pk
        assert all(after <= last for after in asked), "from the newest of one's own on"


def test_a_beginning_that_is_rare_is_found_beyond_the_window(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the planner expects of it: of beginnings it knows nothing."""
    narrow(monkeypatch, WINDOW=3, _LOOK=2, _RARE=10)
    monkeypatch.setattr(searching, "_planned_rows", lambda *queries: 1_000_000.0)
    old = cast.ticket("Ponte", text="Il pontefice.")
    for n in range(4):
        cast.ticket(f"Altro {n}", text="Il lampione.")
    rare = search(cast.person("Anna"), "pontef")
    assert [ticket_id for _entry, ticket_id in rare.rows] == [old.pk] and rare.complete
    common = search(cast.person("Anna"), "lampio")
    assert 0 < len(common.rows) < 4 and not common.complete


def test_a_word_that_seemed_common_and_is_not_is_found_beyond_the_window(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow(monkeypatch, WINDOW=8, _LOOK=2, _RARE=30)
    bridges = [cast.ticket("Ponte", text="Il ponte.")]
    for n in range(8):
        cast.ticket(f"Altro {n}", text="Il lampione.")
    bridges.append(cast.ticket("Altro ponte", text="Il ponte."))
    there = search(cast.person("Anna"), "ponte")
    assert [ticket_id for _entry, ticket_id in there.rows] == [one.pk for one in reversed(bridges)] and there.complete


def test_who_sees_little_has_no_common_word_read_through(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dario sees none of the newest rows, and they show all the same that everybody writes the word."""
    narrow(monkeypatch, WINDOW=3, _LOOK=2, _RARE=10)
    for n in range(5):
        cast.ticket(f"Altro {n}", text="Il lampione.")
    monkeypatch.setattr(searching, "_by_index", lambda *_asked: pytest.fail("the index of words is read through"))
    there = search(cast.person("Dario"), "lampione")
    assert not there.rows and not there.complete


def test_many_are_shown_a_page_at_a_time(anna: Client, cast: Cast) -> None:
    tickets = [cast.ticket(f"Lampione {n}", text="Il lampione.") for n in range(finding.PAGE + 2)]
    first = found(anna, "lampione")
    assert tickets[-1].number in first and tickets[1].number not in first
    assert "/desk/search/?q=lampione&amp;page=2" in first
    second = text(anna.get("/desk/search/", {"q": "lampione", "page": 2}))
    assert all(one.number in second for one in tickets[:2]) and tickets[2].number not in second
    assert "page=3" not in second and 'href="/desk/search/?q=lampione"' in second
    for unknown in ("x", "0", "99", "²"):
        assert tickets[-1].number in found(anna, "lampione", page=unknown), "it is the first"


def test_the_place_is_shown_and_what_colleagues_alone_read_is_marked(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket(text=f"{'Prima di tutto vorrei dire molte cose. ' * 8}Il contatore dell'acqua perde.")
    messages.note(ticket, cast.member("Anna"), "Sentito l'idraulico comunale.")
    assert "…" in found(anna, "contatore") and "contatore dell&#x27;acqua perde" in found(anna, "contatore")
    noted = found(anna, "idraulico")
    assert "Sentito l&#x27;idraulico comunale." in noted and "Interno" in noted


def test_files_are_found_by_the_words_of_their_names_in_notes_too(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    says(ticket, "Ecco.", File("planimetria_catastale-2026.pdf", keep(cast.borgo, b"%PDF-1.4")))
    messages.note(ticket, cast.member("Anna"), "Vedi.", files=[File("verbale.sopralluogo.txt", keep(cast.borgo, b"x"))])
    for typed in ("planimetria", "catastale", "planimetria_catastale-2026.pdf", "sopralluogo", "verbale.sopralluogo.txt"):
        assert ticket.number in found(anna, typed), typed


@pytest.mark.parametrize("typed", ["333 123 4567", "+39 333.123.4567", "3331234567", "maria@example.org", "popescu maria",
                                   "RSSMRA80A01H501U", "rssmra80a01"])
def test_a_customer_known_by_any_identity_brings_their_tickets(anna: Client, cast: Cast, typed: str) -> None:
    ticket = cast.ticket()
    for sort, value, shown in (("phone", "+393331234567", "333 123 4567"), ("tax_code", "RSSMRA80A01H501U", "RSSMRA80A01H501U")):
        Identity.objects.create(organisation=cast.borgo, customer=ticket.customer, sort=sort, value=value, shown=shown,
                                added_at=clock.now(cast.borgo))
    page = found(anna, typed)
    assert ticket.number in page and "Maria Popescu" in page


def test_filters_narrow_what_was_found(anna: Client, cast: Cast) -> None:
    opened, closed = cast.ticket("Mensa aperta"), cast.ticket("Mensa chiusa", kind="complaint")
    handling.take(closed, cast.member("Anna"))
    ending.close(closed, by=cast.member("Anna"), outcome="solved", reason="Fatto.")
    old = cast.ticket("Mensa antica")
    Ticket.objects.filter(pk=old.pk).update(opened_at=clock.now(cast.borgo) - timedelta(days=100))
    numbers = {"aperta": opened.number, "chiusa": closed.number, "antica": old.number}
    asked = {
        "aperta antica": {"status": "new"}, "chiusa": {"status": "closed"}, "aperta chiusa": {"days": 30},
        "aperta chiusa antica": {"channel": "email"}, "": {"channel": "phone"},
    }
    for wanted, filters in asked.items():
        page = found(anna, "mensa", **filters)
        for name, number in numbers.items():
            assert (number in page) is (name in wanted.split()), (filters, name)
    kind = Ticket.objects.get(pk=closed.pk).kind_id
    page = found(anna, "mensa", kind=kind, status="nonsense", days="x", team="%00")
    assert closed.number in page and opened.number not in page, "what nobody offers is no filter"


def test_hugo_narrows_to_one_of_his_organisations(cast: Cast) -> None:
    ours, theirs = cast.ticket("Consegna in Borgo"), cast.ticket("Consegna del negozio", organisation=cast.bottega)
    hugo = signed_in(cast, "Hugo")
    both = found(hugo, "consegna")
    assert ours.subject in both and theirs.subject in both
    only = found(hugo, "consegna", org="bottega")
    assert theirs.subject in only and ours.subject not in only
    assert "del negozio" not in found(signed_in(cast, "Anna"), "consegna", org="bottega")


def test_lately_and_kept_searches_are_ones_own(anna: Client, cast: Cast) -> None:
    cast.ticket()
    for n in range(12):
        cast.ticket(f"Voce{n:02} particolare")
        anna.get("/desk/search/", {"q": f"voce{n:02}"})
        anna.get("/desk/search/", {"q": "niente di simile"})
        found(anna, "mensa")
    assert KeptSearch.objects.count() == KeptSearch.RECENT, "the oldest make room; what finds nothing is not remembered"
    anna.post("/desk/searches/", {"words": "q=mensa&status=new"})
    page = text(anna.get("/desk/search/"))
    assert "Ricerche tenute" in page and "voce11" in page and "/desk/search/?q=mensa&amp;status=new" in page
    carla = signed_in(cast, "Carla")
    assert "voce11" not in text(carla.get("/desk/search/"))
    kept = KeptSearch.objects.get(is_saved=True)
    assert carla.post(f"/desk/searches/{kept.pk}/removal/").status_code == 404
    assert anna.post(f"/desk/searches/{kept.pk}/removal/").status_code == 302
    assert not KeptSearch.objects.filter(is_saved=True).exists()


def test_what_is_not_ones_own_is_found_neither_by_words_nor_by_its_customer(cast: Cast) -> None:
    """The marker stands in a note, a file's name and a customer's name of a ticket two people may see."""
    ticket = cast.ticket("Riservata", name="Ermenegildo Marcatore", address="marcatore@example.org")
    handling.take(ticket, cast.member("Carla"))
    messages.note(ticket, cast.member("Carla"), "zanzibarkote", files=[File("zanzibarkote.txt", keep(cast.borgo, b"z"))])
    handling.change_sensitivity(ticket, "named", named=[cast.member("Dario")], by=cast.member("Carla"))
    for name in ("Anna", "Bruno", "Hugo", "Irene"):
        client = signed_in(cast, name)
        for typed in ("zanzibarkote", "marcatore", "Ermenegildo", ticket.number, "Riservata"):
            for page in (found(client, typed), text(client.get("/desk/palette/", {"q": typed}))):
                assert f"/tickets/{ticket.number}/" not in page, (name, typed)
                assert typed == "zanzibarkote" or "zanzibarkote" not in page, (name, typed)
    assert ticket.number in found(signed_in(cast, "Dario"), "zanzibarkote")


def test_the_palette_and_the_page_cost_what_they_cost(
    anna: Client, cast: Cast, django_assert_max_num_queries: Any
) -> None:
    for n in range(5):
        says(cast.ticket(f"Mensa {n}"), "ancora mensa")
    found(anna, "mensa")
    with django_assert_max_num_queries(22):
        found(anna, "mensa")
    with django_assert_max_num_queries(22):
        anna.get("/desk/palette/", {"q": "mensa"})


@pytest.mark.parametrize(("line", "words", "wanted"), [
    ("breve", ["breve"], "breve"),
    ("", ["x"], ""),
    ("Perché È così cara la refezione?", ["refezione"], "Perché È così cara la refezione?"),
    ("Perché È così\n\n  cara\tla refezione?", ["cosi"], "Perché È così cara la refezione?"),
    ("L’acqua dell'asilo", ["dell'asilo"], "L’acqua dell'asilo"),
    ("Via\x00 Große Straße\x07, ŁÓDŹ", ["strasse"], "Via Große Straße, ŁÓDŹ"),
    ("a" * 30 + " b" * 400 + " refezione" + " c" * 400, ["altro", "refezione"], "…" + "b " * 22 + "refezione" + " c" * 43 + "…"),
    ("cara " * 400, ["mensa"], ("cara " * 28).rstrip() + "…"),
    ("x\n" * 90 + "\n" * 200 + "refezione" + "\n" * 300 + "y", ["refezione"], "…" + "x " * 22 + "refezione y"),
])
def test_the_words_around(line: str, words: list[str], wanted: str) -> None:
    assert around(line, words) == wanted


def test_the_window_is_read_by_its_own_index(cast: Cast) -> None:
    """The rows of others may all be newer: a walk along the primary key would pass them one by one."""
    cast.ticket("Mensa")
    person, here = cast.person("Hugo"), cast.borgo.pk
    asked = searching._NEWEST.words(person, here, 5_000, 400, query="'mensa'")
    assert asked is not None
    with connection.cursor() as cursor:
        # nothing is left but to walk an index in its order
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN (COSTS OFF) {asked[0]}", asked[1])
        plan = " ".join(row[0] for row in cursor.fetchall())
    assert "Index Scan using search_window" in plan, plan
