"""What is typed into a record is looked at before it is kept. Codes with facts; the words are `check_words.py`'s.

Refused is what cannot be right (a check sign that does not fit); doubted what is unusual and may be right: who has the
customer before them decides. Nothing typed is changed but spaces and case. No network: whether a VAT number is
registered (VIES) or an address exists is not asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

import phonenumbers
from stdnum import iban as iban_numbers
from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.it import codicefiscale

from sportello.foundation.core.text import fold

from . import identities


@dataclass(frozen=True)
class Doubt:
    """`code` of `check_words.SENTENCES`; `refused`: it cannot be kept as it is."""

    code: str
    refused: bool = False
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Checked:
    """`normal` is empty where it is refused; `shown` how it reads best; `doubts` in the order found."""

    normal: str
    shown: str
    doubts: tuple[Doubt, ...] = ()
    #: What the value tells besides itself: `{"born_on": "1985-12-10"}`.
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def is_refused(self) -> bool:
        return any(doubt.refused for doubt in self.doubts)


def check(sort: str, value: str, *, name: str = "", born_on: date | None = None) -> Checked:
    """Look at a value of an identity's sort, or an `iban`; `name` and `born_on` of its record, where known."""
    looked = {
        "tax_code": lambda: _tax_code(value, name, born_on), "vat": lambda: _vat(value),
        "phone": lambda: _phone(value), "address": lambda: _address(value), "iban": lambda: _iban(value),
        "email": lambda: _email(value), "pec": lambda: _email(value),
    }.get(sort)
    if looked is None:
        normal = identities.normal(sort, value)
        return Checked(normal, value.strip(), () if normal else (Doubt("empty", True),))
    return looked()


def _refused(value: str, code: str, **facts: str) -> Checked:
    return Checked("", value.strip(), (Doubt(code, True, facts),))


def _tax_code(value: str, name: str, born_on: date | None) -> Checked:
    code = re.sub(r"[\s\-./]", "", value).upper()
    if re.fullmatch(r"\d{11}", code):
        return Checked(code, code) if identities.tax_code(code) else _refused(value, "tax_code_sign")
    if len(code) != 16:
        return _refused(value, "tax_code_length", signs=str(len(code)))
    if not identities.tax_code(code):
        try:
            codicefiscale.validate(code)
        except InvalidChecksum:
            return _refused(value, "tax_code_sign")
        except (ValidationError, ValueError):
            return _refused(value, "tax_code_form")
        return _refused(value, "tax_code_form")
    doubts: list[Doubt] = []
    # the code has two digits of the year: a birth day a century off is the same code
    born = codicefiscale.get_birth_date(code, minyear=born_on.year - 50 if born_on else 1920)
    if born_on and (born.month, born.day, born.year % 100) != (born_on.month, born_on.day, born_on.year % 100):
        doubts.append(Doubt("tax_code_birth", facts={"day": born.isoformat()}))
    if name and not _fits_name(code, name):
        doubts.append(Doubt("tax_code_name"))
    return Checked(code, code, tuple(doubts), {"born_on": born.isoformat()})


def _fits_name(code: str, name: str) -> bool:
    """Whether the code's six letters can be those of these words, in any split of family and given names."""
    words = re.sub(r"[^a-z ]", "", fold(name)).split()
    if len(words) < 2:
        return True
    splits = [(words[:cut], words[cut:]) for cut in range(1, len(words))]
    return any(
        code[:3] == _letters("".join(family)) and code[3:6] in _given("".join(given))
        for one, other in splits for family, given in ((one, other), (other, one))
    )


def _letters(word: str) -> str:
    consonants = [sign for sign in word if sign not in "aeiou"]
    vowels = [sign for sign in word if sign in "aeiou"]
    return ("".join([*consonants, *vowels]) + "xxx")[:3].upper()


def _given(word: str) -> set[str]:
    """Of a given name with four consonants or more the first, third and fourth count (D.M. 23 December 1976 art. 2)."""
    consonants = [sign for sign in word if sign not in "aeiou"]
    return {"".join((consonants[0], *consonants[2:4])).upper()} if len(consonants) >= 4 else {_letters(word)}


