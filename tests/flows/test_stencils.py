"""Head, entry and composer of a ticket are drawn once for each of their shapes: nobody may see which way they came."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.test import Client

from sportello.faces.desk import stencils
from sportello.foundation.journal import actor
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import User
from sportello.records.tickets.actions import ending, handling, messages
from sportello.records.tickets.models import Ticket
from sportello.records.tickets.words import Words
from tests.cast import Cast
from tests.desk_work import lay_out

#: What differs between two drawings of one page.
_OF_A_DRAWING = re.compile(r'(name="(?:csrf-token|csrfmiddlewaretoken|draft_writer)" (?:content|value)=)"[^"]*"')


def as_ever(patch: pytest.MonkeyPatch) -> None:
    """The three parts by their templates, as where a shape is not an ordinary one."""
    drawn = stencils._as_ever
    patch.setattr(stencils, "head", lambda context, walk, oob=False: drawn("desk/_head.html", context, oob=oob))
    patch.setattr(stencils, "entry", lambda context, line, text: drawn("desk/_entry.html", context, line=line))
    patch.setattr(stencils, "composer", lambda context: drawn("desk/_composer.html", context))


def pages(client: Client, tickets: list[Ticket]) -> list[str]:
    addresses = [f"/desk/{one.organisation.slug}/tickets/{one.number}/" for one in tickets]
    drawn = []
    for address in addresses:
        client.get(address)  # all tabs are there
    for address in addresses:
        for more in ("", "?list=mine", "?fragment=head", "?fragment=live&seen=1", "?fragment=timeline&before=3"):
            drawn.append(_OF_A_DRAWING.sub(r"\1", client.get(address + more).content.decode()))
    return drawn


def test_nobody_sees_which_way_a_part_was_drawn(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every state of a ticket and every sort of entry, for who may block senders and who may not, in two languages."""
    work = lay_out(cast)
    handling.wait_for_customer(work.plain, by=cast.member("Anna"), reason="Manca il <modulo>.")
    hostile = cast.ticket("<b>Oggetto</b> & \"virgolette\"", address="o'neil@example.org", name="Ò'Neil <script>")
    said = Words(text="Vedi https://esempio.test/?a=1&b=2 e scrivi a x@y.example.\n\n<i>Ciao</i>", quoted="> prima\n> poi",
                 signature="--\nO'Neil", sender_name="Ò'Neil", sender_address="o'neil@example.org", language="it")
    messages.receive(hostile, said, channel="email", customer=hostile.customer, actor=actor.customer(hostile.customer_id))
    closed = cast.ticket("Chiusa", kind="complaint")
    ending.close(closed, by=cast.member("Anna"), outcome="withdrawn", reason="Ritirata & basta")
    now = clock.server_now()
    monkeypatch.setattr(clock, "server_now", lambda: now)
    tickets = [work.main, work.plain, work.closed, hostile, closed]
    for name, language in (("Anna", "it"), ("Carla", "en")):
        User.objects.filter(pk=cast.users[name].pk).update(language=language)
        client.force_login(cast.users[name])
        quickly = pages(client, tickets)
        with pytest.MonkeyPatch.context() as patch:
            as_ever(patch)
            slowly = pages(client, tickets)
        for quick, slow in zip(quickly, slowly, strict=True):
            assert quick == slow


def test_the_next_of_a_shape_says_nothing_of_the_one_before(client: Client, cast: Cast) -> None:
    """What was written into a shape is nowhere in it: two tickets of one shape, two people."""
    first = cast.ticket("Segreto di Maria", address="maria@example.org", name="Maria Popescu")
    second = cast.ticket("Altro", address="luca@example.org", name="Luca Verdi")
    tokens = []
    for name, ticket in (("Anna", first), ("Bruno", second)):
        client.force_login(cast.users[name])
        page = client.get(f"/desk/borgo/tickets/{ticket.number}/").content.decode()
        tokens.append(set(re.findall(r'name="csrfmiddlewaretoken" value="([^"]*)"', page)))
    assert "Altro" in page
    assert not [one for one in ("Segreto", "maria@example.org", "Maria Popescu", first.number) if one in page]
    assert not tokens[0] & tokens[1]


@pytest.mark.parametrize(("name", "language"), [("Anna", "it"), ("Carla", "en")])
def test_nobody_sees_which_way_a_customers_card_was_drawn(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch, name: str, language: str
) -> None:
    """Filled in and empty, twice each; with what has to be corrected too."""
    User.objects.filter(pk=cast.users[name].pk).update(language=language)
    client.force_login(cast.users[name])
    now = clock.server_now()
    monkeypatch.setattr(clock, "server_now", lambda: now)
    plain, hostile = cast.ticket().customer, cast.ticket(name="Ò'Neil <script>", address="o'neil@example.org").customer
    assert plain and hostile
    hostile.addressed_as, hostile.needs, hostile.language = '"Dottoressa" & co', "<b>voce alta</b>", "en"
    hostile.born_on = date(1980, 2, 29)
    hostile.save()
    cards = [f"/desk/borgo/customers/{one.pk}/" for one in (plain, hostile, plain, hostile)]

    def drawn() -> list[str]:
        answers = [client.get(card) for card in cards]
        answers += [client.post(cards[1], {"name": "", "needs": "<i>"}), client.get(cards[1])]
        answers += [client.post(f"{cards[1]}identities/", {"sort": "email", "value": "x<y"}), client.get(cards[0])]
        return [_OF_A_DRAWING.sub(r"\1", one.content.decode()) for one in answers]

    quick = drawn()
    assert "&lt;b&gt;voce alta" in quick[1] and "1980-02-29" in quick[1] and "Dottoressa" not in quick[0]
    as_template = stencils._as_ever
    monkeypatch.setattr(stencils, "form_part", lambda context, template, form, action, **more: as_template(
        template, context, form=form, action=action, **more))  # fmt: skip
    monkeypatch.setattr(stencils, "correcting", lambda context, form: as_template(
        "desk/customers/_correcting.html", context, form=form))  # fmt: skip
    assert drawn() == quick
