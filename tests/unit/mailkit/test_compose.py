"""What we write is read back by us and by Python's own library as we meant it; and nobody can add a field to it."""

from __future__ import annotations

import dataclasses
import email
import email.policy
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sportello.service.channels.mailkit import compose as composing
from sportello.service.channels.mailkit import tokens, wire
from sportello.service.channels.mailkit.compose import OutgoingFile, OutgoingMail, compose
from sportello.service.channels.mailkit.parse import parse
from tests.mail.build import PDF, PNG

TOKEN = "abcdefghijklmnopqrstuvwx"
MAIL = OutgoingMail(
    from_=("Comune di Forlì, URP", "urp@comune.example.it"),
    to=(("Maria Popescu", "maria.popescu@example.ro"),),
    cc=(("", "anna@example.it"), ('O\'Brien, "Jim"', "jim@example.ie")),
    subject="Perché la pratica 2026-0004213 è ferma: città, però, così, più e 100 € di diritti di segreteria",
    text="Gentile signora,\n\nlo sportello è aperto dalle 9 alle 12.\n\n> domanda\n\n-- \nURP\n",
    html='<p>Gentile signora, lo sportello è <b>aperto</b>. <img src="cid:logo@x"></p>',
    message_id=tokens.message_id(TOKEN, "comune.example.it"),
    in_reply_to="<m1@example.ro>",
    references=("<m0@example.ro>", "<m1@example.ro>"),
    reply_to=("URP", tokens.reply_address("urp@comune.example.it", TOKEN)),
    date=datetime(2026, 11, 3, 10, 15, tzinfo=timezone(timedelta(hours=1))),
    attachments=(
        OutgoingFile(
            "Carta d'identità di Maria Popescu, fronte e retro, con firma autografa.pdf", "application/pdf", PDF
        ),
        OutgoingFile("logo.png", "image/png", PNG, content_id="logo@x", inline=True),
    ),
    language="it",
)


def fields(raw: bytes) -> list[str]:
    """Names of the head's fields, as a careless server would see them: every CR and LF ends a line."""
    head = raw.partition(b"\r\n\r\n")[0].decode().replace("\r\n", "\n").replace("\r", "\n")
    return [line.split(":")[0].lower() for line in head.split("\n") if line[:1] not in " \t"]


def test_we_read_back_what_we_wrote() -> None:
    record = parse(compose(MAIL))
    assert record.defects == ()
    assert [(person.name, person.address) for person in (*record.from_, *record.to, *record.cc)] == [
        MAIL.from_,
        *MAIL.to,
        *MAIL.cc,
    ]
    assert record.reply_to[0].address == MAIL.reply_to[1]  # type: ignore[index]
    assert record.subject == MAIL.subject
    assert record.date == MAIL.date
    assert (record.message_id, record.in_reply_to, record.references) == (
        MAIL.message_id,
        MAIL.in_reply_to,
        MAIL.references,
    )
    assert "lo sportello è aperto dalle 9 alle 12." in record.text
    assert record.signature == "URP"
    assert 'data-cid="logo@x"' in record.html
    assert [(file.filename, file.content, file.inline) for file in record.attachments] == [
        ("logo.png", PNG, True), (MAIL.attachments[0].filename, PDF, False)
    ]  # fmt: skip
    assert record.loop_marks == ("urp@comune.example.it",)
    assert not record.auto_submitted


def test_pythons_library_reads_it_too_without_defects() -> None:
    message = email.message_from_bytes(compose(MAIL), policy=email.policy.default)
    assert [part.defects for part in message.walk() if part.defects] == []
    assert message["subject"] == MAIL.subject
    assert message["from"].addresses[0].display_name == MAIL.from_[0]
    assert [person.addr_spec for person in message["cc"].addresses] == [address for _, address in MAIL.cc]
    assert message.get_body(("plain",)).get_content().replace(" \n", " ").startswith("Gentile signora,")
    assert [part.get_filename() for part in message.iter_attachments()] == [MAIL.attachments[0].filename]
    assert message["references"].split() == list(MAIL.references)


def test_every_line_fits_the_wire() -> None:
    raw = compose(
        dataclasses.replace(MAIL, text="parola " * 500 + "\n" + "x" * 3_000, html="<p>" + "y" * 5_000 + "</p>")
    )
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78
    assert raw.isascii()


def test_a_long_thread_keeps_its_first_and_its_newest_ids_whole() -> None:
    many = tuple(f"<{'r' * 120}{number}@example.it>" for number in range(200))
    record = parse(compose(dataclasses.replace(MAIL, references=many, in_reply_to=many[-1])))
    assert record.references[0] == many[0]
    assert record.references[-1] == many[-1]
    assert set(record.references) <= set(many)
    assert len(record.references) <= composing.REFERENCES


def test_an_id_longer_than_a_line_is_not_broken() -> None:
    long = f"<{'a' * 400}@example.ro>"
    raw = compose(dataclasses.replace(MAIL, in_reply_to=long, references=(long,)))
    assert raw.count(long.encode()) == 2


