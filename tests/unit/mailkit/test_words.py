"""The customer's own words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sportello.service.channels.mailkit import quotes, words

OURS = "Gentile signora, lo sportello apre alle 9."

ABOVE = [
    "Il giorno lun 2 nov 2026 alle ore 09:00 URP <urp@comune.example.it> ha scritto:",
    "Il giorno 2 nov 2026, alle ore 09:00, URP <urp@comune.example.it> ha scritto:",
    "Il 02/11/26 09:00, URP ha scritto:",
    'In data 2 novembre 2026 09:00:00 "URP" <urp@comune.example.it> ha scritto:',
    "Il lunedì 2 novembre 2026 alle ore 09:00:12 CET, URP <urp@comune.example.it> ha scritto:",
    "URP <urp@comune.example.it> ha scritto:",
    "On Mon, Nov 2, 2026 at 9:00 AM URP <urp@comune.example.it> wrote:",
    "On 02/11/2026 09:00, URP wrote:",
    "On 2 Nov 2026, at 09:00, URP\n<urp@comune.example.it> wrote:",
    "2026-11-02 9:00 GMT+01:00 URP <urp@comune.example.it>:",
    "Le lun. 2 nov. 2026 à 09:00, URP <urp@comune.example.it> a écrit :",
    "Am 02.11.2026 um 09:00 schrieb URP:",
    "El lun, 2 nov 2026 a las 9:00, URP (<urp@comune.example.it>) escribió:",
    "Pe lun., 2 nov. 2026 la 09:00, URP <urp@comune.example.it> a scris:",
    "Em seg., 2 de nov. de 2026 às 09:00, URP <urp@comune.example.it> escreveu:",
    "W dniu 02.11.2026 o 09:00, URP napisał(a):",
]

HEADERS = [
    "Da: URP <urp@comune.example.it>\nInviato: lunedì 2 novembre 2026 09:00\nA: Maria\nOggetto: Orari",
    "________________________________\nDa: URP <urp@comune.example.it>\nInviato: 2 novembre\nA: Maria"
    "\nCc: X\nOggetto: Orari",
    "From: URP <urp@comune.example.it>\nSent: Monday, November 2, 2026 9:00 AM\nTo: Maria\nSubject: Orari",
    "*Da:* URP\n*Inviato:* lunedì\n*A:* Maria\n*Oggetto:* Orari",
    "-----Messaggio originale-----\nDa: URP",
    "-----Original Message-----\nFrom: URP",
    "----Messaggio originale----\nDa: urp@comune.example.it\nData: 2-nov-2026 9.00\nA: <m@example.ro>\nOgg: Orari",
    '---------------------------------------\nDa : "URP" urp@comune.example.it\nA : x@y.it'
    "\nData : Mon, 2 Nov 2026\nOggetto : Re",
    "---------- Messaggio inoltrato ----------\nDa: URP",
    "Inizio messaggio inoltrato:\n\nDa: URP",
    "Von: URP <urp@comune.example.it>\nGesendet: Montag, 2. November 2026 09:00\nAn: Maria\nBetreff: Orari",
    "De : URP <urp@comune.example.it>\nEnvoyé : lundi 2 novembre 2026 09:00\nÀ : Maria\nObjet : Orari",
    quotes.MARKER,
]


@pytest.mark.parametrize("line", ABOVE)
def test_marked_quotes_under_a_line_that_says_who_wrote(line: str) -> None:
    split = words.split(f"Va bene, grazie.\n\n{line}\n\n> {OURS}\n>\n> URP\n")
    assert split.reply == "Va bene, grazie."
    assert OURS in split.quoted


@pytest.mark.parametrize("line", ABOVE)
def test_answers_between_the_quotes_stay_with_the_customer(line: str) -> None:
    split = words.split(f"{line}\n> A che ora?\nAlle dieci.\n> Con chi?\nCon mia figlia.\n")
    assert split.reply == "Alle dieci.\nCon mia figlia."


@pytest.mark.parametrize("line", [line for line in ABOVE if "@" in line or "09:00" in line])
def test_unmarked_quotes_under_a_line_no_person_writes(line: str) -> None:
    split = words.split(f"Va bene.\n\n{line}\n\n{OURS}\nURP\n")
    assert split.reply == "Va bene."


@pytest.mark.parametrize("header", HEADERS)
def test_everything_under_a_header_block_is_quoted(header: str) -> None:
    split = words.split(f"Confermo.\n\n{header}\n\n{OURS}\n")
    assert split.reply == "Confermo."
    assert OURS in split.quoted


@pytest.mark.parametrize(
    "text",
    [
        "Vorrei un biglietto\nDa: Roma\nA: Milano\nData: 3 maggio 2026",
        "Il vostro impiegato mi ha scritto:\nla pratica è chiusa.\nNon è vero.",
        "Il 2 novembre 2026 il signor Rossi ha scritto:\nche la pratica è chiusa.",
        "Ho due domande:\n> 18 anni: serve la delega?\nE i minori?",
        "- primo punto\n- secondo punto\n\nThanks,\nthe third point is the important one.",
        "Grazie,\nma il problema resta: l'acqua non arriva.",
        "On Monday I went to the office.\nThey said no.",
        "Oggetto: reclamo\n\nIl sottoscritto chiede...",
        "Prima parte\n--\n" + "\n".join(f"riga {number}" for number in range(30)),
        "Inviato da voi il 2 novembre, ricevuto oggi.\nPerché?",
        "----------\nDati del contratto\n----------\nNumero 12",
    ],
)
def test_what_only_looks_like_a_quote_or_a_signature_stays(text: str) -> None:
    split = words.split(text)
    assert split.reply == text
    assert split.quoted == split.signature == ""


@pytest.mark.parametrize("header", [*HEADERS, *ABOVE])
def test_a_mere_forward_is_kept_whole(header: str) -> None:
    text = f"{header}\n\n> {OURS}"
    assert words.split(text).reply == text


@pytest.mark.parametrize(
    ("tail", "signature"),
    [
        ("-- \nMaria Popescu\nTel. 333", "Maria Popescu\nTel. 333"),
        ("--\nMaria", "Maria"),
        ("Inviato da iPhone", "Inviato da iPhone"),
        ("Sent from my Galaxy", "Sent from my Galaxy"),
        ("Ottieni Outlook per Android<https://aka.ms/x>", "Ottieni Outlook per Android<https://aka.ms/x>"),
        ("Inviato da Posta per Windows", "Inviato da Posta per Windows"),
        ("Da Libero Mail", "Da Libero Mail"),
        ("Avviso di riservatezza: le informazioni\nsono riservate.",
         "Avviso di riservatezza: le informazioni\nsono riservate."),
    ],
)  # fmt: skip
def test_signatures(tail: str, signature: str) -> None:
    split = words.split(f"Confermo.\n\n{tail}\n")
    assert (split.reply, split.signature) == ("Confermo.", signature)


def test_greeting_and_name_are_the_customers_words() -> None:
    text = "Chiedo gli orari.\n\nCordiali saluti\nMaria Popescu\nVia Garibaldi 3"
    assert words.split(text).reply == text


def test_a_signature_alone_is_the_message() -> None:
    assert words.split("-- \nMaria Popescu").reply == "-- \nMaria Popescu"


LINES = st.sampled_from([
    "Buongiorno", "", "> vecchio", ">> più vecchio", "-- ", "--", "Inviato da iPhone", *ABOVE[:8],
    *HEADERS[0].split("\n"),
    "-----Messaggio originale-----", "________________", quotes.MARKER, "Da: Roma", "Oggetto: x", "Grazie, ciao",
    "> ", ">",
    "Avviso di riservatezza: x", "##- a -##", "On Monday",
])  # fmt: skip


def letters(text: str) -> list[str]:
    return sorted(char for char in text if char.isalnum())


@settings(max_examples=500)
@given(st.lists(st.one_of(LINES, st.text(max_size=20)), max_size=25))
def test_no_word_is_ever_lost(lines: list[str]) -> None:
    text = "\n".join(lines)
    split = words.split(text)
    assert letters(split.reply + split.quoted + split.signature) == letters(text)
    assert split.reply.strip() or not letters(text)
