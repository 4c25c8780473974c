"""Head, entry and composer of a ticket are drawn once for each of their shapes: nobody may see which way they came."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from sportello.faces.desk import stencils
from sportello.foundation.core.text import fold
from sportello.foundation.ui.quick.stencil import Stencil, mark
from sportello.records.accounts.models import User
from sportello.records.tickets.actions import ending, handling, messages
from sportello.records.tickets.models import Message, Ticket
from sportello.records.tickets.words import Words
from tests.cast import Cast
from tests.desk_work import lay_out

#: What differs between two drawings of one page.
_OF_A_DRAWING = re.compile(r'(name="(?:csrf-token|csrfmiddlewaretoken|draft_writer)" (?:content|value)=)"[^"]*"')


@pytest.fixture
def as_ever(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The three parts by their templates, as where a shape is not an ordinary one."""

    def switch() -> None:
        monkeypatch.setattr(
            stencils, "head", lambda context, walk, oob=False: stencils._as_ever("desk/_head.html", context, oob=oob)
        )
        monkeypatch.setattr(
            stencils, "entry", lambda context, line, text: stencils._as_ever("desk/_entry.html", context, line=line)
        )
        monkeypatch.setattr(stencils, "composer", lambda context: stencils._as_ever("desk/_composer.html", context))

    yield switch


def pages(client: Client, tickets: list[Ticket]) -> list[str]:
    addresses = [f"/desk/{one.organisation.slug}/tickets/{one.number}/" for one in tickets]
    drawn = []
    for address in addresses:
        client.get(address)  # the tab is there
        for more in ("", "?list=mine", "?fragment=head", "?fragment=live&seen=1", "?fragment=timeline&before=3"):
            drawn.append(_OF_A_DRAWING.sub(r"\1", client.get(address + more).content.decode()))
    return drawn


def test_nobody_sees_which_way_a_part_was_drawn(client: Client, cast: Cast, as_ever: Any) -> None:
    """Every state of a ticket and every sort of entry, for who may block senders and who may not, in two languages."""
    work = lay_out(cast)
    handling.wait(work.plain, by=cast.member("Anna"), reason="Manca il <modulo>.")
    hostile = cast.ticket("<b>Oggetto</b> & \"virgolette\"", address="o'neil@example.org", name="Ò'Neil <script>")
    said = Words(text="Vedi https://esempio.test/?a=1&b=2 e scrivi a x@y.example.\n\n<i>Ciao</i>", quoted="> prima\n> poi",
                 signature="--\nO'Neil", sender_name="Ò'Neil", sender_address="o'neil@example.org", language="it")
    messages.receive(hostile, said, channel="email", customer=hostile.customer, actor=None)  # type: ignore[arg-type]
    closed = cast.ticket("Chiusa", kind="complaint")
    ending.close(closed, by=cast.member("Anna"), outcome="withdrawn", reason="Ritirata & basta")
    tickets = [work.main, work.plain, work.closed, hostile, closed]
    for name, language in (("Anna", "it"), ("Carla", "en")):
        User.objects.filter(pk=cast.users[name].pk).update(language=language)
        client.force_login(cast.users[name])
        quickly = pages(client, tickets)
        with pytest.MonkeyPatch.context():
            as_ever()
            assert pages(client, tickets) == quickly


def test_a_shape_keeps_nothing_of_what_was_written_into_it() -> None:
    stencil = Stencil("desk/_why_body.html")
    assert mark("a") != mark("b")
    assert not stencil._known
