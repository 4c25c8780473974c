"""What must happen on a ticket at an instant: warnings, the end of a target, the end of a suspension."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.tenancy.models import HangingModel, OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership, Team

from .service_level import ServiceLevel
from .snooze import Snooze
from .suspension import Suspension
from .term import Term
from .ticket import Ticket


class Moment(HangingModel):
    """A narrow row the tick finds by `next_moment_at`, and the evidence that a warning was given, and to whom.

    What is done stays for ever; what is still to come is taken away when it is no longer awaited.
    """

    class Sort(models.TextChoices):
        WARNING = "warning", _("Warning")
        DUE = "due", _("Due")
        LAPSE = "lapse", _("End of a suspension")
        WAKE = "wake", _("End of a snooze")

    class Whom(models.TextChoices):
        OWNER = "owner", _("who has it")
        TEAM = "team", _("the team")
        SUPERVISOR = "supervisor", _("the supervisor")
        OFFICE = "office", _("the office asked")

    ticket = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="moments", db_index=False)
    term = OwnedKey(Term, on_delete=models.PROTECT, related_name="moments", null=True, blank=True)
    level = OwnedKey(
        ServiceLevel, on_delete=models.PROTECT, related_name="moments", null=True, blank=True, db_index=False
    )
    suspension = OwnedKey(
        Suspension, on_delete=models.PROTECT, related_name="moments", null=True, blank=True, db_index=False
    )
    snooze = OwnedKey(Snooze, on_delete=models.PROTECT, related_name="moments", null=True, blank=True, db_index=False)
    sort = models.CharField(max_length=10, choices=Sort.choices)
    #: Which of the warnings: `before:2:working_days:owner`; empty for the others.
    code = models.CharField(max_length=60, blank=True)
    whom = models.CharField(max_length=10, choices=Whom.choices, blank=True)
    #: When it is to happen: the time of the event.
    at = models.DateTimeField()
    #: What it was about: the due instant as it was.
    due_at = models.DateTimeField()
    #: When the tick looks at it; null once done.
    next_moment_at = models.DateTimeField(null=True, blank=True)
    #: When the tick came by, on the organisation's clock. The time of the event is `at`.
    done_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    #: Whom it was given to, as it was then.
    to_member = OwnedKey(Membership, related_name="+", null=True, blank=True, db_index=False)
    to_team = OwnedKey(Team, related_name="+", null=True, blank=True, db_index=False)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["ticket", "term", "level", "suspension", "snooze", "sort", "code", "due_at"],
                name="moment_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(done_at__isnull=True, next_moment_at__isnull=False)
                | models.Q(done_at__isnull=False, next_moment_at__isnull=True),
                name="moment_pending_or_done",
            ),
        ]
        indexes = [
            # whom or what few rows name, for who takes that away
            models.Index(fields=["level"], name="moment_level", condition=models.Q(level__isnull=False)),
            models.Index(fields=["suspension"], name="moment_suspension", condition=models.Q(suspension__isnull=False)),
            models.Index(fields=["snooze"], name="moment_snooze", condition=models.Q(snooze__isnull=False)),
            # the tick: what is due, and nothing of what is merely open
            models.Index(
                fields=["organisation", "next_moment_at"],
                name="moment_next",
                condition=models.Q(next_moment_at__isnull=False),
            ),
            # whom warnings were given to, newest first
            models.Index(
                fields=["to_member", "-done_at"], name="moment_to_member", condition=models.Q(to_member__isnull=False)
            ),
            models.Index(
                fields=["to_team", "-done_at"], name="moment_to_team", condition=models.Q(to_team__isnull=False)
            ),
            # what was passed up
            models.Index(
                fields=["organisation", "-done_at"],
                name="moment_for_supervisors",
                condition=models.Q(whom="supervisor", done_at__isnull=False),
            ),
        ]
