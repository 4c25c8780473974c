"""A form as data: what it may ask, how answers are looked at, what depends on what; a file out and in."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import translation

from sportello.service.backoffice.forms import answers, files
from sportello.service.backoffice.forms.definition import TYPES, FormFault, read

TODAY = date(2026, 11, 29)
FORM: dict[str, Any] = {
    "code": "rimborso", "kind": "information", "names": {"it": "Richiesta di rimborso", "en": "Refund request"},
    "pages": [
        {"titles": {"it": "Chi chiede", "en": "Who asks"}, "fields": [
            {"code": "who", "type": "choice", "labels": {"it": "Chi è?", "en": "Who are you?"}, "choices": [
                {"code": "person", "names": {"it": "Persona", "en": "Person"}},
                {"code": "firm", "names": {"it": "Azienda", "en": "Company"}}]},
            {"code": "why", "type": "several", "required": False, "labels": "Motivi", "choices": [
                {"code": "late", "names": "In ritardo"}, {"code": "broken", "names": "Rotto"}]},
        ]},
        {"titles": {"it": "Dati"}, "fields": [
            {"code": "tax_code", "type": "tax_code", "labels": "Codice fiscale", "when": {"field": "who", "is": ["person"]}},
            {"code": "vat", "type": "vat", "labels": "Partita IVA", "when": {"field": "who", "is": ["firm"]}},
            {"code": "iban", "type": "iban", "labels": "IBAN"},
            {"code": "amount", "type": "amount", "labels": "Importo", "at_least": "1", "at_most": "500"},
            {"code": "day", "type": "date", "labels": "Giorno", "at_most": "today", "at_least": "today-90"},
            {"code": "proof", "type": "file", "labels": "Ricevuta", "required": False},
            {"code": "true", "type": "declaration", "labels": "Dichiaro che è vero."},
        ]},
    ],
}
PERSON = {
    "q-who": "person", "q-why": "late,broken", "q-tax_code": "rssmra85t10a562s", "q-vat": "", "q-amount": "1.234,50",
    "q-iban": "IT60 X054 2811 1010 0000 0123 456", "q-day": "2026-11-20", "q-true": "on",
}


@pytest.fixture(autouse=True)
def italian() -> Any:
    with translation.override("it"):
        yield


def collected(**changes: str) -> tuple[dict[str, Any], int]:
    return answers.collect(read(FORM), {**PERSON, **changes}, "it", TODAY, {"proof": [("r.pdf", "ab" * 32)]})


def test_answers_are_kept_as_they_count() -> None:
    assert collected()[1] == 2, "over the most of 500"
    found, wrong = collected(**{"q-amount": "€ 234,5"})
    assert wrong == 0
    assert found == {
        "who": "person", "why": ["late", "broken"], "tax_code": "RSSMRA85T10A562S", "amount": "234.50",
        "iban": "IT60 X054 2811 1010 0000 0123 456", "day": "2026-11-20", "true": True,
        "proof": [{"name": "r.pdf", "sha256": "ab" * 32}],
    }
    parts = answers.in_words(read(FORM), found, "it")
    said = answers.as_text(parts)
    assert "CHI CHIEDE" in said and "Motivi: In ritardo, Rotto" in said and "Importo: 234,50 €" in said
    assert "Giorno: 20 novembre 2026" in said and "Ricevuta: r.pdf" in said


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"q-tax_code": "RSSMRA85T10A562X"}, "carattere di controllo"), ({"q-tax_code": ""}, "serve"),
        ({"q-iban": "IT60X0542811101000000123457"}, "cifre di controllo"), ({"q-amount": "quattro"}, "in cifre"),
        ({"q-amount": "0,50"}, "minimo"), ({"q-day": "2026-11-30"}, "ultimo giorno"),
        ({"q-day": "2026-08-30"}, "primo giorno"), ({"q-true": ""}, "casella"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(change: dict[str, str], sentence: str) -> None:
    typed = {**PERSON, "q-amount": "20", **change}
    form = answers.page_form(read(FORM), 2, typed, "it", TODAY, {})
    assert not form.is_valid()
    assert sentence in str(form.errors[next(iter(change)).removeprefix("q-")])


def test_a_condition_asks_and_forgets() -> None:
    form = read(FORM)
    assert [one.code for one in answers.asked(form, 2, PERSON)][:2] == ["tax_code", "iban"]
    firm = {**PERSON, "q-who": "firm", "q-vat": "00743110157", "q-amount": "20"}
    assert answers.asked(form, 2, firm)[0].code == "vat"
    found, wrong = answers.collect(form, firm, "it", TODAY, {})
    assert wrong == 0 and found["vat"] == "IT00743110157"
    assert "tax_code" not in found, "what is not asked is no answer, whatever was typed before"


def test_a_page_nobody_is_asked_is_skipped() -> None:
    data = {**FORM, "pages": [FORM["pages"][0], {"fields": [
        {"code": "vat", "type": "vat", "labels": "P. IVA", "when": {"field": "who", "is": ["firm"]}}]}]}
    form = read(data)
    assert answers.page_after(form, 1, {"q-who": "person"}) == 0
    assert answers.page_after(form, 1, {"q-who": "firm"}) == 2 and answers.page_before(form, 2, {}) == 1


def test_several_are_read_from_what_is_posted() -> None:
    form = read(FORM)
    posted = QueryDict("q-who=person&q-why=late&q-why=broken&q-other=x")
    assert answers.typed_of(form.pages[0].fields, posted) == {"q-who": "person", "q-why": "late,broken"}


def with_field(**field: Any) -> dict[str, Any]:
    return {**FORM, "pages": [FORM["pages"][0], {"fields": [{"code": "one", "type": "text", "labels": "Uno", **field}]}]}


@pytest.mark.parametrize(
    "data",
    [
        None, {"code": "x"}, {**FORM, "code": "Con spazi"}, with_field(code="who"), with_field(type="colour"),
        with_field(labels={}), with_field(type="choice", choices=[{"code": "a", "names": "A"}]), with_field(longest=10**6),
        with_field(when={"field": "one", "is": ["a"]}), with_field(when={"field": "who", "is": ["nobody"]}),
        with_field(type="number", at_least="2026-01-01"), with_field(type="date", at_most="12"),
        with_field(at_most="5"), {**FORM, "pages": [{"fields": []}] * 13},
    ],
)
def test_a_wrong_form_is_refused_with_its_place(data: Any) -> None:
    with pytest.raises(FormFault) as fault:
        read(data)
    assert fault.value.problems


@pytest.mark.parametrize("sort", TYPES)
def test_every_type_can_be_asked(sort: str) -> None:
    choices = {"choices": [{"code": "a", "names": "A"}, {"code": "b", "names": "B"}]} if sort in ("choice", "several") else {}
    form = read({"code": "x", "names": "X", "pages": [{"fields": [{"code": "one", "type": sort, "labels": "Uno", **choices}]}]})
    empty = answers.page_form(form, 1, {}, "it", TODAY, {})
    assert not empty.is_valid() and "one" in empty.errors, "it is required"
    assert "q-one" in str(empty)


def test_out_and_in_again() -> None:
    form = read(FORM)
    yaml = files.write([form])
    assert files.read_file(yaml.encode()) == [form]
    assert "is:\n        - person" in yaml


@pytest.mark.parametrize("content", [b"", b"forms: 3", b"forms: [{code: x}]", b"\xff\xfe", b"a: &a [1]\nforms: [*a]", b"[" * 90_000,
                                     b"forms:\n- " + b"x" * 400_000])
def test_a_strange_file_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(FormFault):
        files.read_file(content)
