"""What leaves. A written message becomes a dispatch in the same transaction; the worker claims it, sends it and
writes what became of it.

SMTP cannot promise exactly once. A dispatch is claimed (`sending`) before a byte leaves; whoever finds it claimed by
a process that is gone calls it in doubt and sends the same bytes with the same Message-ID again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import DatabaseError, connection, transaction
from django.db.models import Q

from sportello.foundation.core.together import add, add_all
from sportello.foundation.files.actions import keep
from sportello.foundation.journal.actions import Happened, record
from sportello.foundation.journal.actor import SYSTEM
from sportello.foundation.tenancy import clock
from sportello.foundation.watch import meters
from sportello.foundation.watch.current import about
from sportello.records.tickets.models import Recipient

from . import undelivered
from .collecting.sending import server_of
from .email import capacity, letters, plain, secrets
from .email.sender import Outcome, Said, hand_over, is_too_fast
from .mailkit.wire import BadMail
from .models import Attempt, Delivery, Dispatch, Mailbox, OutTrayMail
from .pec import leaving

log = logging.getLogger("sportello.outbox")

#: What is handed to a mail server: both write the same letters (`email/letters.py`).
CHANNELS = (Mailbox.Channel.EMAIL, Mailbox.Channel.PEC)
State = Dispatch.State
BATCH = 20
#: A claim older than this is somebody who went away; longer than `sender.WHOLE`.
LEASE = timedelta(minutes=2)
#: A claim whose owner still holds its lock is believed so much longer: the clock may have been set forward under it.
HELD_STILL = timedelta(hours=3)
#: Seconds before each next attempt; the last one again and again, seven days in all.
PAUSES = (60, 120, 300, 600, 1800, 3600, 3 * 3600)
ATTEMPTS = len(PAUSES) + (7 * 24 * 3600 - sum(PAUSES)) // PAUSES[-1]
_LOCKS = 0x53504F  # our space among advisory locks
_WAITING = (State.QUEUED, State.IN_DOUBT)
#: Deliveries nobody has taken yet.
_OPEN = (Delivery.State.QUEUED, Delivery.State.IN_DOUBT)


def enqueue(happened: Happened) -> None:
    """Reaction to `message.written`: a dispatch with a delivery for each address. Does nothing for other channels
    and, being asked twice, nothing the second time."""
    channel = happened.payload.get("channel")
    if channel not in CHANNELS:
        return
    message_id = happened.payload["message_id"]
    written = happened.at_hand.get(message_id)
    if written is None:
        if Dispatch.objects.filter(message_id=message_id).exists():
            return
        written = Recipient.objects.filter(message_id=message_id).order_by("pk").values_list("address", flat=True)
    addresses = {address.strip().lower(): None for address in written if address.strip()}
    # written in the transaction that wrote the message, which nobody else can see yet
    dispatch = add(
        Dispatch(
            organisation=happened.organisation,
            message_id=message_id,
            channel=channel,
            queued_at=happened.at,
            next_attempt_at=clock.server_now(),
        )
    )
    add_all(
        Delivery(organisation=happened.organisation, dispatch=dispatch, address=address, changed_at=happened.at)
        for address in addresses
    )
    _tell(dispatch, "dispatch.queued", happened.subject_id)


def work() -> int:
    """Send what is due, oldest first, up to a batch; how many were tried. Safe in several processes at once."""
    for dispatch_id in _left_behind():
        _doubt(dispatch_id)
    done = 0
    while done < BATCH:
        dispatch = _claim()
        if dispatch is None:
            break
        with about(dispatch=dispatch.pk, organisation=dispatch.organisation_id), _held(dispatch.pk):
            _send(dispatch)
        done += 1
    return done


# Claiming ------------------------------


def _claim() -> Dispatch | None:
    """The next due dispatch, marked as being sent; committed before anything leaves. One whose mailbox was told that it
    sends too fast waits, and that is no attempt of its own."""
    while True:
        dispatch = _claim_oldest()
        if dispatch is None or dispatch.state == State.SENDING:
            return dispatch


def _claim_oldest() -> Dispatch | None:
    now = clock.server_now()
    with transaction.atomic():
        dispatch = (
            Dispatch.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
            .filter(channel__in=CHANNELS, state__in=_WAITING, next_attempt_at__lte=now)
            .order_by("next_attempt_at", "id")
            .first()
        )
        if dispatch is None:
            return None
        if dispatch.mailbox_id is None:
            dispatch.mailbox = letters.mailbox_for(dispatch.message)
        held_until = dispatch.mailbox.held_until if dispatch.mailbox else None
        if held_until is not None and held_until > now:
            dispatch.next_attempt_at = held_until
            dispatch.save(update_fields=["next_attempt_at", "mailbox"])
            return dispatch
        dispatch.state, dispatch.claimed_at, dispatch.next_attempt_at = State.SENDING, now, now + LEASE
        dispatch.attempts += 1
        dispatch.save(update_fields=["state", "claimed_at", "next_attempt_at", "attempts", "mailbox"])
    return dispatch


@contextmanager
def _held(dispatch_id: int) -> Iterator[None]:
    """While it is being sent this connection holds a lock on it, which the database lets go when we die: whoever
    comes after need not wait for the lease to end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [_LOCKS, _lock_key(dispatch_id)])
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCKS, _lock_key(dispatch_id)])


