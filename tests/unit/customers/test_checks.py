"""What is typed into a record: right, doubtful, wrong; with a sentence that says what to do."""

from datetime import date

import pytest
from django.utils import translation

from sportello.records.customers import check_words, identities
from sportello.records.customers.checks import check


@pytest.mark.parametrize(("sort", "value", "normal"), [
    ("tax_code", "rss mra 85t10 a562s", "RSSMRA85T10A562S"),
    ("tax_code", "00743110157", "00743110157"),
    ("vat", "00743110157", "IT00743110157"),
    ("vat", "it 007 431 101 57", "IT00743110157"),
    ("vat", "DE 136 695 976", "DE136695976"),
    ("phone", "347 123 4567", "+393471234567"),
    ("phone", "0039 051/20.30.40", "+39051203040"),
    ("phone", "+44 20 7946 0958", "+442079460958"),
    ("iban", "IT60 X054 2811 1010 0000 0123 456", "IT60X0542811101000000123456"),
    ("iban", "DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
    ("email", " Maria@Example.ORG ", "maria@example.org"),
    ("address", "Via Marconi 5, 40122 Bologna", "via marconi 5 40122 bologna"),
])
def test_right_in_any_spelling(sort, value, normal):
    looked = check(sort, value)
    assert (looked.normal, looked.is_refused) == (normal, False)


@pytest.mark.parametrize(("sort", "value", "code"), [
    ("tax_code", "RSSMRA85T10A562X", "tax_code_sign"),
    ("tax_code", "RSSMRA85T10A562", "tax_code_length"),
    ("tax_code", "RSSMRA85Z10A562S", "tax_code_form"),
    ("tax_code", "00743110158", "tax_code_sign"),
    ("vat", "00743110158", "vat_sign"),
    ("vat", "0074311015", "vat_length"),
    ("vat", "IT1", "vat_length"),
    ("vat", "chissà", "vat_form"),
    ("phone", "333 12", "phone_form"),
    ("phone", "boh", "phone_form"),
    ("iban", "IT60X0542811101000000123457", "iban_sign"),
    ("iban", "IT60X054281110100000012345", "iban_length"),
    ("iban", "QUI", "iban_form"),
    ("email", "maria@", "email_form"),
    ("email", "maria@example", "email_form"),
    ("email", "maria..p@example.org", "email_form"),
    ("address", "Via", "address_short"),
    ("external", "  ", "empty"),
    ("handle", "", "empty"),
])
@pytest.mark.parametrize("language", ["it", "en"])
def test_wrong_is_refused_with_a_sentence(sort, value, code, language):
    looked = check(sort, value)
    assert looked.is_refused and looked.normal == ""
    assert [doubt.code for doubt in looked.doubts] == [code]
    with translation.override(language):
        said = check_words.refusal(looked)
    assert len(said) > 20 and "%" not in said


@pytest.mark.parametrize(("sort", "value", "codes"), [
    ("phone", "051 1", ["phone_form"]),
    ("email", "maria@gmial.com", ["email_slip"]),
    ("address", "Via Marconi 5, Bologna", ["address_no_code"]),
    ("address", "Via Marconi, 40122 Bologna", ["address_no_number"]),
    ("address", "Contrada Piana snc, 83100 Avellino", []),
    ("address", "Via Marconi 5, 99999 Bologna", ["address_code"]),
])
def test_unusual_is_doubted(sort, value, codes):
    assert [doubt.code for doubt in check(sort, value).doubts] == codes


@pytest.mark.parametrize(("name", "born_on", "codes"), [
    ("Mario Rossi", None, []),
    ("Rossi Mario", date(1985, 12, 10), []),
    ("Mario De Rossi", None, ["tax_code_name"]),
    ("Giulia Bianchi", None, ["tax_code_name"]),
    ("Mario", None, []),
    ("Mario Rossi", date(1986, 12, 10), ["tax_code_birth"]),
    # two digits of the year: a grandfather of the same day is not doubted
    ("Mario Rossi", date(1885, 12, 10), []),
])
def test_a_tax_code_is_compared_with_what_is_known(name, born_on, codes):
    looked = check("tax_code", "RSSMRA85T10A562S", name=name, born_on=born_on)
    assert [doubt.code for doubt in looked.doubts] == codes and not looked.is_refused


@pytest.mark.parametrize(("letters", "fits"), [("RSSGFR", True), ("RSSGNF", False)])
def test_a_given_name_of_four_consonants_leaves_out_the_second(letters, fits):
    """Gianfranco has G, N, F, R, N, C: the first, third and fourth count (D.M. 23 December 1976, art. 2)."""
    from stdnum.it.codicefiscale import calc_check_digit

    code = f"{letters}80A01H501"
    doubts = check("tax_code", code + calc_check_digit(code), name="Gianfranco Rossi").doubts
    assert (doubts == ()) == fits


def test_two_codes_of_one_person_have_one_body():
    """Omocodia: the last digit written as a letter, with its own check sign."""
    plain = "RSSMRA85T10A562S"
    from stdnum.it.codicefiscale import calc_check_digit

    twin = "RSSMRA85T10A56N"
    twin += calc_check_digit(twin)
    assert identities.tax_code(twin) == twin != plain
    assert identities.without_omocodia(twin) == identities.without_omocodia(plain)
    assert identities.without_omocodia("RSSMRA85T10A561S") != identities.without_omocodia(plain)


@pytest.mark.parametrize("spelled", [
    "Viale Guglielmo Marconi 5, 40131 Bologna", "V.le Guglielmo Marconi, n. 5 - 40131 Bologna",
    "v.le  GUGLIELMO marconi n.5 (40131) Bologna", "Vle Guglielmo Marconi nr 5 40131 BOLOGNA",
])
def test_one_house_in_many_spellings(spelled):
    assert identities.address(spelled) == "viale guglielmo marconi 5 40131 bologna"
