"""Notices: shipped in both languages, filled without leaving holes, replaced by the office's own."""

import re

import pytest

from sportello.records.procedures.models import NoticeTemplate
from sportello.records.procedures.notice_texts import TEXTS
from sportello.records.procedures.queries import NoticeText, notice_text
from sportello.records.tickets import codes
from sportello.records.tickets.actions import messages
from sportello.records.tickets.models import Message
from sportello.records.tickets.notice_words import fill
from tests.cast import Cast

KNOWN = {"number", "code", "subject", "organisation", "team", "received", "next", "promise", "link", "reason", "outcome", "reopen_days",
         "cause", "document", "window", "until", "due", "office", "other", "main"}


@pytest.mark.parametrize("moment", [moment for moment, _label in NoticeTemplate.Moment.choices])
def test_every_moment_has_both_languages_and_only_known_variables(moment: str) -> None:
    for language in ("it", "en"):
        subject, body = TEXTS[moment][language]
        assert set(re.findall(r"\{(\w+)\}", subject + body)) <= KNOWN
        assert "{link}" in body


def test_a_line_without_its_value_is_left_out() -> None:
    text = NoticeText("S {number}", "Uno\n{reason}\n\n{promise}\n\nFine {number}")
    assert fill(text, {"number": "7", "reason": "", "promise": ""}) == ("S 7", "Uno\n\nFine 7")


def test_an_unknown_variable_stays_visible() -> None:
    assert fill(NoticeText("s", "ciao {nmae}"), {})[1] == "ciao {nmae}"


def test_a_customers_words_are_never_filled_in(cast: Cast) -> None:
    """A subject with braces is the customer's text, not a variable; the mark of the code is taken out of it."""
    ticket = cast.ticket("Guasto {code} {access_code} {reason}")
    receipt = Message.objects.get(entry__ticket=ticket, notice_moment="receipt")
    assert "Guasto {code}" in receipt.text
    assert receipt.text.count(codes.MARK) == 1


def test_the_code_is_not_given_by_quoting_its_mark(cast: Cast) -> None:
    """Somebody in copy writes the mark; a colleague quotes it: what leaves has no code in it."""
    ticket = cast.ticket()
    answer = messages.answer(ticket, cast.member("Anna"), f"> {codes.MARK}", base_position=ticket.last_public_position,
                             cc=[("Altri", "altri@example.org")])
    assert codes.code_of(ticket) not in codes.filled(ticket, answer)


def test_the_offices_own_newest_text_is_used(cast: Cast) -> None:
    for version in (1, 2):
        NoticeTemplate.objects.create(organisation=cast.borgo, moment="receipt", language="it", version=version,
                                      subject=f"Nostra {version}", body="Numero {number}, codice {code}")
    assert notice_text(cast.borgo, "receipt", "it").version == 2
    assert notice_text(cast.bottega, "receipt", "it").version == 0
    receipt = Message.objects.get(entry__ticket=cast.ticket(), notice_moment="receipt")
    assert receipt.subject == "Nostra 2"


def test_an_english_customer_reads_english(cast: Cast) -> None:
    from sportello.foundation.journal import actor
    from sportello.records.procedures.models import Kind
    from sportello.records.tickets.actions.opening import Opening, open_ticket
    from sportello.records.tickets.words import Words

    opened = open_ticket(
        cast.borgo,
        Opening(kind=Kind.objects.get(organisation=cast.borgo, slug="information"), team=cast.team("front"), channel="email",
                subject="Hours", language="en", words=Words(text="When are you open?"), address="john@example.org"),
        actor.MACHINE,
    )
    receipt = Message.objects.get(entry__ticket=opened.ticket, notice_moment="receipt")
    assert "Ticket number" in receipt.text
    assert "Front office" in receipt.text