def test_ids_that_are_none_are_left_out_and_never_written() -> None:
    raw = compose(
        dataclasses.replace(MAIL, in_reply_to="nessuno", references=("<a b@c>", "", "<x\r\nBcc: y@z>", "<ok@x>"))
    )
    assert "in-reply-to" not in fields(raw)
    assert b"References: <ok@x>\r\n" in raw
    assert "bcc" not in fields(raw)


def test_a_notice_says_that_it_is_automatic_and_a_letter_does_not() -> None:
    notice = parse(compose(dataclasses.replace(MAIL, auto_submitted="auto-replied")))
    assert notice.auto_submitted
    assert notice.machine is not None
    assert notice.machine.code == "auto_submitted"
    assert b"Auto-Submitted: auto-replied\r\n" in compose(dataclasses.replace(MAIL, auto_submitted="auto-replied"))
    assert b"auto-submitted" not in compose(MAIL).lower()


def test_two_desks_that_answer_each_other_can_count() -> None:
    marks: tuple[str, ...] = ()
    for _ in range(5):
        marks = parse(compose(dataclasses.replace(MAIL, loop_marks=marks))).loop_marks
    assert len(marks) == 5


def test_the_same_mail_is_the_same_to_the_byte() -> None:
    assert compose(MAIL) == compose(dataclasses.replace(MAIL))


def test_plain_mail_stays_plain() -> None:
    raw = compose(
        OutgoingMail(from_=("", "urp@example.it"), to=(("", "m@example.ro"),), subject="Hours",
                     text="We open at nine.\n",
                     message_id="<a@b.it>", date=datetime(2026, 11, 3, tzinfo=UTC))
    )  # fmt: skip
    assert b"7bit\r\n\r\nWe open at nine.\r\n" in raw
    assert b"multipart" not in raw


@pytest.mark.parametrize(
    "address", ["", "maria", "a b@c.it", "a@b@c.it", "a@b.it\r\nBcc: x@y.it", "a@b.it, c@d.it", "<a@b.it>", "@b.it"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(wire.BadMail):
        compose(dataclasses.replace(MAIL, to=(("Maria", address),)))


def test_nobody_to_send_to_and_no_offset_are_refused() -> None:
    for change in (
        {"to": (), "cc": ()},
        {"date": datetime(2026, 11, 3)},
        {"message_id": "<a b@c>"},
        {"message_id": "x"},
    ):
        with pytest.raises(wire.BadMail):
            compose(dataclasses.replace(MAIL, **change))


def test_domains_in_letters_become_ascii_and_local_parts_ask_for_smtputf8() -> None:
    mail = dataclasses.replace(MAIL, to=(("", "niccolo@città.example.it"),))
    assert b"niccolo@xn--citt-3na.example.it" in compose(mail)
    assert not composing.needs_smtputf8(mail)
    assert composing.needs_smtputf8(dataclasses.replace(MAIL, to=(("", "niccolò@example.it"),)))


def test_a_message_as_attachment_keeps_its_bytes() -> None:
    inner = b"From: x@y.it\n\nprima riga\r\nseconda\n"
    mail = dataclasses.replace(MAIL, attachments=(OutgoingFile("prima.eml", "message/rfc822", inner),))
    assert parse(compose(mail)).attachments[0].content == inner


INJECTIONS = [
    "x\r\nBcc: spia@example.com",
    "x\nBcc: spia@example.com",
    "x\rBcc: spia@example.com",
    "x\r\n\r\ncorpo",
    "x\x00\x0bBcc: y",
    "=?utf-8?q?a=0D=0ABcc:_x?=",
    '"; filename=b.exe\r\nBcc: spia@example.com',
    "<a@b>\r\n Bcc: x",
    "x\u2028Bcc: spia@example.com",
]
ANY = st.one_of(st.text(max_size=120), st.sampled_from(INJECTIONS))


@settings(max_examples=300)
@given(subject=ANY, name=ANY, text=st.text(max_size=300), filename=ANY, kind=ANY, language=ANY, reference=ANY, mark=ANY)
def test_no_value_can_add_a_field_or_a_recipient(
    subject: str, name: str, text: str, filename: str, kind: str, language: str, reference: str, mark: str
) -> None:
    mail = dataclasses.replace(
        MAIL, subject=subject, to=((name, "maria@example.ro"),), cc=(), text=text, language=language,
        references=(reference,),
        attachments=(OutgoingFile(filename, kind, b"x"),), loop_marks=(mark,),
    )  # fmt: skip
    raw = compose(mail)
    known = {
        "date", "from", "to", "reply-to", "subject", "message-id", "in-reply-to", "references", "content-language",
        "x-sportello-loop", "mime-version", "content-type",
    }  # fmt: skip
    names = fields(raw)
    assert set(names) <= known
    assert names.count("to") == 1
    record = parse(raw)
    assert [person.address for person in record.to] == ["maria@example.ro"]
    assert [file.content for file in record.attachments] == [b"x"]


@settings(max_examples=300)
@given(st.text(alphabet=st.sampled_from("abc àè€>\n.-F rom"), max_size=400))
def test_the_text_arrives_word_for_word(text: str) -> None:
    record = parse(compose(dataclasses.replace(MAIL, text=text, html=None, attachments=())))
    assert record.text.replace(">", " ").split() == text.replace(">", " ").split()
