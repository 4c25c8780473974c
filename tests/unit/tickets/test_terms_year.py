"""A year of 100 tickets on a moved clock; `python -m bench.year` runs 20,000."""

from __future__ import annotations

from bench.year import Year
from tests.cast import Cast

from .terms_scene import RULES, Scene


def test_every_notice_and_warning_of_a_year_exactly_once(cast: Cast) -> None:
    scene = Scene(cast)
    scene.under(RULES)
    figures = Year(cast.borgo, cast.member("Anna"), scene.ticket).run(100)
    assert figures.wrong == []
    assert figures.tickets == 100
    for said in ("ticket.warned", "ticket.term_missed", "notice suspended", "notice term_resumed", "notice interim"):
        assert figures.given[said] > 0, str(figures)
