"""Certified mail in the timeline's words: what became of a PEC, and one line for each receipt."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sportello.service.channels.models import Delivery, Dispatch
from sportello.service.channels.pec.words import kind_word

ACCEPTED: Final = "pec_accepted"
DELIVERED: Final = "pec_delivered"
DOUBTED: Final = "pec_doubted"

#: state → (word, badge state, icon, sentence on hover), as `timeline_lines` has them for e-mail
LEAVING: Final[dict[str, tuple[Any, str, str, Any]]] = {
    ACCEPTED: (
        gettext_lazy("accepted by the provider"),
        "neutral",
        "check",
        gettext_lazy("There is a receipt of acceptance; an ordinary address gives no more than that."),
    ),
    DELIVERED: (
        gettext_lazy("delivered"),
        "ok",
        "check",
        gettext_lazy("There is a receipt of delivery: it has the value of a notice served."),
    ),
    DOUBTED: (
        gettext_lazy("delivery in doubt"),
        "warn",
        "clock",
        gettext_lazy("The provider warns that it is not delivered yet; it says for certain within 24 hours."),
    ),
}
#: Of several recipients the weakest proof speaks.
_STRENGTH: Final = {DOUBTED: 0, ACCEPTED: 1, DELIVERED: 2}


def state_of(dispatch: Dispatch, delivery: Delivery) -> str:
    """What receipts prove of a recipient who has not failed; empty where none came."""
    if dispatch.channel != "pec":
        return ""
    proved = getattr(delivery, "certified", None)
    if proved is not None and proved.in_doubt:
        return DOUBTED
    return {"accepted": ACCEPTED, "delivered": DELIVERED}.get(delivery.state, "")


def is_weaker(known: str, delivery: Delivery) -> bool:
    """Whether the recipient already looked at proves less than this one: then it goes on speaking for all."""
    if known not in _STRENGTH or delivery.state == Delivery.State.FAILED:
        return False
    return _STRENGTH[known] <= _STRENGTH.get(state_of(delivery.dispatch, delivery), 2)


def receipt_sentence(facts: dict[str, Any]) -> str:
    """ "PEC: receipt of delivery, legal time 3 November 2026, 10:15"."""
    kind = str(facts.get("kind", ""))
    word = _("a receipt of a kind nobody knows here") if kind == "unknown" else kind_word(kind)
    at = _instant(str(facts.get("proved_at", "")))
    if not at:
        return _("PEC: %(receipt)s") % {"receipt": word[:1].lower() + word[1:]}
    return _("PEC: %(receipt)s, legal time %(time)s") % {"receipt": word[:1].lower() + word[1:], "time": at}


def _instant(written: str) -> str:
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return ""
    local = timezone.localtime(at) if timezone.is_aware(at) else at
    return f"{date_format(local, 'SHORT_DATE_FORMAT')} {local:%H:%M:%S}"
