"""Every row the product ships, with the source it must name: a value changed by mistake breaks its own line."""

from __future__ import annotations

from datetime import date

import pytest

from sportello.records.procedures import packs
from sportello.records.procedures.definition import Definition, DefinitionError

ROWS = [
    # code, day, value, unit, roll, confidence, the source it names
    ("pa_general", "2026-11-23", 30, "calendar_days", "festivo", "A", "L. 241/1990 art. 2"),
    ("document_access", "2026-11-23", 30, "calendar_days", "festivo", "B", "L. 241/1990 artt. 22–25"),
    ("civic_access", "2026-11-23", 30, "calendar_days", "festivo", "A", "D.Lgs. 33/2013 art. 5 c. 1, 3, 6"),
    ("foia", "2026-11-23", 30, "calendar_days", "festivo", "A", "D.Lgs. 33/2013 art. 5 c. 2–8"),
    ("foia_review", "2026-11-23", 20, "calendar_days", "festivo", "A", "D.Lgs. 33/2013 art. 5 c. 2–8"),
    ("gdpr_rights", "2026-11-23", 1, "months", "festivo_and_saturday", "B", "GDPR art. 12(3)"),
    ("public_service_complaint", "2026-11-23", 30, "calendar_days", "festivo", "C", "Dir.P.C.M. 27 Jan 1994"),
    ("health_complaint", "2026-11-23", 30, "calendar_days", "festivo", "C", "DPCM 19 May 1995"),
    ("accessibility_report", "2026-11-23", 30, "calendar_days", "festivo", "B", "L. 4/2004 art. 3-quinquies"),
    ("withdrawal", "2026-11-23", 14, "calendar_days", "festivo_and_saturday", "A", "artt. 56–57"),
    ("withdrawal", "2026-06-01", 14, "calendar_days", "festivo_and_saturday", "A", "artt. 56–57"),
    ("withdrawal_home_visit", "2026-11-23", 14, "calendar_days", "festivo_and_saturday", "A", "artt. 56–57"),
    ("guarantee", "2026-11-23", 30, "calendar_days", "festivo", "H", "House rule"),
    ("delivery", "2026-11-23", 30, "calendar_days", "festivo_and_saturday", "A", "art. 61"),
    ("refund", "2026-11-23", 14, "calendar_days", "festivo_and_saturday", "A", "artt. 56–57"),
    ("energy_complaint", "2026-11-23", 30, "calendar_days", "festivo", "B", "399/2025/R/com"),
    ("energy_billing_correction", "2026-11-23", 60, "calendar_days", "festivo", "B", "399/2025/R/com"),
    ("energy_billing_correction_4m", "2026-11-23", 90, "calendar_days", "festivo", "B", "399/2025/R/com"),
    ("energy_double_billing", "2026-11-23", 15, "calendar_days", "festivo", "B", "399/2025/R/com"),
    ("energy_information", "2026-11-23", 30, "calendar_days", "festivo", "B", "399/2025/R/com"),
    ("water_complaint", "2026-11-23", 30, "working_days", "none", "B", "RQSII 655/2015"),
    ("water_information", "2026-11-23", 30, "working_days", "none", "M", "RQSII 655/2015"),
    ("water_billing_correction", "2026-11-23", 60, "working_days", "none", "M", "RQSII 655/2015"),
    ("waste_complaint", "2026-11-23", 30, "working_days", "none", "B", "TQRIF 15/2022"),
    ("waste_information", "2026-11-23", 30, "working_days", "none", "B", "TQRIF 15/2022"),
    ("waste_correction", "2026-11-23", 60, "working_days", "none", "M", "TQRIF 15/2022"),
    ("telecom_complaint", "2026-11-23", 30, "calendar_days", "festivo", "B", "AGCOM 255/24/CONS"),
    ("telecom_complaint", "2025-06-01", 45, "calendar_days", "festivo", "B", "before AGCOM 255/24/CONS"),
    ("post_complaint", "2026-11-23", 45, "calendar_days", "festivo", "A", "AGCOM 184/13/CONS"),
    ("bank_complaint", "2026-11-23", 60, "calendar_days", "festivo", "B", "economiapertutti.bancaditalia.it"),
    ("payment_complaint", "2026-11-23", 15, "working_days", "none", "B", "economiapertutti.bancaditalia.it"),
    ("investment_complaint", "2026-11-23", 60, "calendar_days", "festivo", "M", "Reg. Consob 19602/2016"),
    ("insurance_complaint", "2026-11-23", 45, "calendar_days", "festivo", "B", "Reg. ISVAP 24/2008"),
    ("insurance_complaint", "2025-11-23", 45, "calendar_days", "festivo", "B", "Reg. ISVAP 24/2008"),
    ("rail_complaint", "2026-11-23", 1, "months", "festivo_and_saturday", "B", "ART 28/2021"),
    ("bus_complaint", "2026-11-23", 1, "months", "festivo_and_saturday", "B", "Reg. 181/2011"),
    ("sea_complaint", "2026-11-23", 1, "months", "festivo_and_saturday", "B", "Reg. 1177/2010"),
    ("air_complaint", "2026-11-23", 42, "calendar_days", "none", "A", "carta-diritti.enac.gov.it"),
    ("information", "2026-11-23", 15, "calendar_days", "festivo", "H", "House rule"),
    ("suggestion", "2026-11-23", 60, "calendar_days", "festivo", "H", "House rule"),
    ("praise", "2026-11-23", 60, "calendar_days", "festivo", "H", "House rule"),
    ("fault_report", "2026-11-23", 30, "calendar_days", "festivo", "H", "House rule"),
]


