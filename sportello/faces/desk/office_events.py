"""Offices, approvals and cases, as lines of the timeline."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

PLAIN: dict[str, Any] = {
    "office_undelivered": gettext_lazy("our letter did not reach the office asked"),
    "approval_asked": gettext_lazy("asked for approval"),
    "approval_given": gettext_lazy("approved"),
    "approval_sent_back": gettext_lazy("sent back for other words"),
    "approval_held": gettext_lazy("approved, and not sent yet"),
    "procedure_changed": gettext_lazy("handled by another procedure"),
    "case_flagged": gettext_lazy("no procedure fits: passed on to the back office"),
    "case_taken": gettext_lazy("the back office looks at the case"),
    "case_solved": gettext_lazy("the back office says how to go on:"),
    "case_declined": gettext_lazy("the back office: no procedure is needed:"),
}
_WITH_OFFICE: dict[str, Any] = {
    "forwarded": gettext_lazy("%(office)s was asked"),
    "office_extended": gettext_lazy("%(office)s has more time"),
    "forwarding_recalled": gettext_lazy("%(office)s is asked no more"),
    "office_answer_taken": gettext_lazy("the answer of %(office)s was taken up"),
    "office_not_yet": gettext_lazy("%(office)s has not answered the question yet"),
}
CODES = frozenset(_WITH_OFFICE)


def sentence(code: str, office: str) -> str:
    return str(_WITH_OFFICE[code]) % {"office": office or _("another office")}