def _left_behind() -> list[int]:
    """Dispatches being sent by nobody: the lock is free (with a moment's grace, for who has claimed and not locked
    yet), or the lease is over for hours. A claim of the future is one of before the clock was set back."""
    now = clock.server_now()
    claimed = Dispatch.objects.filter(channel__in=CHANNELS, state=State.SENDING)
    rows = claimed.filter(
        Q(claimed_at__lt=now - timedelta(seconds=2)) | Q(claimed_at__gt=now) | Q(next_attempt_at__lte=now)
    )
    found = []
    for dispatch_id, until in rows.values_list("pk", "next_attempt_at")[:BATCH]:
        if (until is not None and until + HELD_STILL <= now) or _is_free(dispatch_id):
            found.append(dispatch_id)
    return found


def _is_free(dispatch_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCKS, _lock_key(dispatch_id)])
        (free,) = cursor.fetchone()
        if free:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCKS, _lock_key(dispatch_id)])
    return bool(free)


def _lock_key(dispatch_id: int) -> int:
    return dispatch_id % (1 << 31)


def _doubt(dispatch_id: int) -> None:
    """Its sender went away: it may have left or not. Send it again, at once, and say so."""
    with transaction.atomic():
        dispatch = _locked(dispatch_id)
        if dispatch is None or dispatch.state != State.SENDING:
            return
        dispatch.answer = plain.STOPPED
        _keep_attempt(dispatch, Outcome("in_doubt", dispatch.answer))
        _be_in_doubt(dispatch, clock.server_now())


# Sending ------------------------------


def _send(dispatch: Dispatch) -> None:
    """One attempt. Whatever goes wrong on our side is an answer too: the dispatch is tried again later."""
    claimed_at = dispatch.claimed_at
    try:
        if dispatch.mailbox is None:
            outcome = Outcome("failed", plain.NO_MAILBOX)
        elif not dispatch.mailbox.smtp_host:
            _put_in_tray(dispatch, dispatch.mailbox, claimed_at)
            return
        else:
            outcome = _hand_over(dispatch, dispatch.mailbox)
    except BadMail as error:
        outcome = Outcome("failed", plain.words(plain.UNWRITABLE, error))
    except DatabaseError:
        raise
    except Exception as error:
        # anything else must cost this letter an attempt, not all the others their turn
        log.error("dispatch %s could not be sent: %s", dispatch.pk, type(error).__name__)
        sentence = plain.NO_PASSWORD if isinstance(error, secrets.NoPassword) else plain.OURS
        outcome = Outcome("retry", plain.words(sentence, f"{type(error).__name__}: {error}"))
    _settle(dispatch.pk, claimed_at, outcome)


