"""A year of 100 tickets on a moved clock; `python -m bench.year` runs 20,000."""

from __future__ import annotations

from bench.year import Year, opener
from sportello.records.procedures.models import Kind
from tests.cast import Cast

from .terms_scene import RULES, rules_for_all


def test_every_notice_and_warning_of_a_year_exactly_once(cast: Cast) -> None:
    rules_for_all(RULES, cast.borgo)
    kinds = [Kind.objects.get(organisation=cast.borgo, slug=slug) for slug in ("information", "information", "complaint")]
    some = opener(cast.borgo, kinds, cast.team("front"), customers=5)
    figures = Year(cast.borgo, cast.member("Anna"), some).run(100)
    assert figures.wrong == []
    assert figures.tickets == 100
    for said in ("warning to owner", "warning to supervisor", "end missed", "notice suspended", "notice term_resumed",
                 "notice refusal_warning", "notice interim", "notice closed"):  # fmt: skip
        assert figures.given[said] > 0, str(figures)
