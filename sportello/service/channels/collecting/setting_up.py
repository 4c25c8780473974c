"""Setting a mailbox up: what its page may do. Administrators only (the page's guard); each is journalled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import Actor
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.service.channels.email import secrets as sending_secrets
from sportello.service.channels.models import Collector, Mailbox

from . import oauth, secrets

#: Of another mailbox on another server: what we know of the folder does not hold there.
_PLACE = ("protocol", "host", "user", "folder")


@dataclass(frozen=True)
class Settings:
    """Columns of the mailbox and of its collector (none: fed by the listener), and the secrets that were typed: an
    empty one leaves the kept one as it is."""

    mailbox: Mapping[str, Any]
    collector: Mapping[str, Any] | None = None
    secrets: Mapping[secrets.Name, str] = field(default_factory=dict)
    smtp_password: str = ""


def add(organisation: Organisation, settings: Settings, actor: Actor) -> Mailbox:
    """A new mailbox. Refusal when another organisation or mailbox has the address."""
    first = not Mailbox.objects.filter(organisation=organisation, retired_at__isnull=True).exists()
    try:
        with transaction.atomic():
            mailbox = Mailbox.objects.create(organisation=organisation, is_default=first, **settings.mailbox)
            record(organisation, "mailbox.added", mailbox, actor)
            collector = _collector(mailbox, settings, actor)
    except IntegrityError as error:
        raise Refusal(_("There is a mailbox with this address already."), field="address") from error
    _keep(mailbox, collector, settings)
    return mailbox


def change(mailbox: Mailbox, settings: Settings, actor: Actor) -> Mailbox:
    """Write the settings as they are now. The address stays: letters carry it."""
    with transaction.atomic():
        rows = Mailbox.objects.select_for_update(no_key=True, of=("self",)).select_related("organisation")
        row = rows.get(pk=mailbox.pk)
        _refuse_retired(row)
        for name, value in settings.mailbox.items():
            if name != "address":
                setattr(row, name, value)
        row.save()
        record(row.organisation, "mailbox.changed", row, actor)
        collector = _collector(row, settings, actor)
    _keep(row, collector, settings)
    return row


def decide_cut_off(collector: Collector, before: datetime | None, actor: Actor) -> None:
    """Mail that came before this instant is archive; None: all of it is new."""
    with transaction.atomic():
        row = _locked(collector)
        row.cut_off_at, row.asks_cut_off = before or datetime(1970, 1, 1, tzinfo=UTC), 0
        row.save(update_fields=["cut_off_at", "asks_cut_off"])
        record(row.organisation, "collector.cut_off", row, actor, before=row.cut_off_at)


def pause(collector: Collector, actor: Actor, *, on: bool) -> None:
    with transaction.atomic():
        row = _locked(collector)
        row.is_on, row.next_attempt_at = on, None
        row.save(update_fields=["is_on", "next_attempt_at"])
        record(row.organisation, "collector.paused", row, actor, on=on)


def make_default(mailbox: Mailbox, actor: Actor) -> None:
    """New letters leave from here when nothing else says from where."""
    with transaction.atomic():
        rows = Mailbox.objects.select_for_update(no_key=True, of=("self",)).select_related("organisation")
        row = rows.get(pk=mailbox.pk)
        _refuse_retired(row)
        Mailbox.objects.filter(organisation=row.organisation_id, is_default=True).update(is_default=False)
        row.is_default = True
        row.save(update_fields=["is_default"])
        record(row.organisation, "mailbox.changed", row, actor)


def retire(mailbox: Mailbox, actor: Actor) -> None:
    """No mail is taken or fetched any more; all that came stays, and so does the address. Its secrets are forgotten."""
    with transaction.atomic():
        rows = Mailbox.objects.select_for_update(no_key=True, of=("self",)).select_related("organisation")
        row = rows.get(pk=mailbox.pk)
        _refuse_retired(row)
        others = Mailbox.objects.filter(organisation=row.organisation_id, retired_at__isnull=True).exclude(pk=row.pk)
        if not others.exists():
            raise Refusal(_("It is the only mailbox in use: add another one first."))
        was_default, row.is_default, row.retired_at = row.is_default, False, clock.now(row.organisation)
        row.save(update_fields=["is_default", "retired_at"])
        if was_default:
            heir = others.order_by("pk").first()
            Mailbox.objects.filter(pk=heir.pk if heir else 0).update(is_default=True)
        record(row.organisation, "mailbox.retired", row, actor)
    collector = Collector.objects.filter(mailbox=mailbox).first()
    if collector is not None:
        secrets.forget(collector.pk)


def _collector(mailbox: Mailbox, settings: Settings, actor: Actor) -> Collector | None:
    row = Collector.objects.select_for_update(no_key=True, of=("self",)).filter(mailbox=mailbox).first()
    if settings.collector is None:
        if row is not None and row.host:
            row.is_on, row.host = False, ""  # the row stays: what was fetched hangs on it
            row.save(update_fields=["is_on", "host"])
            record(mailbox.organisation, "collector.paused", row, actor, on=False)
        return row
    values = dict(settings.collector)
    if row is None:
        row = Collector.objects.create(
            organisation=mailbox.organisation, mailbox=mailbox, began_at=clock.server_now(), **values
        )
    else:
        if any(getattr(row, name) != values.get(name, getattr(row, name)) for name in _PLACE):
            # another place: whether its mail is old or new is asked again
            row.cut_off_at, row.asks_cut_off, row.import_total = None, 0, 0
        row.is_on = row.is_on or not row.host
        for name, value in values.items():
            setattr(row, name, value)
        # whatever was wrong may be mended now
        row.failures, row.failing_since, row.trouble, row.trouble_words, row.next_attempt_at = 0, None, "", "", None
        row.save()
    typed = any(settings.secrets.values())
    record(mailbox.organisation, "collector.changed", row, actor, secrets=typed)
    return row


def _keep(mailbox: Mailbox, collector: Collector | None, settings: Settings) -> None:
    """Secrets go to their files after the commit: a row without its file says so, a file alone says nothing."""
    if collector is not None:
        for name, secret in settings.secrets.items():
            if secret:
                secrets.keep(collector.pk, name, secret)
        oauth.forget(collector.pk)
    if settings.smtp_password:
        sending_secrets.keep(mailbox, settings.smtp_password)


def _locked(collector: Collector) -> Collector:
    rows = Collector.objects.select_for_update(no_key=True, of=("self",)).select_related("organisation", "mailbox")
    row = rows.get(pk=collector.pk)
    _refuse_retired(row.mailbox)
    return row


def _refuse_retired(mailbox: Mailbox) -> None:
    if mailbox.retired_at is not None:
        raise Refusal(_("This mailbox is retired."))


def try_again(collector: Collector) -> None:
    """A trial went well: come back now, not when the pause is over."""
    Collector.objects.filter(pk=collector.pk).update(next_attempt_at=None)
