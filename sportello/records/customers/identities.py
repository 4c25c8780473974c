"""The normal form of addresses and numbers, so that one person is found however they spell it. Pure."""

from __future__ import annotations

import re

import phonenumbers

from sportello.foundation.core.text import fold, one_line

_ADDRESS = re.compile(r"^[^@\s<>\"(),:;\\\[\]]{1,64}@[^@\s<>\"(),:;\\\[\]]{1,255}$")
#: Letters that stand for digits where two people would have one code (omocodia).
_DIGIT = "[0-9LMNPQRSTUV]"
_TAX_CODE = re.compile(rf"^[A-Z]{{6}}{_DIGIT}{{2}}[ABCDEHLMPRST]{_DIGIT}{{2}}[A-Z]{_DIGIT}{{3}}[A-Z]$")
_PARTITA_IVA = re.compile(r"^[0-9]{11}$")


def normal(sort: str, value: str) -> str:
    """`value` in the normal form of `sort`; empty when it cannot be one."""
    if sort in ("email", "pec"):
        return email(value)
    if sort == "phone":
        return phone(value)
    if sort == "tax_code":
        return tax_code(value)
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
    """Codice fiscale (D.M. 23 December 1976) or partita IVA, upper case, checked for form and check sign."""
    code = re.sub(r"\s", "", value).upper()
    if _PARTITA_IVA.match(code):
        return code if _luhn(code) else ""
    return code if _TAX_CODE.match(code) and _check_sign(code[:15]) == code[15] else ""


#: What a sign in an odd place counts (D.M. 23 December 1976).
_ODD = dict(zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
                (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6,
                 8, 12, 14, 16, 10, 22, 25, 24, 23), strict=True))


def _check_sign(body: str) -> str:
    total = 0
    for position, sign in enumerate(body):
        even_value = int(sign) if sign.isdigit() else ord(sign) - ord("A")
        total += _ODD[sign] if position % 2 == 0 else even_value
    return chr(ord("A") + total % 26)


def _luhn(digits: str) -> bool:
    total = 0
    for position, sign in enumerate(digits):
        value = int(sign) * (2 if position % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def shown(value: str) -> str:
    return one_line(value, 320)