def _hand_over(dispatch: Dispatch, mailbox: Mailbox) -> Outcome:
    letter = letters.write(dispatch.message, mailbox)
    server = server_of(mailbox)
    waiting = dispatch.deliveries.filter(state__in=_OPEN).order_by("pk").values_list("address", flat=True)
    by_wire = {letters.on_the_wire(address): address for address in waiting}
    if not by_wire:
        return Outcome("sent", dispatch.answer)
    if dispatch.channel == Mailbox.Channel.PEC:
        leaving.keep_letter(dispatch, letter.raw)
    outcome = hand_over(server, letter.envelope_from, list(by_wire), letter.raw, utf8=letter.utf8)
    if outcome.features:
        capacity.learn(mailbox, outcome.features)
    return replace(outcome, recipients={by_wire[wire]: said for wire, said in outcome.recipients.items()})


def _put_in_tray(dispatch: Dispatch, mailbox: Mailbox, claimed_at: datetime | None) -> None:
    """Into the out-tray, in the transaction that says so: exactly once."""
    letter = letters.write(dispatch.message, mailbox)
    with transaction.atomic():
        if dispatch.channel == Mailbox.Channel.PEC:
            leaving.keep_letter(dispatch, letter.raw)
        OutTrayMail.objects.get_or_create(
            organisation=dispatch.organisation,
            rfc_id=letter.rfc_id,
            defaults={
                "recipients": list(dispatch.deliveries.order_by("pk").values_list("address", flat=True)),
                "sender": mailbox.address,
                "subject": letter.subject[:500],
                "raw": keep(dispatch.organisation, letter.raw),
                "put_at": clock.now(dispatch.organisation),
            },
        )
        _settle(dispatch.pk, claimed_at, Outcome("sent", "put in the out-tray"))


# Settling ------------------------------


def _settle(dispatch_id: int, claimed_at: datetime | None, outcome: Outcome) -> None:
    """Write what became of an attempt; nothing when somebody else has claimed the dispatch since."""
    with transaction.atomic():
        dispatch = _locked(dispatch_id)
        if dispatch is None or dispatch.state != State.SENDING or dispatch.claimed_at != claimed_at:
            return
        dispatch.answer = outcome.answer
        _keep_attempt(dispatch, outcome)
        failed = _write_deliveries(dispatch, outcome)
        waits = dispatch.deliveries.filter(state__in=_OPEN).exists()
        sent = dispatch.deliveries.filter(state=Delivery.State.SENT).exists()
        if outcome.what == "in_doubt":
            _be_in_doubt(dispatch, _next_attempt(dispatch))
        elif waits and dispatch.attempts < ATTEMPTS and outcome.what != "failed":
            dispatch.state, dispatch.next_attempt_at = State.QUEUED, _next_attempt(dispatch)
            if any(said.what == "sent" for said in outcome.recipients.values()) and _one_batch(outcome):
                # the server takes so many at a time: the rest at once, in a message of their own
                dispatch.next_attempt_at = clock.server_now()
            elif dispatch.mailbox_id is not None and is_too_fast(outcome):
                # its other letters wait as long: each would cost an attempt and make the provider angrier
                Mailbox.objects.filter(pk=dispatch.mailbox_id).update(held_until=dispatch.next_attempt_at)
        else:
            _end(dispatch, sent=sent and not waits)
            failed = failed or not sent or waits
        dispatch.save()
        if failed:
            undelivered.bring_back(dispatch.message, dispatch, "not_sent")


def _one_batch(outcome: Outcome) -> bool:
    """Whether those still waiting wait only because they were too many at once (RFC 5321 section 4.5.3.1.10)."""
    waiting = [said for said in outcome.recipients.values() if said.what == "retry"]
    return bool(waiting) and all(said.status_code == "4.5.3" or said.answer.startswith("452") for said in waiting)


