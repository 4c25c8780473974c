"""The annual report: what was complained of, how it was answered, in how long, what it cost, what was learned.

Counts only, of complaints received in the year (annulled lines left out, and counted apart): no name, no ticket, no
word of a customer. Lessons stand in it only as somebody wrote them for it. The same figures as PDF, CSV and JSON.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from statistics import median
from typing import Any, Final

from django.db.models import Count, Q, Sum
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from sportello.foundation.core.money import euros
from sportello.foundation.core.text import in_language
from sportello.foundation.paper.typesetting import typeset
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.procedures.models import Kind

from ..models import Complaint, CorrectiveAction, Instance, OfferedRemedy
from .queries import with_term

_TEMPLATE: Final = Path(__file__).with_name("report.typ")


@dataclass(frozen=True)
class Report:
    """Each table: code → count (or cents), in the order of its list. `lessons` are sentences for everybody."""

    year: int
    total: int
    annulled: int
    answered: int
    in_time: int
    #: Days from receipt to answer: half took no more; the longest.
    median_days: float | None
    longest_days: int | None
    kinds: dict[int, int]
    kind_names: dict[int, dict[str, str]]
    findings: dict[str, int]
    causes: dict[str, int]
    severities: dict[int, int]
    safety: int
    #: sort → (how many were carried out, what they cost in cents)
    remedies: dict[str, tuple[int, int]]
    instances: dict[str, int]
    results: dict[str, int]
    actions: int
    actions_done: int
    lessons: list[str] = field(default_factory=list)

    @property
    def cost(self) -> int:
        return sum(cost for _count, cost in self.remedies.values())


def report_of(organisation: Organisation, year: int) -> Report:
    """A dozen grouped counts over one index range; durations are read as two columns."""
    zone = clock.zone(organisation)
    first, after = (timezone.make_aware(datetime.combine(date(one, 1, 1), time()), zone) for one in (year, year + 1))
    all_rows = Complaint.objects.filter(organisation=organisation, received_at__gte=first, received_at__lt=after)
    rows = all_rows.filter(annulled_at__isnull=True)
    answers = rows.filter(answered_at__isnull=False) | rows.filter(answered_at__isnull=True, closed_at__isnull=False)
    times = list(answers.values_list("received_at", "answered_at", "closed_at"))
    days = [(end - received).days for received, answered, closed in times if (end := answered or closed) is not None]
    kinds = _counted(rows, "kind_id")
    within = Q(complaint__in=rows)
    done = OfferedRemedy.objects.filter(within, state=OfferedRemedy.State.DONE)
    actions = CorrectiveAction.objects.filter(within)
    instances = Instance.objects.filter(within)
    return Report(
        year=year,
        total=rows.count(),
        annulled=all_rows.filter(annulled_at__isnull=False).count(),
        answered=len(times),
        in_time=_in_time(rows),
        median_days=float(median(days)) if days else None,
        longest_days=max(days) if days else None,
        kinds=kinds,
        kind_names=dict(Kind.objects.filter(organisation=organisation, pk__in=kinds).values_list("pk", "names")),
        findings=_counted(rows, "finding"),
        causes=_counted(rows, "cause"),
        severities=_counted(rows, "severity"),
        safety=rows.filter(is_safety=True).count(),
        remedies={
            sort: (count, int(cost or 0))
            for sort, count, cost in done.values_list("sort").annotate(Count("id"), Sum("cost")).order_by("sort")
        },
        instances=_counted(instances, "sort"),
        results=_counted(instances.exclude(result=""), "result"),
        actions=actions.count(),
        actions_done=actions.filter(done_at__isnull=False).count(),
        lessons=list(actions.exclude(public_text="").order_by("id").values_list("public_text", flat=True)[:100]),
    )


def _counted(rows: Any, column: str) -> dict[Any, int]:
    return dict(rows.values_list(column).annotate(Count("id")).order_by(column))


def _in_time(rows: Any) -> int:
    """Answered by the end of the term as it was moved since."""
    found = with_term(rows).values_list("answered_at", "closed_at", "term_due", "due_at")
    return sum(
        1 for answered, closed, term, due in found.iterator(chunk_size=5000)
        if (answered or closed) is not None and (answered or closed) <= (term or due)
    )


Table = tuple[str, str, list[tuple[str, str, str]]]


def tables(report: Report) -> list[Table]:
    """(code, title, rows of (code, words, figure)) in the active language, as page and paper draw them."""
    share = f"{report.in_time * 100 // report.answered} %" if report.answered else "–"
    facts = [
        ("total", _("Complaints received"), str(report.total)),
        ("answered", _("Answered"), str(report.answered)),
        ("in_time", _("Answered in time"), f"{report.in_time} ({share})" if report.answered else "0"),
        ("median_days", _("Days to the answer, half took no more"), _number(report.median_days)),
        ("longest_days", _("Days to the answer, the longest"), _number(report.longest_days)),
        ("safety", _("In which somebody's safety was in question"), str(report.safety)),
        ("annulled", _("Lines annulled (not counted here)"), str(report.annulled)),
        ("cost", _("Cost of remedies"), euros(report.cost)),
        ("actions", _("Corrective actions"), str(report.actions)),
        ("actions_done", _("Corrective actions done"), str(report.actions_done)),
    ]
    tongue = translation.get_language() or "it"
    kinds = [(str(key), in_language(report.kind_names.get(key, {}), tongue), str(count))
             for key, count in sorted(report.kinds.items(), key=lambda item: -item[1])]
    remedies = [(sort, str(OfferedRemedy.Sort(sort).label), f"{count} · {euros(cost)}")
                for sort, (count, cost) in report.remedies.items()]
    sorts = {"review": _("Internal second level"), "ombudsman": _("Ombudsman"), "conciliation": _("Conciliation"),
             "arbitrator": _("Arbitrator"), "authority": _("Authority"), "court": _("Court")}
    return [
        ("summary", _("The year in figures"), facts),
        ("kinds", _("By kind"), kinds),
        ("findings", _("How they were decided"), _labelled(report.findings, Complaint.Finding, _("Not decided yet"))),
        ("causes", _("What went wrong"), _labelled(report.causes, Complaint.Cause, _("Not inquired into yet"))),
        ("severities", _("How grave"), _labelled(report.severities, Complaint.Severity, _("Not assessed yet"))),
        ("remedies", _("Remedies carried out"), remedies),
        ("instances", _("Gone to other bodies"), [(code, sorts.get(code, code), str(count))
                                                  for code, count in report.instances.items()]),
        ("results", _("What the other bodies decided"), _labelled(report.results, Instance.Result, "")),
    ]


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


def _labelled(counts: dict[Any, int], choices: Any, none: str) -> list[tuple[str, str, str]]:
    labels = dict(choices.choices)
    return [(str(code or "none_yet"), str(labels.get(code, none)), str(counts[code]))
            for code in sorted(counts, key=lambda one: -counts[one])]


def pdf(organisation: Organisation, report: Report, language: str) -> bytes:
    """Tagged and archivable (PDF/UA-1, PDF/A-2a), in Italian or English."""
    with translation.override(language):
        at = clock.now(organisation)
        data = {
            "sender": organisation.name,
            "footer": _("Complaints %(year)s") % {"year": report.year},
            "tables": [{"title": title, "rows": [[words, figure] for _code, words, figure in rows]}
                       for _code, title, rows in tables(report) if rows],
            "lessons": report.lessons,
            "words": {
                "lessons": _("What we learned"),
                "head": [_("What"), _("How many")],
                "note": _("Counts of complaints received in the year. The report holds no personal data."),
            },
        }
        title = _("Report on complaints, %(year)s") % {"year": report.year}
        return typeset(_TEMPLATE, data, title=title, language=language, at=at).pdf


def open_data(report: Report, organisation: Organisation) -> dict[str, Any]:
    """Plain values with codes, the same every year, for whoever counts on: no personal data."""
    return {
        "organisation": organisation.name, "year": report.year, "total": report.total, "answered": report.answered,
        "in_time": report.in_time, "median_days": report.median_days, "longest_days": report.longest_days,
        "safety": report.safety, "annulled": report.annulled, "cost_cents": report.cost,
        "corrective_actions": report.actions, "corrective_actions_done": report.actions_done,
        "kinds": [{"names": report.kind_names.get(key, {}), "count": count} for key, count in report.kinds.items()],
        "findings": {code or "none_yet": count for code, count in report.findings.items()},
        "causes": {code or "none_yet": count for code, count in report.causes.items()},
        "severities": {str(code or "none_yet"): count for code, count in report.severities.items()},
        "remedies": {sort: {"count": count, "cost_cents": cost} for sort, (count, cost) in report.remedies.items()},
        "instances": report.instances, "results": report.results, "lessons": report.lessons,
    }


def csv_lines(report: Report) -> list[list[str]]:
    """One row a figure: table, code, words, value."""
    head = [_("Table"), _("Code"), _("What"), _("How many")]
    return [head, *([table, code, words, figure] for table, _title, rows in tables(report)
                    for code, words, figure in rows)]
