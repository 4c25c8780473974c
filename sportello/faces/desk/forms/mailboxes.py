"""A mailbox as its administrator sets it up: address, reading, sending, who answers, how letters look."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Team
from sportello.records.procedures.models import Kind
from sportello.service.channels.collecting.servers import Found
from sportello.service.channels.collecting.setting_up import Settings
from sportello.service.channels.models import Collector, Mailbox

from ..sentences import language_now
from ..templatetags.desk import language_word
from .people import teams_of

_HIDDEN = {"autocomplete": "new-password"}


def _secret(label: Any, help_text: Any = "") -> forms.CharField:
    """Typed, never shown again."""
    return forms.CharField(label=label, help_text=help_text, required=False, max_length=4_000, strip=False,
                           widget=forms.PasswordInput(render_value=False, attrs=_HIDDEN))  # fmt: skip


class AddressForm(forms.Form):
    """The first step: the rest is found from it."""

    address = forms.EmailField(label=gettext_lazy("Address of the mailbox"), max_length=254)


class MailboxForm(forms.Form):
    address = forms.EmailField(label=gettext_lazy("Address"), max_length=254)
    shown_name = forms.CharField(label=gettext_lazy("Name beside the address"), max_length=150)
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), choices=Mailbox.Channel.choices)
    team = forms.ModelChoiceField(label=gettext_lazy("Team"), queryset=Team.objects.none(), required=False,
                                  empty_label=gettext_lazy("By kind of request"))  # fmt: skip
    kind = forms.ModelChoiceField(label=gettext_lazy("Kind of request"), queryset=Kind.objects.none(), required=False,
                                  empty_label=gettext_lazy("The usual one"))  # fmt: skip

    reading = forms.ChoiceField(
        label=gettext_lazy("How its mail comes"),
        choices=[("imap", gettext_lazy("We fetch it by IMAP")), ("pop3", gettext_lazy("We fetch it by POP3")),
                 ("none", gettext_lazy("A mail server hands it to us (SMTP, LMTP, pipe)"))],
    )  # fmt: skip
    host = forms.CharField(label=gettext_lazy("Server for reading"), max_length=255, required=False)
    port = forms.IntegerField(label=gettext_lazy("Port"), min_value=1, max_value=65_535, required=False)
    security = forms.ChoiceField(label=gettext_lazy("Security"), choices=Collector.Security.choices, required=False)
    user = forms.CharField(label=gettext_lazy("User name"), max_length=255, required=False,
                           help_text=gettext_lazy("Nothing: the address."))  # fmt: skip
    proof = forms.ChoiceField(label=gettext_lazy("Signs in by"), choices=Collector.Proof.choices, required=False)
    password = _secret(
        gettext_lazy("Password"),
        gettext_lazy("It is kept in a file of this installation, outside the database, and never shown. "
                     "Nothing typed: as it is."),
    )  # fmt: skip
    token_url = forms.CharField(label=gettext_lazy("OAuth2: address of the token server"), max_length=500,
                                required=False)  # fmt: skip
    client_id = forms.CharField(label=gettext_lazy("OAuth2: client id"), max_length=255, required=False)
    scope = forms.CharField(label=gettext_lazy("OAuth2: scope"), max_length=500, required=False)
    client_secret = _secret(gettext_lazy("OAuth2: client secret"))
    refresh_token = _secret(gettext_lazy("OAuth2: refresh token"))
    folder = forms.CharField(label=gettext_lazy("Folder"), max_length=255, initial="INBOX", required=False)
    server_copy = forms.ChoiceField(label=gettext_lazy("The server's copy, once it is safe with us"),
                                    choices=Collector.Copy.choices, required=False)  # fmt: skip
    copy_days = forms.IntegerField(label=gettext_lazy("After how many days"), min_value=0, max_value=3_650, initial=30,
                                   required=False)  # fmt: skip
    copy_folder = forms.CharField(label=gettext_lazy("Moved to the folder"), max_length=255, required=False)
    trusted_host = forms.CharField(
        label=gettext_lazy("Believe the Authentication-Results of"), max_length=255, required=False,
        help_text=gettext_lazy("The name the provider's own server signs its check of senders with; nothing: none."),
    )  # fmt: skip

    smtp_host = forms.CharField(label=gettext_lazy("Server for sending"), max_length=255, required=False,
                                help_text=gettext_lazy("Nothing: letters stay in the out-tray."))  # fmt: skip
    smtp_port = forms.IntegerField(label=gettext_lazy("Port"), min_value=1, max_value=65_535, required=False)
    smtp_security = forms.ChoiceField(label=gettext_lazy("Security"), required=False,
                                      choices=[("tls", "TLS"), ("starttls", "STARTTLS"),
                                               ("none", Collector.Security.NONE.label)])  # fmt: skip
    smtp_user = forms.CharField(label=gettext_lazy("User name"), max_length=255, required=False,
                                help_text=gettext_lazy("Nothing: it asks for none."))  # fmt: skip
    smtp_secret = _secret(gettext_lazy("Password"), gettext_lazy("Nothing typed: as it is."))

    reply_form = forms.ChoiceField(label=gettext_lazy("Where replies go"), choices=Mailbox.ReplyForm.choices,
                                   widget=forms.RadioSelect)  # fmt: skip
    reply_domain = forms.CharField(label=gettext_lazy("Domain for replies"), max_length=253, required=False)

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.organisation = organisation
        spoken = language_now()
        fields: dict[str, Any] = self.fields
        fields["team"].queryset = teams_of(organisation)
        fields["kind"].queryset = Kind.objects.filter(organisation=organisation, retired_at__isnull=True)
        for name in ("team", "kind"):
            fields[name].label_from_instance = lambda one: one.name_in(spoken)
        for code in organisation.languages or ["it"]:
            fields[f"signature_{code}"] = forms.CharField(
                label=_("Signature in %(language)s") % {"language": language_word(code)}, required=False,
                max_length=2_000, help_text=_("Under the answers of people; notices sign themselves."),
                widget=forms.Textarea(attrs={"rows": 3}),
            )  # fmt: skip

    def clean_address(self) -> str:
        return str(self.cleaned_data["address"]).strip().lower()

    def clean(self) -> dict[str, Any]:
        """What is needed depends on what was chosen."""
        data = super().clean() or {}
        if data.get("reading") in ("imap", "pop3"):
            self._needs(data, "host", _("Which server has the mail?"))
            if data.get("proof") == Collector.Proof.OAUTH2:
                self._needs(data, "token_url", _("Where are access tokens given?"))
                self._needs(data, "client_id", _("The provider gave this program an id: write it here."))
        if data.get("server_copy") == Collector.Copy.MOVE:
            if data.get("reading") == "pop3":
                self.add_error("server_copy", _("POP3 has no folders: leave it, or delete it."))
            self._needs(data, "copy_folder", _("To which folder?"))
        if data.get("reply_form") == Mailbox.ReplyForm.DOMAIN:
            self._needs(data, "reply_domain", _("Which domain?"))
        return data

    def _needs(self, data: dict[str, Any], name: str, sentence: str) -> None:
        if not data.get(name):
            self.add_error(name, sentence)

    def settings(self) -> Settings:
        """What `setting_up` writes."""
        data = self.cleaned_data
        secure = data["smtp_security"] or "tls"
        mailbox = {name: data[name] for name in ("address", "shown_name", "channel", "team", "kind", "smtp_host",
                                                 "reply_form", "reply_domain")}  # fmt: skip
        mailbox |= {
            "smtp_port": data["smtp_port"] or (465 if secure == "tls" else 587), "smtp_security": secure,
            "smtp_user": data["smtp_user"],
            "signatures": {code: data[f"signature_{code}"].strip() for code in self.organisation.languages or ["it"]
                           if data[f"signature_{code}"].strip()},
        }  # fmt: skip
        secrets = {name: data[name] for name in ("password", "client_secret", "refresh_token")}
        smtp_password = data["smtp_secret"]
        if not smtp_password and data["password"] and data["smtp_user"] == (data["user"] or data["address"]):
            smtp_password = data["password"]  # one account: typed once
        return Settings(mailbox, self._collector(), secrets, smtp_password)  # type: ignore[arg-type]  # the names are ours

    def _collector(self) -> dict[str, Any] | None:
        data = self.cleaned_data
        if data["reading"] == "none":
            return None
        usual = {"imap": 993, "pop3": 995} if data["security"] == "tls" else {"imap": 143, "pop3": 110}
        return {
            "protocol": data["reading"], "host": data["host"], "port": data["port"] or usual[data["reading"]],
            "security": data["security"] or "tls", "user": data["user"] or data["address"],
            "folder": data["folder"] or "INBOX", "proof": data["proof"] or "password", "token_url": data["token_url"],
            "client_id": data["client_id"], "scope": data["scope"], "server_copy": data["server_copy"] or "leave",
            "copy_days": 30 if data["copy_days"] is None else data["copy_days"], "copy_folder": data["copy_folder"],
            "trusted_host": data["trusted_host"],
        }  # fmt: skip


def found_values(address: str, found: Found) -> dict[str, Any]:
    """The form of a new mailbox, filled with what its address told."""
    return {
        "address": address, "channel": "pec" if found.is_pec else "email", "reading": "imap", "host": found.imap_host,
        "port": found.imap_port, "security": found.security, "user": address, "proof": found.proof,
        "token_url": found.token_url, "scope": found.scope, "folder": "INBOX", "server_copy": "leave", "copy_days": 30,
        "trusted_host": found.trusted_host, "smtp_host": found.smtp_host, "smtp_port": found.smtp_port,
        "smtp_security": found.smtp_security, "smtp_user": address if found.smtp_host else "",
        "reply_form": "none" if found.is_pec else "plus",
    }  # fmt: skip


def kept_values(mailbox: Mailbox, collector: Collector | None) -> dict[str, Any]:
    """The form of a mailbox that is there; never its secrets."""
    values: dict[str, Any] = {
        name: getattr(mailbox, name) for name in ("address", "shown_name", "channel", "smtp_host", "smtp_port",
                                                  "smtp_security", "smtp_user", "reply_form", "reply_domain")
    }  # fmt: skip
    values |= {"team": mailbox.team_id, "kind": mailbox.kind_id}
    values |= {f"signature_{code}": text for code, text in mailbox.signatures.items()}
    if collector is None or not collector.host:
        return {**values, "reading": "none"}
    names = ("host", "port", "security", "user", "proof", "token_url", "client_id", "scope", "folder", "server_copy",
             "copy_days", "copy_folder", "trusted_host")  # fmt: skip
    return {**values, **{name: getattr(collector, name) for name in names}, "reading": collector.protocol}


class CutOffForm(forms.Form):
    """From when on mail is new."""

    what = forms.ChoiceField(
        label=gettext_lazy("What is in the mailbox already"), widget=forms.RadioSelect,
        choices=[("archive", gettext_lazy("is archive: only what comes from now on is new")),
                 ("date", gettext_lazy("is archive up to a day")),
                 ("new", gettext_lazy("is new: a ticket and a receipt for each message"))],
    )  # fmt: skip
    day = forms.DateField(label=gettext_lazy("New from this day on"), required=False,
                          widget=forms.DateInput(attrs={"type": "date"}))  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("what") == "date" and not data.get("day"):
            self.add_error("day", _("From which day on?"))
        return data

    def before(self, organisation: Organisation) -> datetime | None:
        """The instant before which mail is archive; None for "all is new"."""
        what = self.cleaned_data["what"]
        if what == "new":
            return None
        if what == "archive":
            return clock.server_now()
        day = datetime.combine(self.cleaned_data["day"], time.min, tzinfo=clock.zone(organisation))
        return day.astimezone(UTC)

