"""What the customer is told at each stage, in words the office can change."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.tenancy.models import OrganisationModel


class NoticeTemplate(OrganisationModel):
    """One text per moment and language, versioned: a change is a new version, the newest one is used.

    Variables in braces: {number} {code} {subject} {organisation} {team} {promise} {stage} {link} {outcome} {reason}.
    """

    class Moment(models.TextChoices):
        RECEIPT = "receipt", _("Receipt")
        TAKEN = "taken", _("Someone has taken it on")
        WAITING = "waiting", _("We need something from you")
        RESUMED = "resumed", _("Work goes on")
        MOVED = "moved", _("Passed to another office")
        PROMISE = "promise", _("New date promised")
        CLOSED = "closed", _("Concluded")
        REOPENED = "reopened", _("Opened again")
        CODE = "code", _("New access code")
        SUSPENDED = "suspended", _("Term suspended")
        INTERRUPTED = "interrupted", _("Term interrupted")
        REFUSAL_WARNING = "refusal_warning", _("Reasons against the request")
        THIRD_PARTY = "third_party", _("Others concerned were told")
        TERM_RESUMED = "term_resumed", _("The term goes on")
        EXTENDED = "extended", _("More time is needed")
        INTERIM = "interim", _("Interim reply")
        MERGED = "merged", _("Goes on together with another request")
        PARTED = "parted", _("On its own again")
        FORWARDED = "forwarded", _("Another office was asked")
        OFFICE_LATER = "office_later", _("The office needs more time")
        OFFICE_ANSWERED = "office_answered", _("The office has answered")

    moment = models.CharField(max_length=20, choices=Moment.choices)
    language = models.CharField(max_length=10)
    version = models.PositiveIntegerField(default=1)
    subject = models.CharField(max_length=200)
    body = models.TextField()

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["organisation", "moment", "language", "version"], name="notice_template_version_once"
            ),
        ]
