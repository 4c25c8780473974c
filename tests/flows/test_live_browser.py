"""Live in a browser: one stream for all tabs, one request for a change, nothing touched in which somebody types."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, expect

from sportello.foundation.journal import consumers
from sportello.records.tickets.actions import handling, messages
from sportello.records.tickets.models import Ticket
from sportello.service.notifications import reading
from sportello.service.notifications.models import Notification
from tests.cast import Cast, assemble
from tests.chromium import chromium as chromium_started
from tests.waiting import wait_until

from .live_pages import Pages, serving
from .live_process import Running, running, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]



@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with chromium_started() as browser:
        yield browser


@pytest.fixture
def people(transactional_db: None) -> Cast:
    return assemble()


@pytest.fixture(scope="module")
def process(django_db_setup: None) -> Iterator[Running]:
    with running() as here:
        yield here


@pytest.fixture
def pages(process: Running) -> Iterator[Pages]:
    with serving(process.port, process.page_port) as here:
        yield here


@pytest.fixture
def anna(chromium: Browser, process: Running, people: Cast, pages: Pages) -> Iterator[BrowserContext]:
    """Anna's browser, signed in."""
    context = chromium.new_context()
    cookie = {"name": process.cookie_name, "value": signed_in(people.users["Anna"]), "url": pages.url}
    context.add_cookies([cookie])
    context.on("response", pages.streams)
    yield context
    context.close()


def drawn(people: Cast, pages: Pages, subject: str = "Mensa") -> Ticket:
    """A ticket every page draws."""
    ticket = people.ticket(subject)
    pages.versions[name_of(ticket)] = ticket.version
    return ticket


def name_of(ticket: Ticket) -> str:
    return f"borgo/{ticket.number}"


def note(people: Cast, pages: Pages, ticket: Ticket) -> None:
    messages.note(ticket, people.member("Carla"), "Una nota")
    pages.versions[name_of(ticket)] = ticket.version


def opened(context: BrowserContext, pages: Pages, path: str) -> Page:
    page = context.new_page()
    page.goto(pages.url + path)
    return page


def streams_open() -> int:
    try:
        return int(json.loads((Path(settings.HOME) / "run" / "stream.json").read_text())["open"])
    except (OSError, ValueError):
        return -1


def settle(pages: Pages, *shown: Page) -> None:
    """The browser's one stream has been answered for all that these pages show."""
    wanted = {topic_of(page) for page in shown}
    wait_until(lambda: shown[0].wait_for_timeout(20) or wanted <= pages.streamed, say=f"no stream of {wanted}")


def topic_of(page: Page) -> str:
    _, sort, name = urlsplit(page.url).path.split("/", 2)
    return {"list": "lists", "bell": "bell"}.get(sort, f"{sort}:{name}")


def test_the_open_ticket_follows_and_the_composer_is_left_alone(
    anna: BrowserContext, people: Cast, pages: Pages
) -> None:
    ticket = drawn(people, pages)
    page = opened(anna, pages, f"/ticket/{name_of(ticket)}")
    settle(pages, page)
    page.locator("#composer").fill("Gentile signora")
    note(people, pages, ticket)
    expect(page.locator("#ticket-head")).to_contain_text(f"Version {ticket.version}")
    assert page.locator("#composer").input_value() == "Gentile signora"
    assert page.evaluate("document.activeElement.id") == "composer"
    assert len(pages.fragments()) == 1


def test_the_panel_beside_comes_with_the_news_where_that_concerns_it(
    anna: BrowserContext, people: Cast, pages: Pages
) -> None:
    """One request for a change, with or without the panel."""
    ticket = drawn(people, pages)
    page = opened(anna, pages, f"/ticket/{name_of(ticket)}")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<div id=ticket-side><p class=side></p></div>')")
    settle(pages, page)
    note(people, pages, ticket)
    expect(page.locator("#ticket-head")).to_contain_text(f"Version {ticket.version}")
    handling.change_priority(ticket, Ticket.Priority.URGENT, by=people.member("Carla"))
    pages.versions[name_of(ticket)] = ticket.version
    expect(page.locator("#ticket-head")).to_contain_text(f"Version {ticket.version}")
    assert ["side=1" in path for path in pages.fragments()] == [False, True]


