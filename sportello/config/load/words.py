"""Text with the shape of real text: a few words everywhere, most words almost nowhere, from a seed.

Search and its indexes behave by how often words occur, so random letters or one repeated sentence would measure
nothing. Word number r of a vocabulary occurs in proportion to 1/r (G. K. Zipf, 1935): the first ranks are real
Italian and English words of an office, those after them are made of syllables. Between them stand what people write to
an office: their tax code, an order, a telephone number, a day, an amount.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import accumulate

VOCABULARY = 30_000
LANGUAGES = ("it", "en")

_FIRST = {
    "it": """di e il la che per un a in con non è sono del della buongiorno ho mi le i da al come vorrei sapere una si
    grazie cordiali saluti richiesta ufficio pratica comune domanda pagamento documento certificato residenza
    bolletta tassa rifiuti scuola mensa iscrizione appuntamento carta identità rimborso ordine consegna pacco reso
    fattura giorni settimana mese ieri oggi domani via piazza strada lampione buca segnalazione reclamo orario
    sportello risposta attesa urgente allegato modulo firma copia originale numero codice importo euro conto figlia
    figlio marito moglie madre casa affitto contratto proprietà superficie metri acqua luce gas contatore lettura
    permesso sosta parcheggio multa verbale ricorso scadenza proroga termine errore doppio addebito accredito""",
    "en": """the of to and a in for is on that with I not have my you this was are be as it from please would like know
    thank regards request office form question payment document certificate residence bill tax waste school meals
    enrolment appointment card identity refund order delivery parcel return invoice days week month yesterday today
    tomorrow street square road lamp hole report complaint hours desk answer waiting urgent attached signature copy
    number code amount account daughter son husband wife mother house rent contract property metres water light gas
    meter reading permit parking fine appeal deadline extension term mistake double charge credit""",
}
_SYLLABLE_LINES = {
    "it": "ba be bo ca ce co da de di fa fi ga gi la le li lo ma me mi mo na ne ni no pa pe po ra re ri ro sa se si so "
    "sta stra ta te ti to tra va ve vi zio zza gna glia sce qua",
    "en": "ack and ble ber com con cal den der ess ful ger ham ing ism ist ity ket land lef less lin ment mor ner nesh "
    "old ort per pol ran ric sel ship son ster tain ton tur ward wick wood",
}
_SYLLABLES = {language: line.split() for language, line in _SYLLABLE_LINES.items()}
_NAMES = """Maria Giovanni Lucia Ahmed Wei Noemi Paolo Elena John Sofia Ion Fatima Marco Chiara Luca Giulia Andrea Sara
Matteo Anna Davide Irina Olga Karim Diego Marta Pietro Laura Simone Rosa Giuseppe Antonio Francesca Alessandro Teresa
Salvatore Caterina Vincenzo Angela Roberto Silvia Stefano Paola Emanuele Valentina Nicola Federica Filippo Beatrice
Tommaso Aurora Gabriele Ginevra Riccardo Alice Edoardo Martina Mihai Ioana Amina Youssef Mei Jun Priya Arjun Olena Taras
Emily Jack Grace Harry Charlotte Oliver"""
_FAMILIES = """Rossi Bianchi Popescu Ferrari Esposito Romano Colombo Ricci Marino Greco Bruno Gallo Conti Baker
Mancini Costa Giordano Rizzo Lombardi Moretti Barbieri Fontana Santoro Mariani Rinaldi Caruso Ferrara Galli Martini
Leone Longo Gentile Zhang Smith Haddad Novak Dumitru Petrova Silva Okafor Amato Basile Bellini Benedetti Bernardi
Bianco Calabrese Cattaneo Coppola Damico Deluca Desantis Donati Fabbri Farina Ferri Fiore Gatti Grasso Grassi Guerra
Lombardo Marchetti Marini Martinelli Messina Milani Monti Morelli Negri Neri Orlando Palmieri Palumbo Parisi Pellegrini
Piras Riva Rossetti Ruggiero Russo Sala Sanna Sartori Serra Sorrentino Testa Valentini Villa Vitale Vitali Zanella"""
NAMES, FAMILIES = _NAMES.split(), _FAMILIES.split()


class Words:
    """The vocabulary of one language and a chance of its own; the same seed says the same things."""

    def __init__(self, language: str, chance: random.Random) -> None:
        self.language, self._chance = language, chance
        self.ranked = vocabulary(language)
        self._weights = list(accumulate(1 / rank for rank in range(1, len(self.ranked) + 1)))

    def some(self, count: int) -> list[str]:
        return self._chance.choices(self.ranked, cum_weights=self._weights, k=count)

    def ranks(self, count: int, chance: random.Random) -> list[int]:
        """So many words as their places in `ranked`."""
        return chance.choices(range(len(self.ranked)), cum_weights=self._weights, k=count)

    def subject(self) -> str:
        return " ".join(self.some(self._chance.randint(3, 9))).capitalize()

    def text(self) -> str:
        """Paragraphs of 30 to 200 words, most of them short, as mails to an office are."""
        left = min(200, 30 + int(self._chance.expovariate(1 / 45)))
        paragraphs: list[str] = []
        while left > 0:
            taken = min(left, self._chance.randint(15, 60))
            paragraphs.append(" ".join(self.some(taken)).capitalize() + ".")
            left -= taken
        return "\n\n".join(paragraphs)


def vocabulary(language: str) -> Sequence[str]:
    """The real words first; then made ones, always the same."""
    real = _FIRST[language].split()
    found = dict.fromkeys(real)
    chance = random.Random(f"vocabulary {language}")  # noqa: S311 - a text that repeats, no secret
    while len(found) < VOCABULARY:
        found.setdefault("".join(chance.choices(_SYLLABLES[language], k=chance.randint(2, 4))))
    return list(found)


def person_name(chance: random.Random) -> str:
    return f"{chance.choice(NAMES)} {chance.choice(FAMILIES)}"


# ---- what stands between the words; each is one word to PostgreSQL's parser, so that its lexeme is known (lexemes.py)

_CONSONANTS, _MONTHS = "bcdfghlmnprstvz", "abcdehlmprst"


def tax_code(chance: random.Random) -> str:
    """Of the form of an Italian tax code; its check letter is by chance, so that it is nobody's."""
    letters = "".join(chance.choices(_CONSONANTS, k=6))
    digits = chance.getrandbits(30)
    return (
        f"{letters}{digits % 100:02d}{_MONTHS[digits % 12]}{1 + digits % 28:02d}"
        f"{_CONSONANTS[digits % 15]}{digits // 7 % 1000:03d}{_CONSONANTS[digits // 11 % 15]}"
    ).upper()


def order_number(chance: random.Random) -> str:
    return f"ORD{chance.randrange(10_000_000):07d}"


def phone(chance: random.Random) -> str:
    return f"3{chance.randrange(1_000_000_000):09d}"


def day(chance: random.Random) -> str:
    return _day(chance.randint(1, 28), chance.randint(1, 12))


def _day(day: int, month: int) -> str:
    return f"{day:02d}/{month:02d}/2026"


def amount(chance: random.Random) -> str:
    return f"{chance.randint(1, 900)},{chance.randint(0, 99):02d}"


ODD = (tax_code, order_number, phone, day, amount)


def often() -> list[str]:
    """What comes again and again besides the vocabularies: days, and names, also as addresses have them."""
    days = [_day(day, month) for day in range(1, 29) for month in range(1, 13)]
    return [*days, *(form for name in (*NAMES, *FAMILIES) for form in (name, name.lower()))]
