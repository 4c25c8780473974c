"""Writing in a browser: switching fast between tickets on two devices while drafts save (T26); files dropped, pasted, taken
out with the keyboard; saved replies and what we know put in without the mouse."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from sportello.faces.desk.models import Draft, DraftFile
from sportello.foundation.files.actions import keep
from sportello.foundation.journal import actor
from sportello.records.knowledge.actions import articles
from sportello.records.tickets.actions import messages
from sportello.records.tickets.models import Attachment, Message, Ticket
from sportello.records.tickets.words import File, Words
from tests.browser.test_desk_pages import DESK, PHONE, SHOTS, cast, look, page_of  # noqa: F401 - fixtures
from tests.cast import Cast
from tests.chromium import said_of, settled, violations
from tests.desk_work import PICTURE, knowledge, lay_out
from tests.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: Puts files on an element the way a hand does: event → which of its transfers holds them.
HAND = """([selector, sort, files]) => {
  const held = new DataTransfer();
  for (const [name, text] of files) held.items.add(new File([text], name, { type: "text/plain" }));
  const event = sort === "paste" ? new ClipboardEvent("paste", { clipboardData: held, bubbles: true, cancelable: true })
    : new DragEvent(sort, { dataTransfer: held, bubbles: true, cancelable: true });
  document.querySelector(selector).dispatchEvent(event);
}"""


def shoot(page: Page, name: str) -> None:
    if SHOTS:
        page.wait_for_timeout(300)
        page.screenshot(path=f"{SHOTS}/{name}.png")


def clean(page: Page) -> None:
    assert said_of(violations(page)) == []


def opened(page: Page, live_server: Any, ticket: Ticket) -> None:
    page.goto(f"{live_server.url}/desk/borgo/tickets/{ticket.number}/?list=all")
    page.wait_for_selector(f"#row-{ticket.pk}")


def go(page: Page, ticket: Ticket) -> None:
    """To another ticket by its row, as fast as a hand: nothing is waited for but the new composer."""
    page.locator(f"#row-{ticket.pk} .row-link").click()
    page.wait_for_function("number => document.querySelector('#composer form').action.includes(number)", arg=ticket.number)


def written(ticket: Ticket, kind: str) -> str:
    found = Draft.objects.filter(ticket=ticket, kind=kind).first()
    return found.text if found else ""


def kept(page: Page, ticket: Ticket, kind: str, wanted: str) -> None:
    """A save that outlives its page is nothing the browser waits for."""
    wait_until(lambda: page.wait_for_timeout(50) or written(ticket, kind) == wanted, say=f"{ticket.number} {kind}: no {wanted}")


def test_switching_fast_on_two_devices_no_word_is_lost_or_lands_elsewhere(
    browser: Browser, live_server: Any, cast: Cast  # noqa: F811
) -> None:
    tickets = [cast.ticket(f"Pratica {n}", address=f"c{n}@example.org", name=f"Cliente {n}") for n in range(4)]
    office = page_of(browser, live_server, cast, "Anna", DESK)
    home = page_of(browser, live_server, cast, "Anna", DESK)
    said: list[str] = []
    for page in (office, home):
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: dialog.accept())
    opened(office, live_server, tickets[1])
    opened(home, live_server, tickets[3])
    for turn in range(3):
        space = " " if turn else ""  # spaces at the end are not kept
        for page, own in ((office, tickets[:2]), (home, tickets[2:])):
            for ticket in own:
                go(page, ticket)
                page.locator("#reply-text").focus()
                page.keyboard.press("Control+End")
                page.locator("#reply-text").press_sequentially(f"{space}R{turn} {ticket.number}.")
                page.keyboard.press("Escape")
                page.locator("#note-tab").click()
                page.keyboard.press("Control+End")
                page.locator("#note-text").press_sequentially(f"{space}N{turn} {ticket.number}.")
    for page, away in ((office, tickets[3]), (home, tickets[0])):
        go(page, away)
        settled(page)
    for ticket in tickets:
        for kind, sign in (("reply", "R"), ("note", "N")):
            wanted = " ".join(f"{sign}{turn} {ticket.number}." for turn in range(3))
            kept(home, ticket, kind, wanted)
    # the same ticket on both: the second to type is told, in place, and chooses
    go(home, tickets[1])
    go(office, tickets[1])
    before = written(tickets[1], "reply")
    office.locator("#reply-text").press_sequentially("Dall'ufficio.")
    kept(office, tickets[1], "reply", office.locator("#reply-text").input_value())
    assert written(tickets[1], "reply") != before
    expect(office.locator("#reply auto-save")).to_have_text("Bozza salvata")
    home.locator("#reply-text").press_sequentially("Da casa.")
    expect(home.locator("#reply auto-save")).to_contain_text("Dall'ufficio.")
    shoot(home, "draft-elsewhere")
    clean(home)
    assert "Dall'ufficio." in written(tickets[1], "reply") and "Da casa." not in written(tickets[1], "reply")
    home.get_by_role("button", name="Tieni questo").click()
    expect(home.locator("#reply auto-save")).to_have_text("Bozza salvata")
    assert "Da casa." in written(tickets[1], "reply")
    assert not said, said
    for page in (office, home):
        page.context.close()


def test_a_page_closed_at_once_keeps_the_last_word(browser: Browser, live_server: Any, cast: Cast) -> None:  # noqa: F811
    ticket = cast.ticket()
    page = page_of(browser, live_server, cast, "Anna", DESK)
    page.on("dialog", lambda dialog: dialog.accept())
    opened(page, live_server, ticket)
    page.locator("#reply-text").press_sequentially("Ultima parola")
    page.goto(f"{live_server.url}/desk/lists/all/")
    kept(page, ticket, "reply", "Ultima parola")
    page.goto(f"{live_server.url}/desk/borgo/tickets/{ticket.number}/")
    expect(page.locator("#reply-text")).to_have_value("Ultima parola")
    page.context.close()


def test_files_are_dropped_pasted_taken_out_and_sent(browser: Browser, live_server: Any, cast: Cast) -> None:  # noqa: F811
    ticket = cast.ticket()
    page = page_of(browser, live_server, cast, "Anna", DESK)
    opened(page, live_server, ticket)
    page.locator("#reply-text").fill("Ecco i moduli.")
    page.evaluate(HAND, ["#reply-text", "drop", [["modulo.txt", "modulo"], ["sbagliato.txt", "no"]]])
    page.evaluate(HAND, ["#reply-text", "paste", [["incollato.txt", "incollato"]]])
    chips = page.locator("#reply [data-draft-files] .chip")
    expect(chips).to_have_count(3)
    expect(page.locator("#reply [name=kept]")).to_have_count(3)
    expect(chips.first).to_contain_text("modulo.txt · ")
    shoot(page, "files")
    clean(page)
    page.get_by_role("button", name="sbagliato.txt").focus()
    page.keyboard.press("Enter")
    expect(chips).to_have_count(2)
    page.evaluate(HAND, ["#reply-text", "drop", [["vuoto.txt", ""]]])
    expect(page.locator("#reply .chip[data-wrong]")).to_contain_text("è vuoto")
    page.reload()
    expect(chips).to_have_count(2), "they are the draft's: a page loaded again has them"
    # one still on its way holds the reply back, and says so
    held: list[Any] = []
    page.route("**/drafts/reply/files/", lambda route: held.append(route))
    page.evaluate(HAND, ["#reply-text", "drop", [["tardi.txt", "tardi"]]])
    page.locator("#reply-text").focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#announcements")).to_contain_text("sta ancora arrivando")
    wait_until(lambda: page.wait_for_timeout(20) or bool(held))  # that it was sent is known before it is handed to us
    assert not Message.objects.filter(direction="out", notice_moment="").exists()
    held[0].continue_()
    expect(page.locator("#reply [name=kept]")).to_have_count(3)
    page.locator("#reply-text").focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#timeline")).to_contain_text("Ecco i moduli.")
    sent = Message.objects.get(direction="out", notice_moment="")
    names = sorted(one.filename for one in Attachment.objects.filter(entry=sent.entry))
    assert names == ["incollato.txt", "modulo.txt", "tardi.txt"] and not DraftFile.objects.exists()
    page.context.close()


def test_who_went_on_while_a_reply_was_on_its_way_stays_where_they_are(browser: Browser, live_server: Any, cast: Cast) -> None:  # noqa: F811
    """The answer to a sent reply closes no verb that was asked for meanwhile, and takes nobody out of what they write."""
    ticket = cast.ticket()
    page = page_of(browser, live_server, cast, "Anna", DESK)
    opened(page, live_server, ticket)
    page.evaluate("document.addEventListener('desk:done', () => setTimeout(() => { window.answered = (window.answered ?? 0) + 1; }))")
    held: list[Any] = []
    page.route("**/replies/", lambda route: held.append(route))
    for turn, (key, place) in enumerate((("n", "#note-text"), ("c", "#verb[open] *"))):
        page.keyboard.press("r")
        page.wait_for_function("() => document.activeElement?.id === 'reply-text'")
        page.keyboard.type(f"Risposta {turn}.")
        page.keyboard.press("Control+Enter")
        wait_until(lambda: page.wait_for_timeout(20) or len(held) > turn)  # noqa: B023 - waited for here
        page.keyboard.press("Escape")
        page.keyboard.press(key)
        page.wait_for_function("one => document.activeElement?.matches(one)", arg=place)
        held[turn].continue_()
        expect(page.locator("#timeline")).to_contain_text(f"Risposta {turn}.")
        page.wait_for_function("count => window.answered === count", arg=turn + 1)
        assert page.evaluate("one => Boolean(document.activeElement?.matches(one))", place)
        page.keyboard.press("Escape")
    # who stayed reads on from what they wrote
    page.unroute("**/replies/")
    page.keyboard.press("r")
    page.wait_for_function("() => document.activeElement?.id === 'reply-text'")
    page.keyboard.type("E basta.")
    page.keyboard.press("Control+Enter")
    page.wait_for_function("() => document.activeElement?.matches('#timeline > article:last-of-type')")
    page.context.close()


def test_saved_replies_and_articles_come_in_by_the_keyboard(browser: Browser, live_server: Any, cast: Cast) -> None:  # noqa: F811
    knowledge(cast)
    ticket = cast.ticket()
    article = articles.add(cast.borgo, "it", articles.Words("Orari della mensa", "Dalle 12 alle 14."),
                           articles.About(is_public=True), cast.member("Carla"))
    articles.publish(article, cast.member("Carla"))
    team = cast.team("front")
    team.signatures = {"it": "{operator}\n{team} del {organisation}"}
    team.save()
    page = page_of(browser, live_server, cast, "Anna", DESK)
    opened(page, live_server, ticket)
    page.locator("#reply-text").focus()
    page.keyboard.type("/")
    field = page.get_by_role("searchbox", name="Cerca tra le risposte pronte")
    expect(field).to_be_focused()
    expect(page.locator(".saved-list [data-insert]")).to_have_count(2)
    page.keyboard.type("cosa")
    expect(page.locator(".saved-list [data-insert]")).to_have_count(1)
    shoot(page, "saved-replies")
    clean(page)
    page.keyboard.press("Enter")
    expect(page.locator("#reply-text")).to_have_value(re.compile("^Gentile Maria Popescu"))
    assert page.evaluate("getSelection().toString() || document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)") == "⟦documento⟧"
    expect(page.locator("[name=used]")).to_have_value("rimborso")
    page.keyboard.type("la ricevuta")
    expect(page.locator("[data-missing]")).to_be_hidden()
    search = page.get_by_role("searchbox", name="Cerca tra articoli e schede")
    search.scroll_into_view_if_needed()
    expect(page.locator(".known-found")).not_to_be_empty()
    with page.expect_response("**/known/?**q=orari**"):  # what it finds stood there before
        search.fill("orari")
    settled(page)
    expect(page.locator(".known-found strong")).to_have_text("Orari della mensa")
    page.locator(".known-found summary").click()
    shoot(page, "known")
    page.get_by_role("button", name="Inserisci il collegamento").first.click()
    expect(page.locator("#reply-text")).to_have_value(re.compile("Orari della mensa: http"))
    expect(page.locator(".composer-signature")).to_contain_text("Anna Prova")
    shoot(page, "composer")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#timeline")).to_contain_text("Anna Prova")
    page.context.close()


def test_pictures_and_pdf_are_looked_at_in_the_page(browser: Browser, live_server: Any, cast: Cast) -> None:  # noqa: F811
    work = lay_out(cast)
    pdf = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n"
    said = Words(text="Ecco i file.", sender_name="Maria Popescu", sender_address="maria@example.org", language="it", files=(
        File("foto del contatore, vista di lato con il numero di matricola ben leggibile.png", keep(cast.borgo, PICTURE)),
        File("modulo.pdf", keep(cast.borgo, pdf)), File("programma.exe", keep(cast.borgo, b"MZ programma")),
    ))
    messages.receive(work.main, said, channel="email", customer=work.main.customer, actor=actor.customer(work.main.customer_id))
    blocked: list[str] = []
    for name, size in (("desk", DESK), ("phone", PHONE)):
        page = page_of(browser, live_server, cast, "Anna", size)
        page.on("console", lambda line: blocked.append(line.text) if "Content Security Policy" in line.text else None)
        page.goto(f"{live_server.url}/desk/borgo/tickets/{work.main.number}/")
        last = page.locator("#timeline > article").last
        looks = last.locator(".file-look")
        expect(looks).to_have_count(2)
        looks.nth(0).locator("summary").click()
        picture = looks.nth(0).locator("img")
        expect(picture).to_be_visible()
        page.wait_for_function("one => one.naturalWidth === 16", arg=picture.element_handle())
        inside = looks.nth(1).locator("iframe")
        with page.expect_response(f"**{inside.get_attribute('src')}"):
            looks.nth(1).locator("summary").click()
        expect(inside).to_be_visible()
        settled(page)
        shoot(page, f"previews-{name}")
        clean(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        assert not blocked, blocked
        page.context.close()


def test_the_pages_of_what_we_know_and_of_search(browser: Browser, live_server: Any, cast: Cast) -> None:  # noqa: F811
    work = lay_out(cast)
    long = "Rimborso della mensa scolastica quando il pagamento è stato fatto due volte con la stessa carta"
    about = articles.About(is_public=True, owner=cast.member("Carla"), team=cast.team("front"))
    article = articles.add(cast.borgo, "it", articles.Words(long, "Si chiede entro l'anno.\n\n- IBAN\n- ricevuta", "In breve."), about, cast.member("Carla"))
    articles.publish(article, cast.member("Carla"))
    articles.write(article, "it", articles.Words(long, "Si chiede entro due anni.\n\n- IBAN\n- ricevuta", "In breve.", "delibera 12"), cast.member("Carla"), after=1)
    version = article.versions.get(is_shown=True)
    articles.judge(version, False, "Non dice dove si porta la ricevuta.")
    page = page_of(browser, live_server, cast, "Carla", DESK)
    base = f"/desk/borgo/knowledge/articles/{article.slug}/"
    pages = {
        "articles": "/desk/borgo/knowledge/articles/", "article": base, "version": f"{base}in/it/2/",
        "article-edit": f"{base}in/it/", "article-new": "/desk/borgo/knowledge/new-article/", "about": f"{base}about/",
        "replies": "/desk/borgo/knowledge/", "signatures": "/desk/borgo/knowledge/signatures/",
        "reply-edit": "/desk/borgo/knowledge/replies/rimborso/in/it/", "search": "/desk/search/?q=mensa",
        "search-empty": "/desk/search/", "answers": "/o/borgo/answers/", "answer": f"/o/borgo/answers/{article.slug}/",
        "portal": "/o/borgo/", "ticket": f"/desk/borgo/tickets/{work.main.number}/",
    }
    faults: list[str] = []
    for title, address in pages.items():
        page.goto(f"{live_server.url}{address}")
        faults += look(page, title)
    assert faults == []
    page.goto(f"{live_server.url}/desk/search/")
    page.locator("#search-words").press_sequentially("mensa")
    expect(page.locator("#found .row-link").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#found .row-link").first).to_be_focused()
    page.context.close()