def _vat(value: str) -> Checked:
    normal = identities.vat(value)
    if normal:
        return Checked(normal, normal)
    bare = re.sub(r"[\s\-./]", "", value).upper()
    digits = bare[2:] if bare[:2] == "IT" else bare
    if digits.isdigit() and len(digits) != 11 and (bare[:2] == "IT" or bare.isdigit()):
        return _refused(value, "vat_length", signs=str(len(digits)))
    return _refused(value, "vat_sign" if digits.isdigit() else "vat_form")


def _phone(value: str) -> Checked:
    normal = identities.phone(value)
    if not normal:
        return _refused(value, "phone_form")
    number = phonenumbers.parse(normal, None)
    shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    doubts = () if phonenumbers.is_valid_number(number) else (Doubt("phone_unusual", facts={"number": shown}),)
    return Checked(normal, shown, doubts)


def _email(value: str) -> Checked:
    normal = identities.email(value)
    if not normal:
        return _refused(value, "email_form")
    local, _at, domain = normal.partition("@")
    if "." not in domain or domain.startswith(".") or domain.endswith(".") or ".." in normal or local.startswith("."):
        return _refused(value, "email_form")
    meant = _SLIPS.get(domain)
    return Checked(normal, normal, (Doubt("email_slip", facts={"meant": f"{local}@{meant}"}),) if meant else ())


#: Domains that are written by a slip of the hand far more often than meant.
_SLIPS = {
    "gmial.com": "gmail.com", "gmai.com": "gmail.com", "gmail.it": "gmail.com", "gmail.con": "gmail.com",
    "gamil.com": "gmail.com", "hotmial.com": "hotmail.com", "hotmail.con": "hotmail.com", "libero.com": "libero.it",
    "liberò.it": "libero.it", "yaho.it": "yahoo.it", "yahoo.con": "yahoo.com", "outlok.com": "outlook.com",
    "tiscali.com": "tiscali.it", "virgilio.com": "virgilio.it",
}


def _address(value: str) -> Checked:
    """An Italian address wants a house number and a postal code of five digits (CAP, 00010 to 98168)."""
    normal = identities.address(value)
    if len(normal) < 4:
        return _refused(value, "address_short")
    doubts: list[Doubt] = []
    codes = re.findall(r"(?<!\d)\d{5}(?!\d)", value)
    rest = re.sub(r"(?<!\d)\d{5}(?!\d)", " ", value)
    if not codes:
        doubts.append(Doubt("address_no_code"))
    elif not any(10 <= int(code) <= 98168 for code in codes):
        doubts.append(Doubt("address_code", facts={"code": codes[0]}))
    if not re.search(r"\d|\bsnc\b", rest.lower()):
        doubts.append(Doubt("address_no_number"))
    return Checked(normal, " ".join(value.split()), tuple(doubts))


#: ISO 13616 registry, the countries most letters come from.
_IBAN_LENGTHS = {"IT": 27, "SM": 27, "VA": 22, "CH": 21, "DE": 22, "FR": 27, "ES": 24, "AT": 20, "RO": 24, "GB": 22}


def _iban(value: str) -> Checked:
    """ISO 13616; length and parts of the country, check digits, and where the country has them its own (Italy: CIN)."""
    bare = re.sub(r"[\s\-.]", "", value).upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{1,60}", bare):
        return _refused(value, "iban_form")
    # a missing sign also breaks the check digits: of our own countries we can say which it is
    if len(bare) != _IBAN_LENGTHS.get(bare[:2], len(bare)):
        return _refused(value, "iban_length", signs=str(len(bare)))
    try:
        normal = str(iban_numbers.validate(bare))
    except InvalidChecksum:
        return _refused(value, "iban_sign")
    except (ValidationError, ValueError):
        return _refused(value, "iban_form")
    return Checked(normal, str(iban_numbers.format(normal)), facts={"country": normal[:2]})
