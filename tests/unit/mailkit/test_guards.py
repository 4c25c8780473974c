"""Which messages go on to a ticket, and in which order they are asked."""

from __future__ import annotations

import dataclasses

from sportello.service.channels.mailkit import guards, tokens
from sportello.service.channels.mailkit.guards import GuardFacts
from sportello.service.channels.mailkit.parse import parse
from tests.mail import build

GOLDEN = build.messages()
OURS = frozenset({"urp@comune.example.it"})
KNOWN = GuardFacts(our_addresses=OURS)


def verdict_of(name: str, facts: GuardFacts = KNOWN) -> str | None:
    found = guards.judge(parse(GOLDEN[name]), facts)
    return found.code if found else None


def test_a_customer_goes_on() -> None:
    for name in (
        "plain",
        "auto-no",
        "mailing-list",
        "form-mail",
        "reply-gmail-it",
        "bounce-customer-talks-about-it",
        "pec-envelope",
    ):
        assert verdict_of(name) is None, name


def test_machines_do_not() -> None:
    for name in (
        "auto-vacation",
        "auto-exchange",
        "auto-precedence",
        "auto-x-autoreply",
        "read-receipt",
        "pec-accepted",
    ):
        assert verdict_of(name) == "machine", name


def test_bounces_are_told_from_other_machines() -> None:
    for name in ("bounce-rfc3464", "bounce-exim", "bounce-qmail", "bounce-delayed"):
        assert verdict_of(name) == "bounce", name


def test_a_form_that_sends_as_the_mailbox_is_let_in_and_a_loop_is_not() -> None:
    looped = parse(b"From: urp@comune.example.it\nTo: urp@comune.example.it\n\nciao\n")
    formed = parse(b"From: urp@comune.example.it\nReply-To: maria@example.ro\nTo: urp@comune.example.it\n\nciao\n")
    found = guards.judge(looped, KNOWN)
    assert found is not None
    assert (found.code, found.facts["sign"]) == ("loop", "own_address")
    assert guards.judge(formed, KNOWN) is None


def test_our_own_message_coming_back_is_a_loop() -> None:
    record = parse(GOLDEN["loop"])
    assert guards.judge(record, GuardFacts(sent_by_us=True)).facts["sign"] == "own_message"  # type: ignore[union-attr]
    assert guards.judge(record, GuardFacts(our_addresses=frozenset({"desk2@example.it"}))).facts["sign"] == "own_mark"  # type: ignore[union-attr]
    assert guards.judge(record, GuardFacts()).facts["sign"] == "loop_marks"  # type: ignore[union-attr]
    round_trip = dataclasses.replace(parse(GOLDEN["plain"]), received_count=51)
    assert guards.judge(round_trip, GuardFacts()).facts["sign"] == "received"  # type: ignore[union-attr]


def test_a_mail_from_our_reply_address_is_our_own() -> None:
    sender = tokens.reply_address("urp@comune.example.it", "a" * 24)
    assert guards.judge(parse(f"From: {sender}\n\nciao\n".encode()), KNOWN) is not None


def test_the_same_id_with_another_body_is_kept_and_flagged() -> None:
    record = parse(GOLDEN["plain"])
    reused = GuardFacts(id_reused=True)
    assert guards.judge(record, reused) is None
    assert guards.flags(record, reused) == ("message_id_reused",)
    assert guards.judge(record, GuardFacts(already_seen=True)).outcome == "duplicate"  # type: ignore[union-attr]


def test_a_message_without_id_or_sender_goes_on_flagged() -> None:
    record = parse(GOLDEN["no-from-no-date-no-id"])
    assert guards.judge(record, KNOWN) is None
    assert guards.flags(record, KNOWN) == ("no_message_id", "no_sender")
    assert not record.may_be_answered_automatically


def test_blocked_and_too_large_go_where_people_see_them() -> None:
    record = parse(GOLDEN["plain"])
    large = guards.judge(record, GuardFacts(most_bytes=record.size - 1))
    assert large is not None
    assert (large.code, large.outcome, large.facts["bytes"]) == ("too_large", "quarantined", record.size)
    assert guards.judge(record, GuardFacts(most_bytes=record.size)) is None
    blocked = guards.judge(record, GuardFacts(blocked_by="spammer"))
    assert blocked is not None
    assert blocked.outcome == "quarantined"


def test_the_order_is_the_one_that_is_read() -> None:
    names = [guard.__name__ for guard in guards.GUARDS]
    assert names == ["stop_duplicate", "stop_loop", "stop_too_large", "stop_blocked", "stop_bounce", "stop_machine"]
    everything = GuardFacts(already_seen=True, sent_by_us=True, most_bytes=1, blocked_by="x")
    bounce = parse(GOLDEN["bounce-rfc3464"])
    assert guards.judge(bounce, everything).code == "duplicate"  # type: ignore[union-attr]


def test_only_people_are_answered_by_a_program() -> None:
    answered = {name for name, raw in GOLDEN.items() if parse(raw).may_be_answered_automatically}
    assert "plain" in answered
    assert not answered & {
        "auto-vacation", "mailing-list", "form-mail", "bounce-exim", "pec-accepted", "read-receipt", "empty",
    }  # fmt: skip


def test_the_null_sender_is_a_machine() -> None:
    raw = b"From: maria@example.ro\nSubject: Assente\n\nSono in ferie\n"
    for null in ("", "<>"):
        found = guards.judge(parse(raw, envelope_from=null), KNOWN)
        assert found is not None
        assert found.facts["sign"] == "no_return_path"
    assert guards.judge(parse(raw, envelope_from="maria@example.ro"), KNOWN) is None
