"""A municipality under real rules: a complaint by L. 241/1990, with levels, blocks, steps; and a clock to move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.procedures.models import Kind, OfficeCalendar, Procedure
from sportello.records.tickets import tick
from sportello.records.tickets.models import Term, Ticket
from tests.cast import HOURS, Cast

ROME = ZoneInfo("Europe/Rome")
LAW = {"source": "L. 241/1990", "confidence": "A"}

RULES: dict[str, Any] = {
    "code": "general",
    "names": {"it": "Procedimento", "en": "Proceeding"},
    "kind": "complaint",
    "family": "complaint",
    "valid_from": "2020-01-01",
    **LAW,
    "term": {"value": 30, "unit": "calendar_days", "roll": "festivo"},
    "suspensions": [
        {
            "code": "missing_facts",
            "names": {"it": "Informazioni mancanti", "en": "Missing facts"},
            "max": 30,
            "once": True,
            "document_required": True,
            "source": "L. 241/1990 art. 2 c. 7",
        },
        {
            "code": "refusal_warning",
            "names": {"it": "Preavviso di rigetto", "en": "Refusal warning"},
            "window": 10,
            "after_answer": 10,
            "source": "L. 241/1990 art. 10-bis",
        },
        {
            "code": "third_parties",
            "names": {"it": "Controinteressati", "en": "Third parties"},
            "window": 10,
            "waits_for": "third_party",
            "source": "D.Lgs. 33/2013 art. 5 c. 5",
        },
        {
            "code": "irregular",
            "names": {"it": "Domanda irregolare", "en": "Irregular request"},
            "effect": "interrupts",
            "max": 30,
            "within": 10,
            "source": "DPR 184/2006 art. 6 c. 5",
        },
    ],
    "interim": {"value": 60, "unit": "calendar_days", "times": 1},
}


def rule(**more: Any) -> dict[str, Any]:
    return {**RULES, **more}


@dataclass
class Scene:
    cast: Cast

    def now(self, written: str) -> datetime:
        """Move Borgo's clock to a Roman wall time, `2026-09-01 10:00`."""
        instant = datetime.fromisoformat(written).replace(tzinfo=ROME)
        clock.move_to(self.cast.borgo, instant)
        return instant

    def under(self, rules: dict[str, Any], *, first_answer_hours: int | None = None) -> Procedure:
        """A new version for complaints, in force from now on."""
        kind = Kind.objects.get(organisation=self.cast.borgo, slug="complaint")
        calendar, _made = OfficeCalendar.objects.get_or_create(
            organisation=self.cast.borgo, slug="italy", defaults={"data": {**HOURS, "country": "IT"}}
        )
        before = Procedure.objects.filter(kind=kind).order_by("-version").first()
        return Procedure.objects.create(
            organisation=self.cast.borgo,
            kind=kind,
            version=(before.version if before else 0) + 1,
            names=rules["names"],
            calendar=calendar,
            term_value=rules["term"]["value"],
            term_unit=rules["term"]["unit"],
            term_roll=rules["term"].get("roll", "festivo"),
            first_answer_hours=first_answer_hours,
            source=rules["source"],
            confidence=rules["confidence"],
            valid_from=date(2020, 1, 1),
            code=rules["code"],
            definition=rules,
        )

    def ticket(self, **more: Any) -> Ticket:
        return self.cast.ticket(kind="complaint", **more)

    def opened(self, written: str, rules: dict[str, Any] | None = None, **more: Any) -> Ticket:
        self.now(written)
        self.under(rules or RULES, **more)
        return self.ticket()


def rules_for_all(rules: dict[str, Any], *organisations: Organisation) -> None:
    """Every kind of these organisations under a version of `rules`, in Italian hours."""
    for organisation in organisations:
        calendar, _made = OfficeCalendar.objects.get_or_create(
            organisation=organisation, slug="italy", defaults={"data": {**HOURS, "country": "IT"}}
        )
        for kind in Kind.objects.filter(organisation=organisation):
            last = Procedure.objects.filter(kind=kind).order_by("-version").first()
            Procedure.objects.create(
                organisation=organisation, kind=kind, version=(last.version if last else 0) + 1, names=rules["names"],
                calendar=calendar, term_value=rules["term"]["value"], term_unit=rules["term"]["unit"],
                term_roll=rules["term"]["roll"], source=rules["source"], confidence=rules["confidence"],
                valid_from=date(2020, 1, 1), code=rules["code"],
                definition={**rules, "kind": kind.slug, "family": kind.family},
            )  # fmt: skip


def term_of(ticket: Ticket) -> Term:
    """The main term that runs, or the last that ran."""
    return Term.objects.filter(ticket=ticket, kind="conclusion").order_by("-starts_at", "-id")[0]


def day(instant: datetime | None) -> str:
    return "" if instant is None else instant.astimezone(ROME).date().isoformat()


def minute(instant: datetime | None) -> str:
    """To the nearest minute: the test's own seconds pass on the moved clock too."""
    if instant is None:
        return ""
    end_of_day = instant.astimezone(ROME).strftime("%H:%M:%S") == "23:59:59"
    shown = instant if end_of_day else instant + timedelta(seconds=30)
    return shown.astimezone(ROME).strftime("%Y-%m-%d %H:%M")


def tick_all(most: int = 50) -> int:
    """The tick until nothing is due."""
    done = 0
    for _ in range(most):
        did = tick.work()
        done += did
        if not did:
            break
    return done
