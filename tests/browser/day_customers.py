"""The forty customers of a day at the desk: who they are, by which door they come, what they ask; and the web form as they
fill it in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Browser, expect

from tests.browser.day import Hands, House, hands

NAMES = (
    "Maria Popescu", "Niccolò Perù", "Ahmed Ben Salah", "John Baker", "Lucia Rossi", "Wei Zhang", "Noemi Ferri", "Ugo Neri",
    "Zoë D'Angelo", "Ion Munteanu", "Fatima Zahra", "Giovanni Battista Della Valle", "Chiara Conti", "Olga Ivanova",
    "Pietro Sala", "Elsa Marini", "Dana Levi", "Rocco Greco", "Tea Costa", "Vito Russo", "Ada Riva", "Bice Longo",
    "Carlo Vitale", "Dora Sanna", "Ezio Pace", "Franca Leone", "Gino Serra", "Ines Farina", "Lapo Monti", "Mirta Gallo",
    "Nora Testa", "Oreste Villa", "Piera Caruso", "Quirino Bassi", "Rita Fiore", "Sergio Moro", "Tina Grassi", "Ubaldo Neri",
    "Vanda Piras", "Walter Costa",
)


@dataclass(frozen=True)
class Customer:
    """One of the forty. `word` stands in what they wrote, and nowhere else."""

    number: int
    door: str

    @property
    def name(self) -> str:
        return NAMES[self.number - 1]

    @property
    def address(self) -> str:
        return f"cliente{self.number:02d}@example.org"

    @property
    def word(self) -> str:
        return f"ginepro{self.number:02d}q"

    @property
    def subject(self) -> str:
        return f"Domanda {self.number:02d} di {self.name}"

    @property
    def text(self) -> str:
        return f"Buongiorno, {self.word}: come posso fare?\n\n{self.name}"


MAIL = [Customer(n, "mail") for n in range(1, 23)]
FORM = [Customer(n, "form") for n in range(23, 31)]
COUNTER = [Customer(n, "counter" if n % 2 else "phone") for n in range(31, 41)]
FORTY = [*MAIL, *FORM, *COUNTER]
#: The first writes a second time about the same thing.
AGAIN = "Ancora: Domanda 01 di Maria Popescu"


def the_form_is_filled_in(browser: Browser, here: House) -> None:
    """Four at a time, each with a browser of their own."""
    for group, size in ((FORM[:4], (1280, 900)), (FORM[4:], (390, 844))):
        visitors = [hands(browser, here, one.name, size) for one in group]
        for visitor in visitors:
            visitor.page.goto(f"{here.url}/o/borgo/request/")
        for visitor, one in zip(visitors, group, strict=True):
            fill_in(visitor, one)
            assert visitor.wrong == [], visitor.wrong
            visitor.context.close()


def fill_in(visitor: Hands, one: Customer) -> None:
    visitor.tab_to("[name=kind]")
    visitor.press("Space")
    visitor.tab_to("[name=subject]")
    visitor.write(one.subject)
    visitor.tab_to("[name=text]")
    visitor.write(one.text)
    visitor.tab_to("[name=name]")
    visitor.write(one.name)
    visitor.tab_to("[name=email]" if one.number % 2 else "[name=phone]")
    visitor.write(one.address if one.number % 2 else f"051 20304{one.number % 10}")
    visitor.tab_to("[name=privacy]")
    visitor.press("Space")
    visitor.tab_to("main .button-primary")
    visitor.press("Enter")
    expect(visitor.page.locator(".answers")).to_contain_text(one.word)
    visitor.tab_to("main .button-primary")
    visitor.press("Enter")
    expect(visitor.page.locator("main")).to_contain_text(re.compile(r"20\d\d-\d{7}"))
