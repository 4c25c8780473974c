"""The sentences of `checks.py`: what is wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .checks import Checked, Doubt

SENTENCES: dict[str, Any] = {
    "empty": gettext_lazy("Write it, or leave the line out."),
    "tax_code_length": gettext_lazy("A tax code has 16 signs, or 11 digits for a company: this one has %(signs)s."),
    "tax_code_form": gettext_lazy("This is not the form of a tax code: look at letters and digits, often O and 0."),
    "tax_code_sign": gettext_lazy("The check sign does not fit: one sign of the code is mistyped. Read it again."),
    "tax_code_birth": gettext_lazy("This tax code says another birth date (%(day)s). Is it theirs?"),
    "tax_code_name": gettext_lazy("The first letters of this tax code do not fit the name. Is it theirs?"),
    "vat_length": gettext_lazy("An Italian VAT number has 11 digits: this one has %(signs)s."),
    "vat_sign": gettext_lazy("The check digit does not fit: one digit of the VAT number is mistyped."),
    "vat_form": gettext_lazy("This is not a VAT number of a country of the Union, such as IT00743110157."),
    "phone_form": gettext_lazy(
        "This is no phone number: write it with its prefix, from abroad with + and the country."
    ),
    "phone_unusual": gettext_lazy("%(number)s is in no numbering plan: dial it once, or check a digit."),
    "email_form": gettext_lazy("An e-mail address has the form name@domain.it: something is missing."),
    "email_slip": gettext_lazy("Is it %(meant)s? This domain is usually a slip of the hand."),
    "address_short": gettext_lazy("Write street, number, postal code and town."),
    "address_no_code": gettext_lazy("The postal code is missing: five digits."),
    "address_code": gettext_lazy("%(code)s is no Italian postal code: they go from 00010 to 98168."),
    "address_no_number": gettext_lazy("The house number is missing (write “snc” where there is none)."),
    "iban_length": gettext_lazy("This IBAN has %(signs)s signs, not as many as its country's; an Italian one has 27."),
    "iban_sign": gettext_lazy("The check digits do not fit: one sign of the IBAN is mistyped."),
    "iban_form": gettext_lazy("This is not an IBAN: it begins with two letters of the country and two digits."),
}


def sentence(doubt: Doubt) -> str:
    """In the language of the screen."""
    text = str(SENTENCES[doubt.code])
    return text % doubt.facts if doubt.facts else text


def sentences(doubts: Iterable[Doubt]) -> list[str]:
    return [sentence(doubt) for doubt in doubts]


def refusal(checked: Checked) -> str:
    """Why it cannot be kept, in one text."""
    found = [sentence(doubt) for doubt in checked.doubts if doubt.refused]
    return " ".join(found) or _("Check it and write it again.")