def version(code: str, day: str = "2026-11-23") -> Definition:
    found = packs.shipped_version(code, date.fromisoformat(day))
    assert found is not None
    return found


@pytest.mark.parametrize(("code", "day", "value", "unit", "roll", "confidence", "source"), ROWS,
                         ids=[f"{row[0]}-{row[1]}" for row in ROWS])
def test_the_term_and_its_source(
    code: str, day: str, value: int, unit: str, roll: str, confidence: str, source: str
) -> None:
    term = version(code, day).term
    assert (term.value, term.unit, term.roll, term.confidence) == (value, unit, roll, confidence)
    assert source in term.source


def test_no_row_is_left_out() -> None:
    shipped = {(each.code, each.valid_from) for pack in packs.shipped() for each in pack.procedures}
    tested = {(row[0], version(row[0], row[1]).valid_from) for row in ROWS}
    assert shipped == tested


PARTS = [
    # code, the value's key, what it must be, confidence, the source it names
    ("pa_general", "suspensions.facts_not_held", {"max": 30, "once": True}, "A", "art. 2 c. 7"),
    ("pa_general", "suspensions.refusal_notice", {"window": 10, "after_answer": 10, "effect": "suspends"}, "B",
     "art. 10-bis as amended by DL 76/2020"),
    ("pa_general", "acknowledgement", {"when": "immediate"}, "A", "art. 18-bis"),
    ("pa_general", "deadlines.substitute_power", {"value": 15, "after": "due"}, "A", "9-bis"),
    ("document_access", "silence", {"effect": "refusal"}, "B", "artt. 22–25"),
    ("document_access", "deadlines.opposition", {"value": 10, "on": "third_party"}, "M", "DPR 184/2006 art. 3"),
    ("document_access", "suspensions.irregular", {"effect": "interrupts", "within": 10}, "M", "art. 6 c. 5"),
    ("document_access", "steps.request_form", {"form": "accesso-documenti", "role": "customer"}, "B", "184/2006 art. 6"),
    ("document_access", "checklists.before_decision", {"code": "before_decision"}, "A", "artt. 22 c. 1 lett. b, 24"),
    ("foia", "checklists.limits", {"code": "limits"}, "A", "5-bis"),
    ("foia", "suspensions.third_parties", {"window": 10, "after_answer": 0}, "A", "33/2013 art. 5"),
    ("foia", "deadlines.release_wait", {"value": 15, "after": "told"}, "A", "33/2013 art. 5"),
    ("foia_review", "suspensions.privacy_authority", {"max": 10}, "M", "33/2013"),
    ("gdpr_rights", "interim", {"value": 3, "unit": "months"}, "B", "two further months"),
    ("health_complaint", "remedies.ombudsman", {"sort": "ombudsman"}, "M", "L. 24/2017 art. 2"),
    ("withdrawal", "deadlines.withdrawal_goods", {"value": 14, "on": "customer", "after": "delivered"}, "A",
     "artt. 52–53"),
    ("withdrawal", "acknowledgement", {"when": "immediate"}, "B", "54-bis"),
    ("withdrawal", "steps.function", {"form": "withdrawal"}, "B", "D.Lgs. 209/2025"),
    ("withdrawal_home_visit", "deadlines.withdrawal_goods", {"value": 30}, "M", "artt. 52–53"),
    ("guarantee", "deadlines.guarantee", {"value": 24, "unit": "months"}, "B", "D.Lgs. 170/2021"),
    ("guarantee", "deadlines.action", {"value": 26, "unit": "months"}, "B", "D.Lgs. 170/2021"),
    ("energy_complaint", "compensation.base", {"amount": 3000}, "B", "399/2025/R/com"),
    ("energy_complaint", "remedies.arera_conciliation", {"mandatory_before_court": True}, "B", "399/2025"),
    ("energy_complaint", "retention", {"years": 3}, "B", "399/2025"),
    ("water_complaint", "reply_blocks.contact", {"mandatory": True}, "A", "Atlante art. 49–50"),
    ("waste_complaint", "remedies.arera_conciliation", {"mandatory_before_court": False}, "B", "574/2024"),
    ("telecom_complaint", "acknowledgement", {"when": "immediate", "contents": ("number",)}, "B", "255/24/CONS"),
    ("telecom_complaint", "compensation.late_answer", {"amount": 250, "per": "day", "cap": 30000}, "B", "347/18/CONS"),
    ("bank_complaint", "remedies.abf", {"ceiling": 20_000_000}, "A", "200,000"),
    ("payment_complaint", "interim", {"value": 35, "unit": "working_days"}, "B", "bancaditalia"),
    ("insurance_complaint", "suspensions.agent_input", {"max": 15}, "M", "46/2016"),
    ("insurance_complaint", "remedies.aas", {"mandatory_before_court": True, "fee": 2000}, "B", "15 Jan 2026"),
    ("rail_complaint", "interim", {"value": 3, "unit": "months"}, "B", "ART 28/2021"),
    ("rail_complaint", "compensation.ten", {"late_from": 91, "percent": 10, "floor": 400}, "M", "ART 28/2021"),
    ("sea_complaint", "interim", {"value": 2, "unit": "months"}, "B", "1177/2010"),
    ("air_complaint", "deadlines.two_years", {"value": 24, "unit": "months"}, "A", "enac"),
]


