"""The normal form of addresses and numbers, so that one person is found however they spell it. Pure."""

from __future__ import annotations

import re

import phonenumbers
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError
from stdnum.it import codicefiscale, iva

from sportello.foundation.core.text import fold, one_line

_ADDRESS = re.compile(r"^[^@\s<>\"(),:;\\\[\]]{1,64}@[^@\s<>\"(),:;\\\[\]]{1,255}$")
_PARTITA_IVA = re.compile(r"^[0-9]{11}$")


def normal(sort: str, value: str) -> str:
    """`value` in the normal form of `sort`; empty when it cannot be one."""
    if sort in ("email", "pec"):
        return email(value)
    if sort == "phone":
        return phone(value)
    if sort == "tax_code":
        return tax_code(value)
    if sort == "vat":
        return vat(value)
    if sort == "address":
        return address(value)
    return fold(value)[:320]


def email(value: str) -> str:
    """Lower case. The local part could in theory differ by case (RFC 5321 2.4); nobody's mailbox does."""
    address = value.strip().strip("<>").lower()
    return address if len(address) <= 254 and _ADDRESS.match(address) else ""


def phone(value: str, region: str = "IT") -> str:
    """E.164, `+390512345678`; a number without prefix is read as Italian."""
    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def tax_code(value: str) -> str:
    """Codice fiscale (D.M. 23 December 1976), omocodia included, or the eleven digits a company has; upper case,
    checked for form, date and check sign."""
    code = re.sub(r"[\s\-./]", "", value).upper()
    if _PARTITA_IVA.match(code):
        return code if iva.is_valid(code) else ""
    try:
        # an `O` for a zero and such are the most common slips: they are refused, never mended in silence
        return str(codicefiscale.validate(code)) if len(code) == 16 else ""
    except (ValidationError, ValueError):
        return ""


#: What stands for a digit where two people would have one code (omocodia): position of the letter is the digit.
_OMOCODIA = "LMNPQRSTUV"
_DIGIT_PLACES = (6, 7, 9, 10, 12, 13, 14)


def without_omocodia(code: str) -> str:
    """The body of a valid tax code (15 signs) with its digits as digits: two codes of one person have one body."""
    signs = list(code[:15])
    for place in _DIGIT_PLACES:
        if len(code) == 16 and signs[place] in _OMOCODIA:
            signs[place] = str(_OMOCODIA.index(signs[place]))
    return "".join(signs)


def vat(value: str) -> str:
    """A VAT number of the Union with its country, `IT00743110157`; eleven bare digits are read as Italian."""
    bare = re.sub(r"[\s\-./]", "", value).upper()
    if _PARTITA_IVA.match(bare):
        bare = "IT" + bare
    try:
        return str(eu_vat.validate(bare)).upper() if bare[:2].isalpha() else ""
    except (ValidationError, ValueError, AttributeError):
        return ""


#: How streets are shortened on forms and envelopes.
_STREETS = {
    "v": "via", "v.le": "viale", "vle": "viale", "p.za": "piazza", "p.zza": "piazza", "pza": "piazza", "pzza": "piazza",
    "p.le": "piazzale", "ple": "piazzale", "c.so": "corso", "cso": "corso", "l.go": "largo", "lgo": "largo",
    "vic": "vicolo", "vic.lo": "vicolo", "str": "strada", "fraz": "frazione", "loc": "localita", "b.go": "borgo",
}
_NOISE = frozenset({"n", "nr", "num", "numero", "civ", "civico", "int", "interno", "cap"})


def address(value: str) -> str:
    """A postal address as compared: folded, street words written out, without punctuation and "n." before numbers."""
    apart = re.sub(r"\b(n|nr|num)\.?\s*(?=\d)", " ", fold(value))
    words = re.split(r"[\s,;()/\-]+", apart)
    kept = [_STREETS.get(word.rstrip("."), word.strip(".'")) for word in words]
    return " ".join(word for word in kept if word and word not in _NOISE)[:320]


def shown(value: str) -> str:
    return one_line(value, 320)
