"""What a message in the timeline says of its sender: whether it is who it says, and whether it is held back now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models.functions import JSONArray
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sportello.foundation.tenancy.models import Organisation
from sportello.records.tickets.queries import TimelineItem
from sportello.service.channels import senders
from sportello.service.channels.authenticity import keeping
from sportello.service.channels.authenticity.verifying import HERE
from sportello.service.channels.mailkit.authenticity import METHODS, Authenticity, Checked, from_json

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
    rules = senders.rules_on(organisation, filter(None, came.values()))
    mails = keeping.of_messages(came).annotate(rules=ArraySubquery(rules.values(on=JSONArray("sender", "pk"))))
    return {
        message_id: _check(from_json(kept), came[message_id], senders.narrowest(dict(on or ()), came[message_id]))
        for message_id, kept, on in mails.values_list("message_id", "authenticity", "rules")
    }


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