def test_the_panel_somebody_is_in_comes_when_they_have_left(anna: BrowserContext, people: Cast, pages: Pages) -> None:
    """The conversation comes at once; what is typed into the panel's search stays, and so does the focus."""
    ticket = drawn(people, pages)
    page = opened(anna, pages, f"/ticket/{name_of(ticket)}")
    panel = "<div id=ticket-side><div class=side><input id=known></div></div>"
    page.evaluate(f"document.querySelector('main').insertAdjacentHTML('beforeend', '{panel}')")
    settle(pages, page)
    page.locator("#known").fill("IMU")
    handling.change_priority(ticket, Ticket.Priority.URGENT, by=people.member("Carla"))
    pages.versions[name_of(ticket)] = ticket.version
    expect(page.locator("#ticket-head")).to_contain_text(f"Version {ticket.version}")
    page.wait_for_timeout(1_500)  # it looks once a second whether they have left: what must not happen cannot be waited for
    assert ["side=1" in path for path in pages.fragments()] == [False]
    assert page.evaluate("document.activeElement.id") == "known"
    with page.expect_request(lambda asked: "side=1" in asked.url):
        page.locator("#composer").focus()


def test_what_somebody_types_in_is_redrawn_only_when_they_have_left(
    anna: BrowserContext, people: Cast, pages: Pages
) -> None:
    ticket = drawn(people, pages)
    page = opened(anna, pages, f"/ticket/{name_of(ticket)}")
    settle(pages, page)
    page.locator("#within").fill("a metà")
    note(people, pages, ticket)
    expect(page.locator("#ticket-head")).to_have_attribute("data-live-waiting", "")
    page.wait_for_timeout(1_500)  # it looks once a second whether they have left: what must not happen cannot be waited for
    assert (page.locator("#within").input_value(), pages.fragments()) == ("a metà", [])
    page.locator("#composer").focus()
    expect(page.locator("#ticket-head")).to_contain_text(f"Version {ticket.version}")


def test_eight_tabs_share_one_stream_and_all_follow(anna: BrowserContext, people: Cast, pages: Pages) -> None:
    ticket = drawn(people, pages)
    tabs = [opened(anna, pages, f"/ticket/{name_of(ticket)}") for _ in range(7)]
    tabs.append(opened(anna, pages, "/list/unassigned"))
    settle(pages, *tabs)
    wait_until(lambda: streams_open() == 1, say="the tabs do not share one stream")
    handling.take(ticket, people.member("Carla"))
    pages.versions[name_of(ticket)] = ticket.version
    for tab in tabs[:7]:
        tab.bring_to_front()
        expect(tab.locator("#ticket-head")).to_contain_text(f"Version {ticket.version}")
    expect(tabs[7].locator("[data-live-row]")).to_have_class("row-gone")


def test_the_stream_goes_on_in_another_tab_when_the_first_is_closed(
    anna: BrowserContext, people: Cast, pages: Pages
) -> None:
    ticket = drawn(people, pages)
    first = opened(anna, pages, "/list/mine")
    second = opened(anna, pages, f"/ticket/{name_of(ticket)}")
    settle(pages, first, second)
    first.close()
    note(people, pages, ticket)
    expect(second.locator("#ticket-head")).to_contain_text(f"Version {ticket.version}")


def test_a_list_says_what_is_new_and_asks_for_nothing(anna: BrowserContext, people: Cast, pages: Pages) -> None:
    old = drawn(people, pages, "Prima")
    page = opened(anna, pages, "/list/unassigned")
    settle(pages, page)
    fresh = [people.ticket(f"Nuova {n}") for n in range(3)]
    news = page.locator("[data-live-news] a")
    expect(news).to_have_text("3 nuove")
    expect(page.locator('.rail-entry[href="/lists/unassigned/"] .count')).to_have_text("8")
    handling.take(old, people.member("Carla"))
    expect(page.locator("[data-live-row]")).to_have_class("row-gone")
    assert page.locator("[data-live-row]").count() == 1  # nothing moved under the hand
    assert pages.fragments() == []
    for ticket in fresh:
        pages.versions[name_of(ticket)] = ticket.version
    news.click()
    expect(page.locator("[data-live-row]")).to_have_count(4)
    expect(news).to_have_count(0)
    assert len(pages.fragments()) == 1


