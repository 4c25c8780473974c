"""A hostile walk through every address: steps, query words, headers and bodies nobody meant, things that are gone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from django.urls import NoReverseMatch

from sportello.config import topics
from sportello.records.customers.actions.merging import merge as merge_customers
from sportello.records.customers.models import Customer
from sportello.records.tickets.actions import ending, merging
from sportello.records.tickets.models import Ticket
from sportello.service.backoffice.approvals import asking
from sportello.service.backoffice.models import Approval

from .hostile import ELSEWHERE, HTMX, NEXT, VALUES, Prober, asker, steps_of
from .permission_addresses import addresses
from .permission_scene import Scene, address_of
from .permissions import LINES, SEES_TICKET, STAFF, TICKETS, TOPICS, Line

pytestmark = pytest.mark.django_db
#: Lists the organisations that there are: everybody may know.
NAMES_ALL = "portal:landing"
ASKED = tuple(line for line in LINES if line.name != NAMES_ALL)


@pytest.fixture
def prober(scene: Scene) -> Iterator[Prober]:
    one = Prober(scene)
    yield one
    one.close()
    assert not one.wrong, f"{len(one.wrong)} of {one.asked}:\n" + "\n".join(one.wrong)


def test_steps_nobody_has(scene: Scene, prober: Prober) -> None:
    """Every argument of every address, beyond what its column holds, as letters, endless, with a NUL."""
    kit = scene.kit("borgo")
    for turn, line in enumerate(ASKED):
        for said, strange in steps_of(line, kit, turn):
            given = Line(line.name, line.methods, line.right, line.body, given={**line.given, **_changed(kit, strange)})
            try:
                address_of(given, strange)
            except NoReverseMatch:
                continue  # the address itself takes no such thing
            prober.send(asker(line), given, strange, line.methods[turn % len(line.methods)], said)


def _changed(kit: dict[str, str], strange: dict[str, str]) -> dict[str, str]:
    """What stands in the address whatever the line gives; braces are the table's own."""
    return {name: value for name, value in strange.items() if kit.get(name) != value and "{" not in value}


def test_query_words_nobody_meant(scene: Scene, prober: Prober) -> None:
    """The words the table knows and those that pages of lists have; each value in turn, twice over."""
    kit = scene.kit("borgo")
    for turn, line in enumerate(ASKED):
        if "GET" not in line.methods:
            continue
        path = address_of(line, kit).split("?")[0]
        words = sorted({*(one.split("=")[0] for one in line.query.split("&") if one), "after", "before", "page", "q", "sort",
                        "channel", "customer", "kind", "team", "ticket", "to", "state", "year", "entry", "message"})
        for shift in range(2):
            values = [VALUES[(turn + shift * 5 + at) % len(VALUES)] for at in range(len(words))]
            query = "&".join(f"{word}={quote(value)}&{word}={quote(value[:40])}" for word, value in zip(words, values, strict=True))
            prober.send(asker(line), line, kit, "GET", f"?{query[:200]}", path=f"{path}?{query}")


def test_ways_out_of_the_house_and_strange_headers(scene: Scene, prober: Prober) -> None:
    """Where to go on is asked of nobody outside; htmx's headers are words like any."""
    kit = scene.kit("borgo")
    for turn, line in enumerate(LINES):
        out = ELSEWHERE[turn % len(ELSEWHERE)]
        to = dict.fromkeys(NEXT, out)
        path = address_of(line, kit)
        away = path + ("&" if "?" in path else "?") + "&".join(f"{name}={quote(out)}" for name in NEXT if name != "after")
        if line.name == NAMES_ALL:
            continue
        method = line.methods[-1]
        body = {name: value.format(**kit) for name, value in (line.body or {}).items()}
        prober.send(asker(line), line, kit, method, out, path=away, data={**to, **body} if method == "POST" else None, headers=HTMX)
        if turn % 2:
            continue
        prober.send("anonymous", line, kit, method, out, path=away, data=to if method == "POST" else None,
                    headers={**HTMX, "HX-Boosted": "true"})


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=20_000, DATA_UPLOAD_MAX_NUMBER_FIELDS=200)
def test_bodies_too_large_and_of_another_kind(scene: Scene, prober: Prober) -> None:
    kit = scene.kit("borgo")
    for turn, line in enumerate(ASKED):
        if "POST" not in line.methods:
            continue
        who = asker(line)
        bodies: tuple[dict[str, Any], ...] = (
            {"data": {"text": "x" * 30_000}},
            {"data": {f"f{at}": "" for at in range(300)}},
            {"data": b"\xff\xfe\x00 not a form", "content_type": "multipart/form-data; boundary=\x7f"},
            {"data": b"{\"a\":", "content_type": "application/json"},
            {"data": {"file": SimpleUploadedFile("‮../../gnp\x00.exe", b"MZ\x00", "text/html"), "text": "\x00",
                      "files": SimpleUploadedFile("a" * 400, b"", "x/y")}},
        )
        prober.send(who, line, kit, "POST", f"body {turn % len(bodies)}", **bodies[turn % len(bodies)])


