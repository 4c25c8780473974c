"""The channels, one line each: what composer, doors and reports may ask of them."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sportello.service.channels.email.capacity import MOST_FILES


@dataclass(frozen=True)
class Channel:
    """`sends`: an answer leaves by it; `receives`: the customer writes by it; `most_bytes`: of all files of one
    message, 0 where there are none."""

    code: str
    label: str | Promise
    sends: bool
    receives: bool
    most_bytes: int = 0


CHANNELS: dict[str, Channel] = {
    channel.code: channel
    for channel in (
        Channel("email", _("E-mail"), sends=True, receives=True, most_bytes=MOST_FILES),
        # 30 MB are size times recipients (RFC 6109), and what leaves comes back in every receipt of delivery
        Channel("pec", _("PEC"), sends=True, receives=True, most_bytes=MOST_FILES),
        Channel("webform", _("Web form"), sends=False, receives=True, most_bytes=settings.ATTACHMENT_BYTES),
        Channel("portal", _("Follow-up page"), sends=True, receives=True, most_bytes=settings.ATTACHMENT_BYTES),
        Channel("counter", _("Counter"), sends=False, receives=True),
        Channel("phone", _("Phone"), sends=False, receives=True),
        Channel("letter", _("Letter"), sends=False, receives=True),
    )
}
