"""A reply finds its ticket by our token, wherever the sender's program left it (T8), and by nothing else (T9)."""

from __future__ import annotations

import random

import pytest

from sportello.service.channels.mailkit import tokens
from sportello.service.channels.mailkit.parse import parse

TOKEN = tokens.from_bytes(bytes(range(15)))
REPLY = tokens.reply_address("urp@comune.example.it", TOKEN)
OUR_ID = tokens.message_id(TOKEN, "comune.example.it")


def test_shapes() -> None:
    assert len(TOKEN) == tokens.TOKEN_LETTERS
    assert f"<sp.{TOKEN}@comune.example.it>" == OUR_ID
    assert f"urp+sp-{TOKEN}@comune.example.it" == REPLY
    assert tokens.ours(OUR_ID) == TOKEN
    assert tokens.mailbox_of(REPLY) == "urp@comune.example.it"
    assert tokens.mailbox_of("urp+altro@comune.example.it") == "urp+altro@comune.example.it"


@pytest.mark.parametrize(
    "field",
    [
        f"To: URP <{REPLY}>", f"Cc: altri@example.it, {REPLY}", f"Delivered-To: {REPLY}", f"X-Original-To: {REPLY}",
        f"Envelope-To: {REPLY}", f"Resent-To: {REPLY}", f"In-Reply-To: {OUR_ID}", f"References: <a@b> {OUR_ID} <c@d>",
        f"To: {REPLY.upper()}", f"To: =?utf-8?Q?Uff=C3=ACcio?= <{REPLY}>", f"In-Reply-To: {OUR_ID} <other@example.it>",
    ],
)  # fmt: skip
def test_found_wherever_it_stands(field: str) -> None:
    assert tokens.find_tokens(parse(f"From: m@example.ro\n{field}\nSubject: Re\n\nciao\n".encode())) == [TOKEN]


def test_found_in_the_envelope_alone() -> None:
    assert tokens.find_tokens(parse(b"From: m@example.ro\nSubject: Re\n\nciao\n"), [f"<{REPLY}>"]) == [TOKEN]


def test_envelope_before_header_before_references() -> None:
    made = [tokens.from_bytes(bytes([number] * 15)) for number in range(4)]
    raw = (
        f"From: m@example.ro\nTo: {tokens.reply_address('a@b.it', made[2])}\n"
        f"In-Reply-To: {tokens.message_id(made[1], 'b.it')}\n"
        f"References: {tokens.message_id(made[3], 'b.it')}\n\nciao\n"
    )
    assert tokens.find_tokens(parse(raw.encode()), [tokens.reply_address("a@b.it", made[0])]) == made


@pytest.mark.parametrize("subject", [f"Re: {OUR_ID}", f"[sp-{TOKEN}]", "Re: 2026-0004213", f"x {REPLY}"])
def test_a_subject_or_a_text_proves_nothing(subject: str) -> None:
    assert tokens.find_tokens(parse(f"From: m@example.ro\nSubject: {subject}\n\n{REPLY} {OUR_ID}\n".encode())) == []


def test_ten_thousand_guesses_have_no_shape() -> None:
    chance = random.Random(9)
    guesses = [
        "".join(chance.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=chance.randint(1, 40))) for _ in range(10_000)
    ]
    shaped = [guess for guess in guesses if tokens.ours(f"<sp.{guess}@comune.example.it>")]
    assert all(len(guess) == tokens.TOKEN_LETTERS and not set(guess) & set("0189") for guess in shaped)


@pytest.mark.parametrize("bad", ["", "short", "A" * 24, "a" * 25, "0" * 24, "a" * 23 + "\n"])
def test_nothing_but_a_token_makes_an_address(bad: str) -> None:
    with pytest.raises(ValueError, match="token"):
        tokens.reply_address("urp@comune.example.it", bad)
    with pytest.raises(ValueError, match="token"):
        tokens.message_id(bad, "comune.example.it")