def _keep_attempt(dispatch: Dispatch, outcome: Outcome) -> None:
    """The try in the server's own words; the row of a number that was counted twice stands."""
    meters.add(meters.ATTEMPTS, outcome.what)
    if dispatch.attempts > 1:
        meters.add(meters.RETRIES)
    Attempt.objects.get_or_create(
        organisation=dispatch.organisation,
        dispatch=dispatch,
        number=dispatch.attempts,
        defaults={
            "at": clock.now(dispatch.organisation),
            "outcome": outcome.what,
            "code": outcome.code,
            "words": outcome.answer,
        },
    )


def _write_deliveries(dispatch: Dispatch, outcome: Outcome) -> bool:
    """Each recipient's own answer; True when one of them will not get it."""
    now = clock.now(dispatch.organisation)
    failed = False
    for delivery in dispatch.deliveries.filter(state__in=_OPEN).select_related("organisation"):
        delivery.dispatch = dispatch
        said = outcome.recipients.get(delivery.address) or Said(outcome.what, outcome.answer)
        if said.what == "failed":
            # the message was refused, not the person: only a refusal of the address makes it undeliverable
            hard = said.about_address and _bad_address(said)
            failed |= undelivered.fail_delivery(
                delivery, status_code=said.status_code, answer=said.answer, hard=hard, at=now
            )
        elif said.what == "sent":
            undelivered.advance_delivery(delivery, Delivery.State.SENT, at=now, answer=said.answer)
        else:
            delivery.answer = said.answer[:1_000]
            delivery.save(update_fields=["answer"])
    return failed


def _bad_address(said: Said) -> bool:
    """Whether the refusal says that there is nobody: RFC 3463 x.1.1 to x.1.3, x.1.6, x.1.10, or 550 without a code."""
    if said.status_code:
        return said.status_code in ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10")
    return said.answer.startswith(("550 ", "551 ", "553 "))


def _be_in_doubt(dispatch: Dispatch, again_at: datetime) -> None:
    if dispatch.attempts >= ATTEMPTS:
        _end(dispatch, sent=False)
        dispatch.save()
        undelivered.bring_back(dispatch.message, dispatch, "not_sent")
        return
    if dispatch.channel == Mailbox.Channel.PEC:
        again_at = leaving.again_at(dispatch, again_at)
    dispatch.state, dispatch.next_attempt_at = State.IN_DOUBT, again_at
    dispatch.save()
    now = clock.now(dispatch.organisation)
    for delivery in dispatch.deliveries.filter(state=Delivery.State.QUEUED):
        undelivered.advance_delivery(delivery, Delivery.State.IN_DOUBT, at=now, answer=dispatch.answer)
    _tell(dispatch, "dispatch.in_doubt", dispatch.message.entry.ticket_id)


def _end(dispatch: Dispatch, *, sent: bool) -> None:
    """No more attempts: it was sent (to all who could get it), or it failed for those still waiting."""
    dispatch.state = State.SENT if sent else State.FAILED
    dispatch.next_attempt_at, dispatch.settled_at = None, clock.server_now()
    if not sent:
        now = clock.now(dispatch.organisation)
        for delivery in dispatch.deliveries.filter(state__in=_OPEN).select_related("organisation"):
            delivery.dispatch = dispatch
            undelivered.fail_delivery(delivery, status_code="", answer=dispatch.answer, hard=False, at=now)
    _tell(dispatch, "dispatch.sent" if sent else "dispatch.failed", dispatch.message.entry.ticket_id)


def _next_attempt(dispatch: Dispatch) -> datetime:
    pause = PAUSES[min(dispatch.attempts, len(PAUSES)) - 1]
    return clock.server_now() + timedelta(seconds=pause)


def _locked(dispatch_id: int) -> Dispatch | None:
    return (
        Dispatch.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organisation", "message__entry__ticket")
        .filter(pk=dispatch_id)
        .first()
    )


def _tell(dispatch: Dispatch, verb: str, ticket_id: int) -> None:
    record(dispatch.organisation, verb, dispatch, SYSTEM, ticket_id=ticket_id, channel=dispatch.channel)
