"""Forms that steps of a procedure name: which they are here, and whether the customer may fill them in."""

from __future__ import annotations

from dataclasses import dataclass

from sportello.records.tickets.models import StepDone, Ticket
from sportello.records.tickets.rules import rules_of

from ..models import FormVersion

#: The role of a step the customer does, on the page of their request.
CUSTOMER = "customer"


@dataclass(frozen=True)
class StepForm:
    """`version` is None where the office has no form of that code in use."""

    step: str
    code: str
    version: FormVersion | None
    by_customer: bool
    is_done: bool


def forms_of(ticket: Ticket) -> list[StepForm]:
    """Two queries where the procedure names a form, none where it does not."""
    steps = [step for step in rules_of(ticket.procedure).steps if step.form]
    if not steps:
        return []
    rows = FormVersion.objects.filter(
        organisation=ticket.organisation_id, form__code__in={step.form for step in steps},
        form__retired_at__isnull=True, version__isnull=False,
    )  # fmt: skip
    newest = {row.form.code: row for row in rows.select_related("form").order_by("version")}
    done = set(StepDone.objects.filter(ticket=ticket).values_list("code", flat=True))
    return [StepForm(step.code, step.form, newest.get(step.form), step.role == CUSTOMER, step.code in done)
            for step in steps]  # fmt: skip


def for_customer(ticket: Ticket) -> list[StepForm]:
    """What the customer is still to fill in."""
    if ticket.is_closed:
        return []
    return [one for one in forms_of(ticket) if one.by_customer and one.version is not None and not one.is_done]
