"""What a message in the timeline says of its sender: whether it is who it says, and whether it is held back now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import QuerySet
from django.db.models.functions import JSONArray
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sportello.foundation.core.questions import Question
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.tickets.queries import TimelineItem
from sportello.service.channels import senders
from sportello.service.channels.authenticity import keeping
from sportello.service.channels.authenticity.verifying import HERE
from sportello.service.channels.mailkit.authenticity import METHODS, Authenticity, Checked, from_json
from sportello.service.channels.models import IncomingMail

_SAID: dict[str, str | Promise] = {
    "passed": gettext_lazy("passed"), "failed": gettext_lazy("failed"), "not_said": gettext_lazy("not said"),
}  # fmt: skip
_NAMES = {"dkim": "DKIM", "spf": "SPF", "dmarc": "DMARC"}


@dataclass(frozen=True)
class SenderCheck:
    """`said`: passed, failed or not_said; `details` one line a method; `block_id` of the rule that holds it back."""

    said: str
    title: str
    details: tuple[str, ...]
    address: str
    block_id: int | None = None

    @property
    def icon(self) -> str:
        return {"passed": "check", "failed": "warn"}.get(self.said, "info")


def of(organisation: Organisation, items: Sequence[TimelineItem]) -> dict[int, SenderCheck]:
    """Message → its check, for mail that came in; one query, none where there is none."""
    came = {
        item.message.pk: item.message.sender_address
        for item in items
        if item.message is not None and item.message.is_incoming and item.message.channel == "email"
    }
    if not came:
        return {}
    mails = _MAILS.tuples(
        organisation_id=organisation.pk,
        message_ids=list(came),
        patterns=senders.patterns(filter(None, came.values())),
        now=clock.now(organisation),
    )
    return {
        message_id: _check(from_json(kept), came[message_id], senders.narrowest(dict(on or ()), came[message_id]))
        for message_id, kept, on in mails
    }


def _mails(organisation_id: int, message_ids: list[int], patterns: list[str], now: datetime) -> QuerySet[Any, Any]:
    rules = senders.rules_of(organisation_id, patterns, now)
    mails = keeping.of_messages(message_ids).annotate(rules=ArraySubquery(rules.values(on=JSONArray("sender", "pk"))))
    return mails.values_list("message_id", "authenticity", "rules")


_MAILS: Question[IncomingMail] = Question(_mails, planned=True)


def _check(found: Authenticity, address: str, block_id: int | None) -> SenderCheck:
    said = found.verdict
    # who has no policy may still have signed: then nothing is claimed of the name in From
    title = {
        "passed": _("The sender is who it says: %(domain)s") % {"domain": found.dmarc.domain or "?"},
        "failed": _("It may not come from who it says"),
    }.get(said) or (_("Nothing certain is known of the sender") if found.by else _("Nobody checked the sender"))
    details = [_detail(name, getattr(found, name)) for name in METHODS] if found.by else []
    if found.by:
        by = _("asked by Sportello") if found.by == HERE else found.by
        details.append(_("Checked by: %(who)s") % {"who": by})
    return SenderCheck(said, title, tuple(details), address, block_id)


def _detail(name: str, one: Checked) -> str:
    """ "SPF: failed (evil.test)"."""
    words = f"{_NAMES[name]}: {_SAID[one.said]}"
    return f"{words} ({one.domain})" if one.domain else words