def test_one_change_costs_as_many_requests_as_tabs_that_show_the_ticket(
    anna: BrowserContext, chromium: Browser, people: Cast, pages: Pages
) -> None:
    """Of five tabs that listen, two windows have the ticket before somebody's eyes."""
    ticket, other = drawn(people, pages), drawn(people, pages, "Altro")
    showing = [opened(anna, pages, f"/ticket/{name_of(ticket)}") for _ in range(2)]
    beside, *lists = [opened(anna, pages, path) for path in (f"/ticket/{name_of(other)}", "/list/unassigned", "/list/all")]
    settle(pages, *showing, beside, *lists)
    pages.asked.clear()
    note(people, pages, ticket)
    for tab in showing:
        expect(tab.locator("#ticket-head")).to_contain_text(f"Version {ticket.version}")
    note(people, pages, other)  # by the time that this is told, nobody asks for the first any more
    expect(beside.locator("#ticket-head")).to_contain_text(f"Version {other.version}")
    assert [name_of(ticket) in path for path in pages.asked] == [True, True, False]


def test_the_bell_counts_in_every_tab_and_asks_for_nothing(anna: BrowserContext, people: Cast, pages: Pages) -> None:
    """Its number comes with the first word of the stream, also into a tab drawn while another holds the stream."""
    ticket = people.ticket()

    def name_her(words: str) -> None:
        told = Notification.objects.count()
        messages.note(Ticket.objects.get(pk=ticket.pk), people.member("Carla"), f"@Anna Prova {words}")
        # the journal's readers wait for every writer of the server, the stream's own words included
        wait_until(lambda: consumers.work() >= 0 and Notification.objects.count() > told)

    name_her("uno")
    first = opened(anna, pages, "/bell")
    expect(first.locator("[data-live-bell] .count")).to_have_text("1")
    second = opened(anna, pages, "/bell")
    expect(second.locator("[data-live-bell] .count")).to_have_text("1")
    for page in (first, second):
        page.evaluate("document.addEventListener('ui:announce', (event) => { document.title = event.detail.text; })")
    pages.asked.clear()
    name_her("due")
    for page in (first, second):
        expect(page.locator("[data-live-bell] .count")).to_have_text("2")
        expect(page).to_have_title(re.compile("notifica"))
    reading.read_all(people.person("Anna"))
    for page in (first, second):
        expect(page.locator("[data-live-bell] .count")).to_have_count(0)
    assert pages.asked == []


def test_a_line_that_was_lost_is_found_again(anna: BrowserContext, people: Cast, pages: Pages) -> None:
    """Offline as in a tunnel: what happened meanwhile is there afterwards."""
    ticket = drawn(people, pages)
    page = opened(anna, pages, f"/ticket/{name_of(ticket)}")
    settle(pages, page)
    page.route("**/stream?**", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.evaluate("window.dispatchEvent(new Event('online'))")  # ask again now, in vain
    note(people, pages, ticket)
    with page.expect_event("requestfailed"):
        pass  # and again by itself
    assert pages.fragments() == []
    page.unroute("**/stream?**")
    expect(page.locator("#ticket-head")).to_contain_text(f"Version {ticket.version}")


def test_a_proxy_that_keeps_streams_back_is_asked_by_long_poll(
    anna: BrowserContext, people: Cast, pages: Pages
) -> None:
    ticket = drawn(people, pages)
    page = anna.new_page()
    polled: list[str] = []

    def proxy(route):
        if "poll=1" in route.request.url:
            polled.append(route.request.url)
            route.continue_()
        else:
            route.abort()

    page.route("**/stream?**", proxy)
    page.goto(f"{pages.url}/ticket/{name_of(ticket)}")
    wait_until(lambda: page.wait_for_timeout(100) or len(polled) >= 2, say="it never polled")
    note(people, pages, ticket)
    expect(page.locator("#ticket-head")).to_contain_text(f"Version {ticket.version}")


def test_without_scripts_the_page_is_as_good_as_ever(chromium: Browser, people: Cast, pages: Pages) -> None:
    ticket = drawn(people, pages)
    context = chromium.new_context(java_script_enabled=False)
    page = opened(context, pages, f"/ticket/{name_of(ticket)}")
    expect(page.locator("#ticket-head")).to_contain_text("Version 1")
    context.close()