@pytest.mark.parametrize(("code", "key", "parts", "confidence", "source"), PARTS,
                         ids=[f"{row[0]}-{row[1]}" for row in PARTS])
def test_the_other_values_and_their_source(code: str, key: str, parts: dict, confidence: str, source: str) -> None:
    value = dict(version(code).sourced_values())[key]
    assert {name: getattr(value, name) for name in parts} == parts
    assert value.confidence == confidence
    assert source in value.source


def test_what_is_not_sure_asks_its_question_in_both_languages() -> None:
    for pack in packs.shipped():
        for definition in pack.procedures:
            for each in definition.open_values():
                assert each.question.get("it") and each.question.get("en"), (definition.code, each.key)
            for texts in (definition.names, pack.names):
                assert texts["it"] and texts["en"]


def test_health_ships_off() -> None:
    assert version("health_complaint").on is False


@pytest.mark.parametrize("pack", packs.shipped(), ids=lambda pack: pack.code)
def test_what_is_written_is_read_again(pack: packs.Pack) -> None:
    again = packs.read_pack(packs.write_pack(pack.code, pack.names, list(pack.procedures)))
    assert again == pack


@pytest.mark.parametrize(("text", "said"), [
    ("a: [", "not YAML"),
    ("just words", "a list called"),
    ("procedures: []", "from 1 to"),
    ("a: &a [1]\nprocedures: [*a, *a]", "aliases"),
    ("procedures: !!python/object/apply:os.system [true]", "not YAML"),
    ("[" * 5000, "not YAML"),
    ("procedures: [1]", "with its parts|object"),
    ("procedures:\n- {code: x, zz: 1}", "“zz” is not known"),
    ("procedures:\n- {code: x, names: {it: X}, kind: x, family: service, source: s, confidence: M, "
     "valid_from: 2020-01-01, term: {value: 3, unit: months}}", "question"),
    ("procedures:\n- {code: x, names: {it: X}, kind: x, family: service, source: s, confidence: A, "
     "valid_from: 2020-01-01, valid_to: 2019-01-01, term: {value: 3, unit: months}}", "ends before it begins"),
    ("x: " + "y" * 1_000_001, "at most"),
])
def test_a_bad_file_is_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(DefinitionError, match=said):
        packs.read_pack(text)
