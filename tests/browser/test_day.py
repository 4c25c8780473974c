"""A day at the desk: three operators, forty customers, real browsers, the keyboard alone; counted again in the evening.

The customers write by mail, fill in the form, come to the counter, call. The operators take, answer with a saved reply,
note and name, ask an office, put aside, give, pass on, merge, close; two meet on one ticket; one person works on two
devices at once. What each customer wrote, what each was answered and what never left is counted from the rows and from
the bytes the world's mail server took. `SPORTELLO_SHOTS=folder` keeps pictures.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from sportello.records.tickets.models import Ticket
from sportello.records.tickets.queries.silent import silent_tickets
from sportello.service.backoffice.models import Office
from sportello.service.channels.webform import drafts
from tests.browser.day import Hands, House, ask, hands, house, left, operators, until
from tests.browser.day_customers import AGAIN, COUNTER, FORTY, MAIL, Customer, the_form_is_filled_in
from tests.browser.test_desk_pages import cast  # noqa: F401 - fixture
from tests.cast import Cast
from tests.desk_work import knowledge

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OFFICE = "lavori@provincia.test"
#: In every note, and in nothing that leaves.
MARKER = "zafferano"
SWITCHED = 6


@pytest.fixture
def here(live_server: Any, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:  # noqa: F811
    monkeypatch.setattr(drafts, "LEAST", timedelta(0))  # the customers' keys are faster than people's
    knowledge(cast)
    Office.objects.create(organisation=cast.borgo, name="Lavori pubblici", channel="email", address=OFFICE, days=3)
    with house(live_server) as found:
        yield found


def test_a_day_at_the_desk_without_a_mouse(browser: Browser, here: House, cast: Cast) -> None:  # noqa: F811
    the_post_comes(here)
    anna, bruno, hugo = operators(browser, here, cast, "Anna", "Bruno", "Hugo")
    the_form_is_filled_in(browser, here)
    costs = [contact(who, one) for who, group in ((anna, COUNTER[:5]), (bruno, COUNTER[5:])) for one in group]
    keys, signs = (max(cost[part] for cost in costs) for part in (0, 1))
    assert keys <= 30, f"{keys} keys beside the {signs} signs of what was said"
    until(lambda: len(ask("SELECT 1 FROM tickets_ticket")), 41)
    replies = the_morning(anna, bruno, hugo)
    replies |= two_on_one(anna, hugo)
    replies |= two_devices(browser, here, bruno)
    an_answer_comes_back(here, hugo)
    hugo.take_all("unassigned")
    everybody = [anna, bruno, hugo]
    silent = silent_page(anna)
    for one in everybody:
        assert one.wrong == [], one.wrong
        one.context.close()
    the_evening(here, cast, replies, silent)


# ---- customers


def the_post_comes(here: House) -> None:
    for one in MAIL:
        here.write(one.address, one.name, one.subject, one.text,
                   to="tributi@borgo.test" if one.number > 16 else "urp@borgo.test")
    here.write(MAIL[0].address, MAIL[0].name, AGAIN, "Vi ho già scritto, ginepro99q, e non ho avuto risposta.")
    until(lambda: len(ask("SELECT 1 FROM tickets_ticket")), 23)


# ---- the desk


def contact(who: Hands, one: Customer) -> tuple[int, int]:
    """Record who stands there or calls: how many keys beside the words, and how many signs of words."""
    who.away()
    who.press("g", "c")
    who.page.wait_for_url("**/contacts/new/**")
    who.ready()
    before = who.keys, who.signs
    who.press("f")
    if who.page.evaluate("document.querySelector('[name=channel]:checked')?.value") != one.door:
        who.press("Shift+Tab")  # the page remembers the channel of the contact before
        who.page.wait_for_function("() => document.activeElement?.name === 'channel'")
        while who.page.evaluate("document.activeElement.value") != one.door:
            who.press("ArrowDown")
        who.press("Tab")
    who.write(one.name)
    who.page.locator("#customer-new").wait_for()
    who.press("Tab", "Space", "Tab")
    who.page.wait_for_function("() => document.activeElement?.id === 'id_reach'")
    who.write(one.address)
    who.tab_to("#id_subject")
    who.write(one.subject)
    who.tab_to("#id_summary")
    who.write(f"Chiede di {one.word}.")
    who.tab_to("[name=next]")
    for _step in range(4):
        if who.page.evaluate("document.activeElement.value") == "new":
            break
        who.press("ArrowDown")
    who.press("Control+Enter")
    who.page.wait_for_url("**/receipt/**")
    who.ready()
    return who.keys - before[0], who.signs - before[1]


def the_morning(anna: Hands, bruno: Hands, hugo: Hands) -> dict[str, str]:
    """Each verb once, by its key. What was answered → to whom."""
    told: dict[str, str] = {}
    anna.to_list("g u", "unassigned")
    anna.press("j", "Space", "j", "Space", "Shift+T")
    anna.page.wait_for_url("**/many/take/**")
    anna.ready()
    anna.press("Control+Enter")
    expect(anna.page.locator("#many [role=status]")).to_contain_text("2 di 2 fatte")
    # a saved reply, with what was missing in it
    one = MAIL[1]
    anna.open(one.word, one.subject)
    anna.press("t")
    expect(anna.page.locator(".ticket-facts")).to_contain_text("Anna Prova")
    anna.reply()
    anna.press("/")
    anna.page.wait_for_function("() => document.activeElement?.matches('.composer-saved input')")
    anna.write("cosa")
    expect(anna.page.locator(".saved-list [data-insert]")).to_have_count(1)
    anna.press("Enter")
    anna.page.wait_for_function("() => getSelection().toString().includes('⟦') || document.getElementById('reply-text').value.includes('⟦')")
    anna.write("la ricevuta risposta02")
    anna.send("la ricevuta risposta02")
    told["risposta02"] = one.address
    # a note that names Bruno, who finds it
    note_to_bruno(anna, bruno)
    an_office_is_asked(bruno, MAIL[16])
    # put aside; given to a colleague; passed to another team
    hugo.open(MAIL[3].word, MAIL[3].subject)
    hugo.verb("s", "[name=when]")
    hugo.press("ArrowDown")
    hugo.done()
    expect(hugo.page.locator(".ticket-facts")).to_contain_text("accantonata")
    hugo.open(MAIL[4].word, MAIL[4].subject)
    hugo.verb("a", "[name=member]")
    hugo.write("Anna")
    hugo.done()
    expect(hugo.page.locator(".ticket-facts")).to_contain_text("Anna Prova")
    hugo.open(MAIL[5].word, MAIL[5].subject)
    hugo.verb("m", "[name=team]")
    hugo.press("Space", "Tab")
    hugo.write("Riguarda una cartella.")
    hugo.done()
    expect(hugo.page.locator(".ticket-facts")).to_contain_text("Tributi")
    merged_and_closed(anna, told)
    return told


def note_to_bruno(anna: Hands, bruno: Hands) -> None:
    one = MAIL[2]
    anna.open(one.word, one.subject)
    anna.note(f"{MARKER} @bru")
    expect(anna.page.locator("#mentions li")).to_have_text(["Bruno Prova"])
    anna.press("Enter")
    anna.write("guardi lei.")
    anna.send("guardi lei.")
    bruno.to_list("g t", "mentioned")
    expect(bruno.page.locator(".row-link")).to_contain_text([one.subject])
    bruno.press("j", "Enter")
    expect(bruno.page.locator("#timeline")).to_contain_text(f"{MARKER} @Bruno Prova guardi lei.")


def an_office_is_asked(bruno: Hands, one: Customer) -> None:
    bruno.open(one.word, one.subject)
    bruno.verb("Shift+O", "[name=office]")
    bruno.press("L")
    bruno.tab_to("[name=topic]")
    bruno.write("Un parere")
    bruno.tab_to("[name=question]")
    bruno.write("Di chi è la strada? domanda17")
    bruno.tab_to("[name=messages]")
    bruno.press("Space")
    bruno.done()
    expect(bruno.page.locator("#timeline")).to_contain_text("Lavori pubblici")


def merged_and_closed(anna: Hands, told: dict[str, str]) -> None:
    first = str(Ticket.objects.get(subject=MAIL[0].subject).number)
    anna.open("ginepro99q", AGAIN)
    anna.verb("Shift+I", "[name=number]")
    anna.write(first)
    anna.tab_to("[name=reason]")
    anna.write("Riguarda la stessa cosa.")
    anna.done()
    anna.open(MAIL[0].word, MAIL[0].subject)
    expect(anna.page.locator("#timeline")).to_contain_text("ginepro99q")
    anna.reply("Ecco come si fa: risposta01.")
    anna.send("risposta01")
    told["risposta01"] = MAIL[0].address
    anna.verb("c", "[name=outcome]")
    anna.press("ArrowDown", "Tab")
    anna.page.wait_for_function("() => document.activeElement?.name === 'reason'")
    anna.write("Abbiamo risposto.")
    anna.done()
    expect(anna.page.locator(".composer-closed")).to_be_visible()


def two_on_one(anna: Hands, hugo: Hands) -> dict[str, str]:
    """Both see each other; who sends second is shown what the first wrote, keeps the draft, and sends it all the same."""
    one = MAIL[6]
    for who in (anna, hugo):
        who.open(one.word, one.subject)
    expect(anna.page.locator(".ticket-present")).to_contain_text("Hugo")
    expect(hugo.page.locator(".ticket-present")).to_contain_text("Anna")
    anna.reply("Gentile cliente, ecco risposta07a.")
    hugo.reply("Buongiorno, anch'io: risposta07b.")
    anna.send("risposta07a")
    hugo.press("Control+Enter")
    trouble = hugo.page.locator("#reply-trouble")
    expect(trouble).to_contain_text("risposta07a")
    expect(hugo.page.locator("#reply-text")).to_have_value("Buongiorno, anch'io: risposta07b.")
    hugo.shoot("two-on-one-1440")
    anna.shoot("two-on-one-first-1440")
    assert ask("SELECT count(*) FROM tickets_message WHERE text LIKE %s", "%risposta07b%") == [(0,)]
    hugo.send("risposta07b")
    return {"risposta07a": one.address, "risposta07b": one.address}


def two_devices(browser: Browser, here: House, bruno: Hands) -> dict[str, str]:
    """Bruno walks through all he has at his desk and at home, writing in half of it at each, faster than drafts save."""
    bruno.take_all("unassigned")
    mine = ask("SELECT t.number, c.name FROM tickets_ticket t JOIN customers_customer c ON c.id = t.customer_id JOIN"
               " accounts_membership m ON m.id = t.owner_id JOIN accounts_user u ON u.id = m.user_id WHERE"
               " u.email = 'bruno@sportello.test' AND t.status <> 'closed' ORDER BY t.number")
    numbers = [number for number, _name in mine]
    assert len(numbers) >= SWITCHED
    home = hands(browser, here, "Bruno at home")
    home.sign_in("bruno@sportello.test")
    halves = ((bruno, set(numbers[::2])), (home, set(numbers[1::2])))
    for who, _own in halves:
        who.to_list("g m", "mine")
        who.press("j", "Enter")
        who.page.wait_for_url("**/tickets/**")
        who.ready()
    for turn, key in enumerate(("Shift+J", "Shift+K")):
        for _step in range(len(numbers) - 1):
            for who, own in halves:
                write_and_go_on(who, own, turn, key)
        for who, own in halves:
            write_here(who, own, turn)
    for who, _own in halves:
        who.shoot(f"strip-{who.name.replace(' ', '-')}")
        who.to_list("g a", "all")
    kept = ("SELECT d.text FROM desk_draft d JOIN tickets_ticket t ON t.id = d.ticket_id WHERE NOT d.is_spent"
            " AND t.number = %s AND d.kind = %s")
    for number in numbers:
        for kind, sign, end in (("reply", "R", "."), ("note", "N", f" {MARKER}.")):
            wanted = [(" ".join(f"{sign}{turn} {number}{end}" for turn in range(2)),)]
            until(partial(ask, kept, number, kind), wanted)
    assert home.wrong == [], home.wrong
    home.context.close()
    # the reply of the first leaves, its note's draft stays where it is
    one = next(one for one in FORTY if one.name == mine[0][1])
    bruno.open(one.word, one.subject)
    bruno.reply()
    bruno.press("Control+End")
    bruno.write(" risposta99")
    bruno.send("risposta99")
    assert ask(kept, numbers[0], "reply") == [] and len(ask(kept, numbers[0], "note")) == 1
    return {"risposta99": one.address}


def write_and_go_on(who: Hands, own: set[str], turn: int, key: str) -> None:
    write_here(who, own, turn)
    before = shown(who)
    who.away()
    who.press(key)
    who.page.wait_for_function("was => document.querySelector('#composer form') && !document.querySelector('#composer form').action.includes(was)", arg=before)


def shown(who: Hands) -> str:
    found = re.search(r"/tickets/([^/]+)/", who.page.evaluate("document.querySelector('#composer form').action"))
    assert found
    return found[1]


def write_here(who: Hands, own: set[str], turn: int) -> None:
    number = shown(who)
    if number not in own or who.page.evaluate("document.getElementById('reply-text').value").count(f"R{turn} "):
        return
    space = " " if turn else ""
    who.reply()
    who.press("Control+End")
    who.write(f"{space}R{turn} {number}.")
    who.away()
    who.press("n")
    who.page.wait_for_function("() => document.activeElement?.id === 'note-text'")
    who.press("Control+End")
    who.write(f"{space}N{turn} {number} {MARKER}.")


def an_answer_comes_back(here: House, hugo: Hands) -> None:
    """A customer answers what they were written: it joins, and the ticket waits for us again."""
    letter = next(one for one in left(here.world) if "risposta02" in one.text)
    here.write(MAIL[1].address, MAIL[1].name, f"Re: {letter.subject}", "Grazie, ginepro98q la allego.", reply_to=letter.message_id)
    until(lambda: ask("SELECT t.subject FROM tickets_message m JOIN tickets_entry e ON e.id = m.entry_id"
                      " JOIN tickets_ticket t ON t.id = e.ticket_id WHERE m.text LIKE %s", "%ginepro98q%"), [(MAIL[1].subject,)])
    hugo.to_list("g w", "waiting")
    expect(hugo.page.locator(".row-title", has_text=MAIL[1].subject)).to_be_visible()


def silent_page(anna: Hands) -> int:
    anna.away()
    anna.press("g", "n")
    anna.page.wait_for_url("**/silent/")
    anna.ready()
    return anna.page.locator("main .row-link").count()


# ---- the evening


def the_evening(here: House, people: Cast, replies: dict[str, str], silent: int) -> None:
    until(lambda: ask("SELECT count(*) FROM channels_delivery WHERE state IN ('queued', 'sending')"), [(0,)])
    until(lambda: ask("SELECT count(*) FROM tickets_notice WHERE moment = 'receipt' AND state = 'given'"), [(41,)])
    until(lambda: len(left(here.world)), ask("SELECT count(*) FROM channels_delivery")[0][0])
    letters = left(here.world)
    said = [row[0] for row in ask("SELECT text FROM tickets_message WHERE direction = 'in' UNION ALL SELECT summary FROM"
                                  " tickets_contactentry")]
    words = [*(one.word for one in FORTY), "ginepro98q", "ginepro99q"]
    assert Counter({word: sum(word in text for text in said) for word in words}) == Counter(words), "each word once"
    doors = dict(ask("SELECT channel, count(*) FROM tickets_ticket GROUP BY 1"))
    assert doors == {"email": 23, "webform": 8, "counter": 5, "phone": 5}
    assert ask("SELECT state, count(*) FROM channels_incomingmail GROUP BY 1") == [("ticketed", 24)]
    for reply, address in replies.items():
        found = [letter for letter in letters if reply in letter.text]
        assert [letter.to for letter in found] == [(address,)], (reply, [letter.to for letter in found])
    asked = [letter for letter in letters if "domanda17" in letter.text]
    assert [letter.to for letter in asked] == [(OFFICE,)] and MAIL[16].word in asked[0].text
    assert {to for letter in letters for to in letter.to} <= {OFFICE, *(one.address for one in FORTY)}
    ids = Counter(letter.message_id for letter in letters)
    assert max(ids.values()) == 1, ids.most_common(3)
    assert not [letter.subject for letter in letters if MARKER.encode() in letter.everything], "a note left the house"
    receipts = ask("SELECT count(*) FROM tickets_notice WHERE moment = 'receipt' AND state = 'given'")
    assert receipts == [(41,)]
    writing = ask("SELECT count(*) FROM channels_delivery")
    assert writing == [(len(letters),)], "what is told as sent is what the world took"
    assert silent == 0 and not silent_tickets(people.person("Anna"))
    assert ask("SELECT count(*) FROM tickets_ticket WHERE status <> 'closed' AND next_promise_at IS NULL") == [(0,)]
