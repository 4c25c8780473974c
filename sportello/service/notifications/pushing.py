"""Pushes to browsers: at once, or after quiet hours all in one. What a service says is obeyed.

A push carries how many, what happened and a link, in the person's language: no words and no names of customers.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from sportello.foundation.core import sealed
from sportello.foundation.core.calling import Answer, CallFailure, call, is_named
from sportello.foundation.tenancy import clock

from . import browsers, due, queries, words
from .keys import own_key
from .models import Browser, Notification, Push
from .push.encryption import encrypt
from .push.vapid import authorization

log = logging.getLogger("sportello.notifications")

_STATE: Final = Push.State
BATCH: Final = 20
SECONDS: Final = 10.0
LEASE: Final = timedelta(seconds=60)
PAUSES: Final = tuple(timedelta(seconds=one) for one in (10, 60, 300, 1800))
ATTEMPTS: Final = 8
#: A service that asks for more than a day is asked again tomorrow.
LONGEST_HOLD: Final = timedelta(days=1)
#: How long a service keeps it for a browser that is asleep, in seconds (RFC 8030, 5.2).
KEPT: Final = 24 * 3600
#: The subscription is no more (RFC 8030, 7.3), or was made for another key.
GONE: Final = frozenset({403, 404, 410})


def work() -> int:
    """Gather what is due and send it; how many pushes were tried. Safe in several processes at once."""
    for member_id in due.members("push_at", BATCH):
        _gather(member_id)
    done = 0
    while done < BATCH and (push := _claim()) is not None:
        _send(push)
        done += 1
    return done


def _gather(member_id: int) -> None:
    """One push to each browser of the person, of all that waits for them."""
    with transaction.atomic():
        member = due.locked(member_id)
        if member is None:
            return
        waiting = Notification.objects.filter(member=member, push_at__isnull=False)
        if not waiting.filter(push_at__lte=clock.now(member.organisation)).exists():
            return
        found = list(Browser.objects.filter(user=member.user_id))
        person = due.reachable(member) if found else None
        if person is not None:
            seen = queries.visible_to(person).filter(member=member, push_at__isnull=False, read_at__isnull=True)
            rows = list(seen.order_by("-pk").values_list("pk", flat=True))
            Push.objects.bulk_create(
                [
                    Push(organisation=member.organisation, member=member, browser=one, notification_id=rows[0],
                         count=min(len(rows), 999), made_at=clock.now(member.organisation),
                         next_attempt_at=clock.server_now())
                    for one in found if rows
                ],
                ignore_conflicts=True,
            )  # fmt: skip
        waiting.update(push_at=None)


def _claim() -> Push | None:
    now = clock.server_now()
    with transaction.atomic():
        rows = Push.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
        free = Q(browser__held_until__isnull=True) | Q(browser__held_until__lte=now)
        waiting = rows.filter(free, state=_STATE.WAITING, next_attempt_at__lte=now)
        push = waiting.order_by("next_attempt_at", "pk").first()
        if push is None:
            return None
        push.attempts, push.next_attempt_at = push.attempts + 1, now + LEASE
        push.save(update_fields=["attempts", "next_attempt_at"])
    return Push.objects.select_related("member__user", "member__organisation", "browser").get(pk=push.pk)


def _send(push: Push) -> None:
    said = _said(push)
    if said is None:
        _settle(push, _STATE.DROPPED)
        return
    try:
        answer = _call(browsers.address_of(push.browser), said)
    except CallFailure as failure:
        if failure.code in ("address", "private"):
            log.warning("push %s goes to an address we may not call: its browser is forgotten", push.pk)
            push.browser.delete()
            return
        _later(push, 0)
    except (sealed.Broken, ValueError):
        log.warning("the keys of browser %s cannot be read: it is forgotten", push.browser_id)
        push.browser.delete()
    else:
        _heard(push, answer)


def _said(push: Push) -> Mapping[str, str] | None:
    """In words, of what is still unread and theirs to see; None when nothing is."""
    person = due.reachable(push.member)
    if person is None:
        return None
    rows = queries.visible_to(person).filter(pk=push.notification_id, read_at__isnull=True)
    row = queries.with_words(rows).first()
    if row is None:
        return None
    language = push.member.user.language
    with translation.override(language):
        if push.count > 1:
            return {"title": words.how_many(push.count), "body": _("Open the desk to read them."),
                    "url": words.list_address(), "tag": "sportello"}  # fmt: skip
        return {
            "title": words.what(row),
            "body": _("Ticket %(number)s, %(why)s.") % {"number": row.ticket.number, "why": words.why(row, language)},
            "url": words.ticket_address(row.ticket),
            "tag": row.ticket.number,
        }


def _call(to: browsers.Address, said: Mapping[str, str]) -> Answer:
    parts = urlsplit(to.endpoint)
    if parts.scheme != "https" and not is_named(parts.hostname or "", parts.port or 80, browsers.HOSTS):
        raise CallFailure("address")
    contact = settings.PUBLIC_URL if settings.BEHIND_TLS else f"mailto:{settings.DEFAULT_FROM_EMAIL}"
    signed = authorization(own_key(), to.endpoint, contact, int(clock.server_now().timestamp()))
    headers = {"Authorization": signed, "Content-Encoding": "aes128gcm", "Content-Type": "application/octet-stream",
               "TTL": str(KEPT), "Urgency": "normal"}  # fmt: skip
    body = encrypt(json.dumps(said, ensure_ascii=False).encode(), to.key, to.secret)
    return call("POST", to.endpoint, headers, body, allowed=browsers.HOSTS, seconds=SECONDS, most_bytes=64 * 1024)


def _heard(push: Push, answer: Answer) -> None:
    if 200 <= answer.status < 300:
        _settle(push, _STATE.SENT, answer.status)
    elif answer.status in GONE:
        push.browser.delete()  # its pushes go with it
    elif answer.status == 429 or answer.status >= 500:
        hold = retry_after(answer.headers.get("retry-after", ""), clock.server_now())
        if hold is not None:
            # all that is for this browser waits, not this push alone (RFC 8030, 8.4)
            Browser.objects.filter(pk=push.browser_id).update(held_until=clock.server_now() + hold)
        _later(push, answer.status, hold)
    else:
        log.error("push %s was refused: %s", push.pk, answer.status)
        _settle(push, _STATE.FAILED, answer.status)


def retry_after(said: str, now: datetime) -> timedelta | None:
    """Seconds or a date (RFC 9110, 10.2.3); None for anything else."""
    if said.isascii() and said.isdigit() and len(said) < 10:
        return min(timedelta(seconds=int(said)), LONGEST_HOLD)
    try:
        at = parsedate_to_datetime(said)
    except (TypeError, ValueError):
        return None
    moment = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(moment - now, timedelta(0)), LONGEST_HOLD)


def _settle(push: Push, state: str, answer: int | None = None) -> None:
    mine = Push.objects.filter(pk=push.pk, state=_STATE.WAITING, attempts=push.attempts)
    mine.update(state=state, next_attempt_at=None, answer=answer)


def _later(push: Push, answer: int, hold: timedelta | None = None) -> None:
    if push.attempts >= ATTEMPTS:
        _settle(push, _STATE.FAILED, answer)
        return
    pause = max(PAUSES[min(push.attempts, len(PAUSES)) - 1], hold or timedelta(0))
    mine = Push.objects.filter(pk=push.pk, state=_STATE.WAITING, attempts=push.attempts)
    mine.update(next_attempt_at=clock.server_now() + pause, answer=answer)
