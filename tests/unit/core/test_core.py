"""Text, codes, clocks."""

from datetime import UTC, datetime, timedelta

import pytest

from sportello.foundation.core import ids, text
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation

#: Pinned across versions of Python: what is stored folded must fold the same for ever.
FOLDED = {
    "Perché  È\tcosì": "perche e cosi", "STRASSE straße": "strasse strasse", "Łódź": "lodz", "Øre": "ore", "Yılmaz": "yilmaz",
    "ﬁne": "fine", "D’Angelo": "d'angelo", "Ελλάδα": "ελλαδα", "Ёлка": "елка", "": "", "  ": "", "Æsir": "aesir",
}


@pytest.mark.parametrize(("given", "folded"), FOLDED.items())
def test_folding(given: str, folded: str) -> None:
    assert text.fold(given) == folded
    assert text.fold(folded) == folded, "folding twice changes nothing"


def test_cleaning_keeps_words_and_drops_what_the_database_refuses() -> None:
    assert text.clean("a\x00b\r\nc\rd\x07 ") == "ab\nc\nd"
    assert text.clean("caffe\u0300") == "caffè"
    assert "\ud800" not in text.clean("x\ud800y")


def test_one_line() -> None:
    assert text.one_line(" uno\n due  tre ") == "uno due tre"
    assert text.one_line("parola " * 10, 12) == "parola paro…"


def test_labels_fall_back() -> None:
    assert text.in_language({"it": "Reclamo", "en": "Complaint"}, "en-GB") == "Complaint"
    assert text.in_language({"it": "Reclamo"}, "de") == "Reclamo"
    assert text.in_language({}, "it") == ""


def test_codes_are_readable_and_forgiving() -> None:
    code = ids.access_code()
    assert ids.normal_code(f"  {code.lower().replace('-', '  ')} ") == code
    assert not set("AEIOU01") & set(code)
    assert ids.matches(code, ids.digest(code))
    assert not ids.matches(code, ids.digest(ids.access_code()))
    assert len({ids.token() for _ in range(1000)}) == 1000


@pytest.mark.django_db
def test_an_organisation_has_its_own_clock() -> None:
    here = Organisation.objects.create(slug="qui", name="Qui")
    there = Organisation.objects.create(slug="altrove", name="Altrove")
    past = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    clock.move_to(here, past)
    assert abs(clock.now(Organisation.objects.get(pk=here.pk)) - past) < timedelta(seconds=5)
    assert abs(clock.now(there) - clock.server_now()) < timedelta(seconds=5)
    assert clock.local(here, past).hour == 1, "before the spring night's change"
    assert clock.local(here, past + timedelta(hours=1)).hour == 3, "after it"
