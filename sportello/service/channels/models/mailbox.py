"""An address the organisation receives and answers from."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Team
from sportello.records.procedures.models import Kind


class Mailbox(OrganisationModel):
    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        PEC = "pec", _("PEC (certified e-mail)")

    #: Which channel's rules hold for what comes and leaves here; the servers' settings are of one form.
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.EMAIL)
    address = models.CharField(max_length=254, unique=True, db_collation="C")
    #: What recipients read beside the address.
    shown_name = models.CharField(max_length=150)
    #: Null: by kind.
    team = OwnedKey(Team, related_name="+", null=True, blank=True)
    kind = OwnedKey(Kind, related_name="+", null=True, blank=True)
    is_default = models.BooleanField(default=False)
    retired_at = models.DateTimeField(null=True, blank=True)

    class ReplyForm(models.TextChoices):
        PLUS = "plus", _("urp+…@ente.it: where the provider delivers plus addresses")
        DOMAIN = "domain", _("…@risposte.ente.it: a domain whose mail all comes here")
        NONE = "none", _("The address itself: replies are known by their reference alone")

    #: The address replies to one message go to.
    reply_form = models.CharField(max_length=10, choices=ReplyForm.choices, default=ReplyForm.PLUS)
    reply_domain = models.CharField(max_length=253, blank=True)
    #: `{language: text}` under every answer; a language that is missing has none.
    signatures = models.JSONField(default=dict, blank=True)

    #: The server that takes our mail; empty: the out-tray of the demo.
    smtp_host = models.CharField(max_length=255, blank=True)
    smtp_port = models.PositiveIntegerField(default=587)
    smtp_security = models.CharField(
        max_length=10,
        # optional: STARTTLS where the server offers it; never a password in the clear
        choices=[("none", "none"), ("optional", "STARTTLS?"), ("starttls", "STARTTLS"), ("tls", "TLS")],
        default="starttls",
    )
    smtp_user = models.CharField(max_length=255, blank=True)
    #: Only the mark that there is one: the password itself is a file of the home (`channels/email/secrets.py`).
    smtp_password = models.TextField(blank=True)
    #: The server said that this mailbox sends too fast: none of its letters is tried before.
    held_until = models.DateTimeField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["organisation"], condition=models.Q(is_default=True), name="mailbox_one_default"
            ),
        ]