def test_what_is_merged_closed_or_joined_is_no_failure(scene: Scene, prober: Prober) -> None:
    """Tickets merged away and closed, a customer joined to another: every address about them still answers."""
    about = "borgo normal front"
    kit, other = {**scene.kit("borgo"), **scene.kit(about)}, {**scene.kit("borgo"), **scene.kit("borgo normal taxes")}
    lines = [line for line in ASKED if line.right.by_ticket or "customer_id" in addresses()[line.name]]
    carla = scene.cast.member("Carla")

    def ticket(of: dict[str, str]) -> Ticket:
        return Ticket.objects.select_related("organisation").get(pk=of["ticket_id"])

    def ask_all(said: str, of: dict[str, str]) -> None:
        for line in lines:
            prober.send(asker(line), line, of, line.methods[-1], said)

    with scene.question():
        open_ones = (Approval.State.PENDING, Approval.State.SENT_BACK, Approval.State.APPROVED)
        for waiting in Approval.objects.filter(ticket=other["ticket_id"], state__in=open_ones).select_related("author"):
            asking.withdraw(waiting, by=waiting.author)
        merging.merge(ticket(other), ticket(kit), by=carla)
        ask_all("merged away", other)
    with scene.question():
        ending.close(ticket(kit), by=carla, outcome="solved", reason="Fatto.")
        ask_all("closed", kit)
    with scene.question():
        one = Customer.objects.select_related("organisation").get(pk=kit["customer_id"])
        merge_customers(Customer.objects.select_related("organisation").get(pk=kit["other_customer_id"]), one, carla)
        ask_all("joined", kit)


TRICKS = ("ticket:{slug}/*", "ticket:%", "lists\n", "lists,ticket:{slug}/{number}", "ticket:{slug}/{number}/", "LISTS", "",
          "ticket:{slug}/{number}\x00", "ticket:../{slug}/{number}", "ticket:{slug}/-1", "ticket:{slug}/" + "9" * 500)


@pytest.mark.parametrize("person", STAFF)
def test_every_topic_is_heard_by_those_who_may(scene: Scene, person: str) -> None:
    """All names at once, as a browser would ask for them: what is admitted is what the table says, and no trick."""
    hearer = topics.page().viewer(scene.cast.users[person])
    names: dict[str, bool] = {}
    for about, people in TICKETS.items():
        kit = scene.kit(about)
        for line in TOPICS:
            may = person in (people if line.right is SEES_TICKET else line.right.inside())
            names[line.example.format(**kit)] = may
        for trick in TRICKS:
            names.setdefault(trick.format(**kit), False)
        # a number of one organisation under the other's name
        names[f"ticket:{'bottega' if about.startswith('borgo') else 'borgo'}/{kit['number']}"] = False
    admitted: set[str] = set()
    for topic in topics.page().topics:
        mine = [name for name in names if topic.pattern.fullmatch(name)]
        admitted |= set(topic.admit(hearer, mine)) if mine else set()
    assert admitted == {name for name, may in names.items() if may}


def test_the_walk_would_notice(scene: Scene) -> None:
    """A page that shows a foreign word, and one that sends out of the house, are found."""
    from django.http import HttpResponse, HttpResponseRedirect

    one = Prober(scene)
    one.look("Anna", "x", HttpResponse("Bottega Chiara"), "borgo")
    one.look("Anna", "x", HttpResponse("corbezzolo"), "borgo")
    one.look("Anna", "x", HttpResponseRedirect("//evil.example"), "borgo")
    one.look("Anna", "x", HttpResponse(status=500), "borgo")
    one.look("Anna", "x", HttpResponse("zafferano"), "borgo")
    one.close()
    assert len(one.wrong) == 4
